"""Whose budget a request counts against: Make counts requests per organization and minute, and few requests name one.

What belongs to what is learned from the answers that pass by: a thing belongs to a team, a team to an organization, an
incomplete execution to a scenario. It is about Make's API alone: requests to Maton's own count against no organization.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any, cast

from make_tools.endpoint import Request
from make_tools.organizations import organizations_get
from make_tools.schema import SAFE_INTEGER

MOST = 10_000
"""Things of one kind that are remembered."""
_MOST_KEYS = 30
"""Keys of an answer that are looked at; Make's have five at the most."""
_LARGEST_LIMIT = 1_000_000
"""Requests a minute. The largest plan allows a thousand."""
_LONGEST_NUMBER = len(str(SAFE_INTEGER))
_LONGEST_ID = 64

_Id = int | str
_Thing = tuple[str, _Id]
"""A kind, by its name in paths, and an id."""

_ORGANIZATION, _TEAM, _SCENARIO = "organizations", "teams", "scenarios"
# Of each kind: its name in paths, one of it in an answer, several in an answer, its id among arguments.
_FORMS = (
    (_TEAM, "team", "teams", "teamId"),
    (_ORGANIZATION, "organization", "organizations", "organizationId"),
    (_SCENARIO, "scenario", "scenarios", "scenarioId"),
    ("connections", "connection", "connections", "connectionId"),
    ("data-stores", "dataStore", "dataStores", "dataStoreId"),
    ("data-structures", "dataStructure", "dataStructures", "dataStructureId"),
    ("devices", "device", "devices", "deviceId"),
    ("dlqs", "dlq", "dlqs", "dlqId"),
    ("functions", "function", "functions", "functionId"),
    ("hooks", "hook", "hooks", "hookId"),
    ("keys", "key", "keys", "keyId"),
    ("scenarios-folders", "scenarioFolder", "scenariosFolders", "folderId"),
    ("templates", "template", "templates", "templateId"),
)
_KINDS = [kind for kind, *_ in _FORMS]
_IN_PATHS = {name: kind for kind in _KINDS for name in (kind, kind.removesuffix("s"))}
_IN_ANSWERS = {name: kind for kind, one, many, _ in _FORMS for name in (one, many)}
_IN_ARGUMENTS = {name: kind for kind, _, _, name in _FORMS}
_OWNERS = (("teamId", _TEAM), ("organizationId", _ORGANIZATION), ("scenarioId", _SCENARIO))
"""What a thing can say that it belongs to, the nearest first."""


