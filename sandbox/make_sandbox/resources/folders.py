"""`/scenarios-folders`: the folders of a team's scenarios, one in another as deep as somebody likes.

Nesting is known from Make's SDK alone; its documents of May 2026 have flat folders. The lists have no pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "path", "teamId", "parentId", "position", "scenariosTotal", "scenariosSubtreeTotal", "hasChildren",
)  # fmt: skip
CHILDREN = "children"
COLUMNS = Columns(full=(*FIELDS, CHILDREN))
NAME = Field("name", "text", longest=100, pattern=r"(?s).+")
DEEPEST = 50
"""How many folders may lie in each other. Make's own limit is not documented."""

PARENT = Field("parentId", "integer", nullable=True)

folders = Resource("/scenarios-folders", Field("folderId", "integer", required=True), scope="scenarios")


def new(account: Account, team_id: int, name: str, parent_id: int | None = None) -> Document:
    """A new folder. A place among its neighbours is given by hand in Make's editor, so that it has none yet."""
    document = {"name": name, "teamId": team_id, "parentId": parent_id, "position": None}
    return account.store.add(tables.FOLDERS, document)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The folders of one team, by the folder in which they lie, and how many scenarios each holds itself."""

    folders: dict[int, Document]
    below: dict[int | None, list[Document]]
    scenarios: Counter[int | None]

    def within(self, folder_id: int) -> Iterator[Document]:
        """A folder and all that lie in it, however deep."""
        waiting = [self.folders[folder_id]]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting.extend(self.below.get(folder["id"], ()))

    def path(self, folder: Document) -> str:
        """The names from the top down to the folder, with slashes between them (as the SDK has it)."""
        return "/".join(each["name"] for each in reversed(self.up(folder)))

    def up(self, folder: Document) -> list[Document]:
        """A folder and those around it, from the inside out."""
        found = [folder]
        while folder["parentId"] is not None:
            folder = self.folders[folder["parentId"]]
            found.append(folder)
        return found

    def view(self, folder: Document) -> Document:
        return folder | {
            "path": self.path(folder),
            "scenariosTotal": self.scenarios[folder["id"]],
            "scenariosSubtreeTotal": sum(self.scenarios[each["id"]] for each in self.within(folder["id"])),
            "hasChildren": folder["id"] in self.below,
        }


def tree(account: Account, team_id: int) -> Tree:
    found = account.store.list(tables.FOLDERS, team_id)
    below: dict[int | None, list[Document]] = {}
    # By position where somebody has given one, then by name; the order of Make's list is not documented.
    for folder in sorted(
        found, key=lambda row: (row["position"] is None, row["position"] or 0, row["name"].casefold())
    ):
        below.setdefault(folder["parentId"], []).append(folder)
    counts = account.store.count_by_field(tables.SCENARIOS, Selection(owners=(team_id,)), "folderId")
    return Tree(folders={folder["id"]: folder for folder in found}, below=below, scenarios=Counter(counts))


@folders.get(
    query=(access.TEAM, Field("parentId", "integer"), Field("childrenDepth", "text", choices=("all",))),
    columns=COLUMNS,
    gateway=False,
)
def list_of(call: Call):
    """The folders at the top, or those in the folder `parentId`.

    `children` of each are the folders directly in it, and with `childrenDepth=all` theirs as well, down to the last
    (as the SDK has it). Where the list breaks off, a folder has no `children`; `hasChildren` says whether there are
    any.
    """
    team = access.team(call.account, call.query["teamId"])
    parent_id = call.query.get("parentId")
    whole = tree(call.account, team["id"])
    if parent_id is not None and parent_id not in whole.folders:
        raise errors.permission_denied()
    deep = "childrenDepth" in call.query
    return {"scenariosFolders": _shown(call.chosen(), whole, whole.below.get(parent_id, ()), -1 if deep else 1)}


def _shown(chosen: Iterable[str], whole: Tree, rows: Iterable[Document], depth: int) -> list[Document]:
    """Folders with so many levels of children; a negative number means all."""
    wanted = [name for name in COLUMNS.full if name in frozenset(chosen)]
    shown: list[Document] = []
    for folder in rows:
        row = whole.view(folder)
        if depth != 0 and CHILDREN in wanted:
            row[CHILDREN] = _shown(wanted, whole, whole.below.get(folder["id"], ()), depth - 1)
        shown.append({name: row[name] for name in wanted if name in row})
    return shown


@folders.post(
    body=(Field("name", "text", required=True, longest=100, pattern=NAME.pattern), access.TEAM, PARENT),
    gateway=False,
)
def create(call: Call):
    team = access.team(call.account, call.body["teamId"])
    parent_id = call.body.get("parentId")
    if parent_id is not None:
        _check_parent(call, parent_id, team["id"], levels=1)
    return _answer(call, new(call.account, team["id"], call.body["name"], parent_id), FIELDS)


@folders.patch("/{folderId}", columns=Columns(full=FIELDS, extra=(CHILDREN,)), body=(NAME, PARENT), gateway=False)
def update(call: Call):
    """Renames a folder, or moves it with all that is in it. It cannot go into itself or into one of its own; with what
    Make refuses that is not documented.
    """
    folder = access.find(call.account, tables.FOLDERS, call.path["folderId"])
    parent_id = call.body.get("parentId")
    if parent_id is not None:
        whole = tree(call.account, folder["teamId"])
        inside = list(whole.within(folder["id"]))
        levels = max(len(whole.up(inner)) for inner in inside) - len(whole.up(folder)) + 1
        _check_parent(call, parent_id, folder["teamId"], levels=levels)
        if any(inner["id"] == parent_id for inner in inside):
            raise errors.invalid_parameters(["A folder cannot be moved into itself (parameter 'parentId')."])
    changes = dict(call.body)
    if parent_id != folder["parentId"] and "parentId" in changes:
        changes["position"] = None  # a place among other neighbours means nothing here
    return _answer(call, call.account.store.put(tables.FOLDERS, folder, **changes), call.chosen())


@folders.delete("/{folderId}", gateway=False)
def delete(call: Call):
    """Takes no `confirmed` and deletes no scenario.

    Its scenarios and its folders go one level up: into the folder in which it lay, or out of all folders. Where Make
    puts them is not documented; this is a guess.
    """
    store, folder = call.account.store, access.find(call.account, tables.FOLDERS, call.path["folderId"])
    above, team_id = folder["parentId"], folder["teamId"]
    inside = (Where("folderId", "=", folder["id"]),)
    for scenario in store.select(tables.SCENARIOS, Selection(owners=(team_id,), where=inside)):
        store.put(tables.SCENARIOS, scenario, folderId=above)
    below = (Where("parentId", "=", folder["id"]),)
    for child in store.select(tables.FOLDERS, Selection(owners=(team_id,), where=below)):
        store.put(tables.FOLDERS, child, parentId=above, position=None)
    store.remove(tables.FOLDERS, folder["id"])
    return {"scenarioFolder": folder["id"]}


def _check_parent(call: Call, parent_id: int, team_id: int, *, levels: int) -> None:
    """Refuses a parent of another team, and one in which so many levels of folders would lie too deep."""
    parent = access.find(call.account, tables.FOLDERS, parent_id)
    if parent["teamId"] != team_id:
        raise errors.permission_denied()
    if len(tree(call.account, team_id).up(parent)) + levels > DEEPEST:
        raise errors.invalid_parameters([f"Folders cannot lie more than {DEEPEST} deep (parameter 'parentId')."])


def _answer(call: Call, folder: Document, chosen: Iterable[str]) -> Document:
    (row,) = _shown(chosen, tree(call.account, folder["teamId"]), [folder], 1)
    return {"scenarioFolder": row}
