"""`find`: things of the account by part of their name, wherever they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, get_args

from pydantic import AfterValidator
from typing_extensions import Doc

from make_mcp.recipes import names
from make_mcp.recipes.account import Organization, Team, organizations, teams
from make_mcp.recipes.diagnose import scenarios_diagnose
from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.steps import Named, step
from make_mcp.recipes.use import Use
from make_mcp.recipes.values import by_id, count_of, id_of, present, text_of
from make_tools import ArgumentError, Endpoint
from make_tools.arguments import OrganizationId, Text
from make_tools.connections import connections_list, connections_test
from make_tools.data_stores import data_stores_get, data_stores_list
from make_tools.hooks import hooks_list, hooks_ping
from make_tools.scenarios import scenarios_list
from make_tools.wording import quoted

Kind: TypeAlias = Literal["scenario", "connection", "hook", "dataStore", "team"]


def _kind(value: str) -> str:
    """One of the kinds, however somebody writes it: `Data stores`, `webhook`."""
    word = re.sub(r"[^a-z]", "", value.lower()).removesuffix("s").removeprefix("web").removeprefix("mail")
    found = next((kind for kind in get_args(Kind) if kind.lower() == word), None)
    if found is None:
        raise ValueError(f"takes {', '.join(get_args(Kind))}")
    return found


Part = Annotated[Text, Doc("Part of a name, or an id.")]
OfKind = Annotated[str, AfterValidator(_kind), Doc(f"{', '.join(get_args(Kind))}; all of them unless given.")]
"""Not an enumeration, which would be read in every conversation."""


class _Thing(NamedTuple):
    """Something that has a name."""

    kind: Kind
    item: Mapping[str, Any]
    """What Make tells of it."""
    team_id: int | None


_OF_TEAMS: Final[Mapping[Kind, Endpoint[...]]] = {
    "connection": connections_list,
    "hook": hooks_list,
    "dataStore": data_stores_list,
}
"""What is listed team by team."""
_THEN: Final[Mapping[Kind, tuple[Named, str]]] = {
    "scenario": (scenarios_diagnose, "scenarioId"),
    "connection": (connections_test, "connectionId"),
    "hook": (hooks_ping, "hookId"),
    "dataStore": (data_stores_get, "dataStoreId"),
    "team": (scenarios_list, "teamId"),
}
"""What is mostly done with one that was found."""
_TYPES: Final[Mapping[Kind, str]] = {"connection": "accountName", "hook": "typeName"}
"""Where Make says of what type one is."""
_LONGEST: Final = 200
"""Characters that are looked for."""
_SHOWN: Final = 20
_MOST_NEXT: Final = 3
_NEAREST: Final = 5
_MOST: Final = 5_000
"""Items of a list."""
_MOST_LISTS: Final = 120
"""Lists of teams that are looked through."""
_COLUMNS: Final = ["id", "name", "teamId", "isActive", "isinvalid"]
_TOLD_EVERY: Final = 10
_NARROWER: Final = "give a kind or an organizationId, or list the others by teamId"


@dataclass(slots=True)
class _Account:
    """What was read of it."""

    teams: dict[int, Team] = field(default_factory=dict[int, Team])
    scenarios: dict[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])
    things: list[_Thing] = field(default_factory=list[_Thing])
    read: int = 0
    late: int = 0
    """Lists for which no time was left."""


@recipe("account", "Find", scopes=("organizations:read",))
async def find(
    use: Use, /, text: Part, kind: OfKind | None = None, organization_id: OrganizationId | None = None
) -> dict[str, Any]:
    """By name: scenario, connection, hook, dataStore, team."""
    if not (looked_for := names.plain(text)):
        raise ArgumentError(find.name, ["`text` is empty: give part of a name"])
    if len(looked_for) > _LONGEST:
        raise ArgumentError(find.name, [f"`text` takes at most {_LONGEST} characters: give part of a name"])
    wanted = set(get_args(Kind) if kind is None else (kind,))
    account = _Account()
    found = await organizations(use, organization_id)
    of = await teams(use, found)
    account.teams = {team.id: team for listed in of.values() for team in listed}
    if "team" in wanted:
        account.things += [_Thing("team", team.data, team.id) for team in account.teams.values()]
    kinds: list[Kind] = [each for each in _OF_TEAMS if each in wanted]
    walked, most = list(account.teams.values()), _MOST_LISTS // max(len(kinds), 1)
    if kinds and len(walked) > most:
        use.unread.append(f"Only {most} of {len(walked)} teams were looked through: {_NARROWER}.")
        walked = walked[:most]
    reads = [partial(_scenarios, use, account, one) for one in found if not wanted.isdisjoint({"scenario", "hook"})]
    reads += [partial(_of_team, use, account, team, each) for team in walked for each in kinds]
    await use.together(*reads)
    if "scenario" in wanted:
        account.things += [_Thing("scenario", one, id_of(one, "teamId")) for one in account.scenarios.values()]
    if account.late:
        use.unread.append(f"{account.late} of {len(reads)} lists were not read, since the time was over: {_NARROWER}.")
    return _answer(looked_for, account)


async def _scenarios(use: Use, account: _Account, organization: Organization) -> None:
    what = f"The scenarios of {quoted(organization.name)}"
    given = {"organization_id": organization.id, "fields": list(_COLUMNS)}
    account.scenarios |= by_id(await _list(use, account, what, scenarios_list, **given))


async def _of_team(use: Use, account: _Account, team: Team, kind: Kind) -> None:
    endpoint = _OF_TEAMS[kind]
    what = f"The {endpoint.group.replace('_', ' ')} of {quoted(team.name)}"
    account.things += [_Thing(kind, one, team.id) for one in await _list(use, account, what, endpoint, team_id=team.id)]


async def _list(use: Use, account: _Account, what: str, endpoint: Endpoint[...], **given: Any) -> list[dict[str, Any]]:
    if use.is_late():
        account.late += 1
        return []
    found = await use.perhaps(what, use.items(endpoint, most=_MOST, **given))
    account.read += 1
    if account.read % _TOLD_EVERY == 0:
        await use.tell(f"{account.read} lists read")
    if found is None:
        return []
    if found[1]:
        use.unread.append(f"{what}: only {len(found[0]):,} were looked through.")
    return found[0]


def _answer(wanted: str, account: _Account) -> dict[str, Any]:
    """`{"found": [...], "more"?, "nearest"?, "next"}`: the best first."""
    hits: list[tuple[int, int, str, _Thing]] = []
    things = [thing for thing in account.things if id_of(thing.item) is not None]
    for thing in things:
        name = names.plain(str(thing.item.get("name")))
        if (rank := _rank(wanted, name, thing)) is not None:
            hits.append((rank, len(name), name, thing))
    hits.sort(key=lambda hit: hit[:3])
    best = [thing for *_, thing in hits[:_SHOWN]]
    found: dict[str, Any] = {"found": [_shown(thing, account) for thing in best]}
    if len(hits) > _SHOWN:
        found["more"] = len(hits) - _SHOWN
    if not hits:
        by_name = {names.plain(str(thing.item.get("name"))): thing for thing in reversed(things)}
        best = [by_name[name] for name in names.nearest(wanted, by_name, _NEAREST)]
        found |= present(nearest=[_shown(thing, account) for thing in best])
    return found | {"next": _next(best)}


def _rank(wanted: str, name: str, thing: _Thing) -> int | None:
    kind, item, _ = thing
    if str(item.get("id")) == wanted:
        return names.EXACT
    found = names.fit(wanted, name)
    if found is None and kind in {"connection", "hook"}:
        # Who looks for Slack means what is called otherwise, too.
        return names.NUMBER + 1 if wanted in names.plain(str(item.get(_TYPES[kind]))) else None
    return found


def _shown(thing: _Thing, account: _Account) -> dict[str, Any]:
    """`{"kind", "id", "name", "team": {"id", "name"}, ...}`, and what the next call needs."""
    kind, item, team_id = thing
    found: dict[str, Any] = {"kind": kind} | present(id=id_of(item), name=text_of(item, "name"))
    if kind == "team":
        return found | present(organizationId=account.teams[team_id].organization_id if team_id else None)
    team = account.teams.get(team_id or 0)
    found |= present(team=present(id=team_id, name=None if team is None else team.name))
    match kind:
        case "scenario":
            return found | {"isActive": item.get("isActive") is True} | present(isinvalid=item.get("isinvalid") is True)
        case "connection":
            return found | present(type=text_of(item, "accountName"))
        case "hook":
            scenario_id = id_of(item, "scenarioId")
            scenario = account.scenarios.get(scenario_id or 0)
            found |= present(scenarioId=scenario_id) | {"enabled": item.get("enabled") is True}
            is_active = {} if scenario is None else {"scenarioIsActive": scenario.get("isActive") is True}
            return found | is_active | present(gone=item.get("gone") is True)
        case _:
            return found | {"records": count_of(item, "records") or 0}


def _next(best: Sequence[_Thing]) -> list[str]:
    """A call for the best of each kind."""
    calls: dict[Kind, str] = {}
    for kind, item, _ in best:
        tool, argument = _THEN[kind]
        calls.setdefault(kind, step(tool, **{argument: id_of(item)}))
    return list(calls.values())[:_MOST_NEXT] or [step(scenarios_list, "organizationId")]