class Belongings:
    """What belongs to which organization, of all that the answers to one account have shown.

    `most` things of each kind are remembered; the one of which nothing was heard for longest is forgotten first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._owners: dict[str, OrderedDict[_Id, _Thing]] = {kind: OrderedDict() for kind in _KINDS}
        self._shown: OrderedDict[int, None] = OrderedDict()
        """The organizations."""
        self._limits: OrderedDict[int, int] = OrderedDict()

    def organization(self, request: Request) -> int | None:
        """The organization whose budget a request counts against; None if nobody can tell.

        It is the one that the request names, or the one that owns what the request names. Where the account has shown
        exactly one organization, everything belongs to it.
        """
        for thing in _named(request):
            if (found := self._organization_of(thing)) is not None:
                return found
        return next(iter(self._shown)) if len(self._shown) == 1 else None

    def allowed(self, organization: int) -> int | None:
        """Requests a minute that the organization's licence allows; None until an answer has told."""
        return self._limits.get(organization)

    def licence_request(self, organization: int) -> Request:
        """The request whose answer tells what the organization's licence allows."""
        return organizations_get.request(organization_id=organization)

    def learn(self, request: Request, data: Mapping[str, Any]) -> None:
        """Takes from an answer of success who owns what, and what licences allow. Any JSON will do."""
        asked = _owner(request.query) or _owner(request.body or {})
        for key, value in islice(data.items(), _MOST_KEYS):
            items = cast("list[object]", value[: self._most] if isinstance(value, list) else [value])
            kind = _IN_ANSWERS.get(key)
            if kind is None:
                self._learn_of_path(request, items[:1])
            elif request.method == "DELETE":
                self._forget(kind, items)
            elif kind == _ORGANIZATION:
                self._learn_organizations(items)
            else:
                self._learn_things(kind, items, asked)

    def _organization_of(self, thing: _Thing) -> int | None:
        # The longest way: an incomplete execution, its scenario, the team, the organization.
        for _ in range(4):
            kind, id_ = thing
            if kind == _ORGANIZATION:
                return id_ if isinstance(id_, int) else None
            owner = self._owners[kind].get(id_)
            if owner is None:
                return None
            thing = owner
        return None

    def _learn_things(self, kind: str, items: list[object], asked: _Thing | None) -> None:
        """`asked` is the owner that the request names: what does not say whose it is belongs to that one."""
        known = self._owners[kind]
        team, owner = 0, asked
        for item in _objects(items):
            if (id_ := _id(item.get("id"))) is None:
                continue
            # Nearly every list is of one team: what it belongs to is found out once.
            its_team = item.get("teamId")
            if its_team != team:
                owner = _owner(item) or asked
                team = its_team if isinstance(its_team, int) else 0
                if owner is not None:
                    self._learn_owner(owner, item, asked)
            if owner is not None and owner[0] != kind:
                known[id_] = owner
                known.move_to_end(id_)
        self._trim(known)

    def _learn_owner(self, owner: _Thing, item: Mapping[str, object], asked: _Thing | None) -> None:
        """The owner itself belongs to somebody: a team to the organization that its things name, or that was asked."""
        kind, id_ = owner
        organization = _id(item.get("organizationId"))
        if organization is None and asked is not None and asked[0] == _ORGANIZATION:
            organization = asked[1]
        if not isinstance(organization, int):
            return
        self._show(organization)
        if kind == _TEAM:
            self._owners[_TEAM][id_] = (_ORGANIZATION, organization)
            self._trim(self._owners[_TEAM])

    def _learn_of_path(self, request: Request, items: list[object]) -> None:
        """What is no thing of its own, such as a run, says whose the thing is under which it is listed."""
        subject = next(_in_path(request.path), None)
        for item in _objects(items):
            if (owner := _owner(item)) is None:
                continue
            self._learn_owner(owner, item, None)
            if request.method == "GET" and subject is not None and subject[0] not in {_ORGANIZATION, owner[0]}:
                self._owners[subject[0]][subject[1]] = owner
                self._trim(self._owners[subject[0]])

    def _learn_organizations(self, items: list[object]) -> None:
        for item in _objects(items):
            id_ = _id(item.get("id"))
            if not isinstance(id_, int):
                continue
            self._show(id_)
            licence, teams = item.get("license"), item.get("teams")
            if isinstance(licence, dict):
                limit = _limit(cast("dict[str, object]", licence).get("apiLimit"))
                if limit is not None:
                    self._limits[id_] = limit
                    self._trim(self._limits)
            if isinstance(teams, list):
                self._learn_things(_TEAM, cast("list[object]", teams[: self._most]), (_ORGANIZATION, id_))

    def _show(self, organization: int) -> None:
        self._shown[organization] = None
        self._trim(self._shown)

    def _forget(self, kind: str, items: list[object]) -> None:
        for id_ in map(_id, items):
            if id_ is not None:
                self._owners[kind].pop(id_, None)
            if kind == _ORGANIZATION and isinstance(id_, int):
                self._shown.pop(id_, None)
                self._limits.pop(id_, None)

    def _trim(self, things: OrderedDict[Any, Any]) -> None:
        while len(things) > self._most:
            things.popitem(last=False)


def _named(request: Request) -> Iterator[_Thing]:
    """What a request names: in its path, and then among its arguments, the surest first."""
    yield from _in_path(request.path)
    for arguments in (request.query, request.body):
        for name, kind in _IN_ARGUMENTS.items():
            if arguments and name in arguments and (id_ := _id(arguments[name])) is not None:
                yield kind, id_


def _in_path(path: str) -> Iterator[_Thing]:
    for name, text in pairwise(path.split("/")):
        kind = _IN_PATHS.get(name)
        if kind is not None and (id_ := _id(text)) is not None:
            yield kind, id_


def _owner(item: Mapping[str, object]) -> _Thing | None:
    """What a thing says that it belongs to."""
    for name, kind in _OWNERS:
        if (id_ := _id(item.get(name))) is not None:
            return kind, id_
    return None


def _objects(items: list[object]) -> Iterator[Mapping[str, object]]:
    for item in items:
        if isinstance(item, dict):
            yield cast("dict[str, object]", item)


def _id(value: object) -> _Id | None:
    """An id as one value, however it was written: number or digits."""
    if type(value) is int:
        return value if 0 < value <= SAFE_INTEGER else None
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
        return None
    if len(value) <= _LONGEST_NUMBER and value.isascii() and value.isdigit():
        return int(value) or None
    return value


def _limit(value: object) -> int | None:
    """Requests a minute; None for what no licence says."""
    number = _id(int(value) if isinstance(value, float) and value.is_integer() else value)
    return number if isinstance(number, int) and number <= _LARGEST_LIMIT else None
