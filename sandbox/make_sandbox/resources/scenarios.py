"""`/scenarios`: the scenarios themselves. Their runs and logs are in `runs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal, runs, scenarios
from make_sandbox.lists.apps import NOT_INSTALLED
from make_sandbox.model import blueprints, interface, schedule, tables, templates
from make_sandbox.model.account import Account
from make_sandbox.model.clock import iso
from make_sandbox.model.selection import Selection, Where
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "teamId", "hookId", "devices", "deviceId", "deviceScope", "concept", "description", "folderId",
    "isinvalid", "islinked", "isActive", "islocked", "isPaused", "usedPackages", "lastEdit", "scheduling", "iswaiting",
    "dlqCount", "createdByUser", "updatedByUser", "nextExec", "created", "scenarioVersion", "moduleSequenceId", "type",
)  # fmt: skip
COLUMNS = Columns(full=FIELDS)

# In Make's own order, "proprietal", the newest come first here: what it goes by is not documented.
PAGE = Page(
    limit=500,
    sort_by="proprietal",
    direction="desc",
    sortable=(
        "id", "name", "teamId", "folderId", "isActive", "islinked", "isinvalid", "islocked", "lastEdit",
        "createdByUserName", "updatedByUserName", "created",
    ),
    fields={
        "proprietal": "id",
        "name": "place",
        "islinked": "isActive",
        "islocked": "id",  # none is
        "createdByUserName": "createdByUser.name",
        "updatedByUserName": "updatedByUser.name",
    },
)  # fmt: skip

resource = Resource("/scenarios", Field("scenarioId", "integer", required=True), scope="scenarios")


def views(account: Account, scenarios: list[Document]) -> list[Document]:
    """Scenarios as the API shows them, with what is counted and found out for all of them at once."""
    unresolved = Where("resolved", "=", False)
    owners = tuple(scenario["id"] for scenario in scenarios)
    incomplete = account.store.count_by_owner(tables.DLQS, Selection(owners=owners, where=(unresolved,)))
    by_team = {scenario["teamId"]: scenario for scenario in scenarios}
    paused = {team_id: runs.is_paused(account, scenario) for team_id, scenario in by_team.items()}
    return [
        scenario
        | {
            "devices": [],
            "deviceId": None,
            "deviceScope": None,
            "concept": False,
            "islinked": scenario["isActive"],
            "islocked": False,
            "isPaused": paused[scenario["teamId"]],
            "iswaiting": False,
            "dlqCount": incomplete.get(scenario["id"], 0),
            "type": "scenario",
        }
        for scenario in scenarios
    ]


def find(call: Call) -> Document:
    return access.find(call.account, tables.SCENARIOS, call.path["scenarioId"])


def answer(call: Call, scenario: Document) -> Document:
    """One scenario, with the columns that the request asks for."""
    (row,) = views(call.account, [scenario])
    return {"scenario": call.pick(row)}


@resource.get(
    query=(
        Field("teamId", "integer"),
        Field("organizationId", "integer"),
        Field("id[]", "integers"),
        Field("folderId", "integer"),
        Field("isActive", "boolean"),
        Field("islinked", "boolean"),
        Field("concept", "boolean"),
        Field("type", "text", choices=("scenario", "tool")),
    ),
    columns=COLUMNS,
    page=PAGE,
)
def list_of(call: Call):
    """The scenarios of one team or of one organization. `concept` asks for drafts, of which there are none here, and
    `type` may ask for the tools of AI agents, of which there are none either.
    """
    query, store = call.query, call.account.store
    if "teamId" in query and "organizationId" in query:
        raise errors.invalid_parameters(["The parameters 'teamId' and 'organizationId' cannot be used together."])
    if "teamId" in query:
        teams = [access.team(call.account, query["teamId"])]
    elif "organizationId" in query:
        organization = access.organization(call.account, query["organizationId"])
        teams = store.list(tables.TEAMS, organization["id"])
    else:
        raise errors.missing_parameter("teamId")
    owners = () if query.get("type") == "tool" else tuple(team["id"] for team in teams)
    selection = Selection(owners=owners, where=tuple(_wanted(query)))
    return call.select("scenarios", tables.SCENARIOS, selection, lambda rows: views(call.account, rows))


def _wanted(query: Mapping[str, Any]) -> Iterator[Where]:
    active = query.get("isActive", query.get("islinked"))
    if "id[]" in query:
        yield Where("id", "in", query["id[]"])
    if "folderId" in query:
        yield Where("folderId", "=", query["folderId"])
    if active is not None:
        yield Where("isActive", "=", active)


@resource.get("/{scenarioId}", columns=COLUMNS)
def read(call: Call):
    return answer(call, find(call))


@resource.get(
    "/{scenarioId}/blueprint", query=(Field("blueprintId", "integer"), Field("draft", "boolean")), gateway=False
)
def blueprint_of(call: Call):
    """The blueprint is an object here, and the schedule stands beside it. There are no drafts, so `draft` is live."""
    scenario = find(call)
    number = call.query.get("blueprintId", scenario["scenarioVersion"])
    version = blueprints.version(call.account, scenario["id"], number)
    is_current = number == scenario["scenarioVersion"]
    oldest = iso(call.account.now() - blueprints.KEPT)
    if version is None or not (is_current or version["created"] >= oldest):
        raise errors.not_found("Blueprint version not found.")
    kept = scenario["interface"]
    return {
        "code": "OK",
        "response": {
            "blueprint": version["blueprint"] | ({"name": scenario["name"]} if is_current else {}),
            "scheduling": scenario["scheduling"] if is_current else version["scheduling"],
            "concept": False,
            "idSequence": scenario["moduleSequenceId"],
            "created": scenario["created"],
            "last_edit": version["created"],
            "metadata": {"input_spec": kept["input"], "output_spec": kept["output"]},
        },
    }


@resource.post(
    query=(CONFIRMED,),
    columns=COLUMNS,
    # A `name` beside the blueprint (the gateway's sample) is passed over: the name is the blueprint's.
    body=(
        Field("teamId", "integer", required=True),
        Field("blueprint", "json", required=True),
        Field("scheduling", "json", required=True),
        Field("folderId", "integer", nullable=True),
        Field("basedon", "identifier", nullable=True),
        Field("metadata", "object", nullable=True),
    ),
)
def create(call: Call):
    body = call.body
    team = call.account.store.get(tables.TEAMS, body["teamId"])
    if team is None:
        raise errors.insufficient_rights("Insufficient rights, permission 'scenario add' is needed.")
    draft = scenarios.Draft(
        team_id=team["id"],
        blueprint=body["blueprint"],
        scheduling=body["scheduling"],
        folder_id=_folder(call, team["id"]),
        interface=interface.of_metadata(body.get("metadata") or {}),
    )
    scenario = scenarios.create(call.account, draft)
    install(call, team, draft.blueprint)
    if body.get("basedon") is not None:
        templates.use(call.account, body["basedon"])
    return answer(call, scenario)


def _folder(call: Call, team_id: int) -> int | None:
    folder_id = call.body.get("folderId")
    if folder_id is not None and access.find(call.account, tables.FOLDERS, folder_id)["teamId"] != team_id:
        raise errors.permission_denied()
    return folder_id


def install(call: Call, team: Document, blueprint: Document) -> None:
    """An app that the organization has not used yet is installed with `confirmed=true`, and refused without."""
    organization = access.organization(call.account, team["organizationId"])
    installed = organization["installedApps"]
    new = sorted(NOT_INSTALLED.intersection(blueprints.packages(blueprint)).difference(installed))
    # The metadata of this refusal is not documented.
    call.confirm(lambda: [{"type": "appNotInstalled", "data": [{"name": name}]} for name in new])
    if new:
        call.account.store.put(tables.ORGANIZATIONS, organization, installedApps=[*installed, *new])


@resource.patch(
    "/{scenarioId}",
    query=(CONFIRMED,),
    columns=COLUMNS,
    body=(
        Field("blueprint", "json"),
        Field("scheduling", "json"),
        Field("folderId", "integer", nullable=True),
        Field("name", "text", longest=120, pattern=r"[\s\S]+"),
        Field("description", "text", nullable=True, longest=240),
        Field("metadata", "object", nullable=True),
    ),
    strict=True,  # isActive and teamId cannot be changed here
)
def update(call: Call):
    """Changes what is given. A blueprint replaces the whole one before; a new schedule of an active scenario
    counts from now, and at intervals runs it at once.
    """
    body, account = call.body, call.account
    scenario = find(call)
    team = access.team(account, scenario["teamId"])
    if "folderId" in body:
        _folder(call, team["id"])
    metadata = body.get("metadata")
    scheduling = body.get("scheduling", scenario["scheduling"])
    kept = scenario["interface"] if metadata is None else interface.of_metadata(metadata)
    schedule.check(scheduling)
    interface.check_scheduling(kept, scheduling)
    plain = {name: body[name] for name in ("folderId", "description") if name in body}
    stamps = {"lastEdit": account.stamp(), "updatedByUser": scenarios.person(account.user())}
    changed = account.store.put(tables.SCENARIOS, scenario, **plain, **stamps, interface=kept, scheduling=scheduling)
    if "blueprint" in body:
        blueprints.check(account, team["id"], body["blueprint"])
        install(call, team, body["blueprint"])
        changed = scenarios.keep_version(account, changed, body["blueprint"])
    if "name" in body:
        changed = account.store.put(tables.SCENARIOS, changed, name=body["name"])
    if "scheduling" in body and changed["isActive"]:
        changed = scenarios.resume(account, changed)
    elif "blueprint" in body and changed["isActive"] and changed["scheduling"]["type"] == "immediately":
        # Another hook may have something waiting.
        runs.take(account, changed, account.now())
    return answer(call, changed)


@resource.delete("/{scenarioId}")
def delete(call: Call):
    """Takes no `confirmed`."""
    scenario = find(call)
    removal.of_scenario(call.account, scenario["id"], scenario["teamId"])
    return {"scenario": scenario["id"]}
