"""`account_overview`: organizations, teams, what is on, what failed, and how near the plan's limits are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from time import time
from typing import Annotated, Any, Final

from pydantic import AfterValidator
from typing_extensions import Doc

from make_mcp.recipes.account import Organization, Team, organizations, teams
from make_mcp.recipes.diagnose import scenarios_diagnose
from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.runs import FAILED, left_behind, read_failure
from make_mcp.recipes.steps import step
from make_mcp.recipes.use import Use, tried
from make_mcp.recipes.values import by_id, count_of, id_of, moment, moment_of, object_of, present, text_of
from make_mcp.upstream.errors import UpstreamError
from make_tools.arguments import OrganizationId
from make_tools.flow import as_list, as_object
from make_tools.incomplete_executions import incomplete_executions_list
from make_tools.organizations import organizations_get, organizations_usage
from make_tools.scenarios import scenarios_list, scenarios_logs
from make_tools.wording import counted, quoted, safe

Scenario = Mapping[str, Any]

_DAY: Final = 86_400
_FIRST: Final = 1_325_376_000
"""2012 in Unix seconds."""
_MOST_SCENARIOS: Final = 5_000
_MOST_LOGS: Final = 24
"""Logs that are looked into: each costs a request."""
_MOST_REASONS: Final = 5
"""Failures of which the reason is read."""
_SHOWN: Final = 10
"""Scenarios of a team that are named."""
_MOST_TEAMS: Final = 30
"""Teams of an organization that are shown."""
_LAST_DAYS: Final = 7
_LONGEST_REASON: Final = 100
_MOST_RUNS: Final = 100
_MOST_DIAGNOSED: Final = 2
_MOST_NEXT: Final = 3
_NEAR: Final = 0.8
"""Of a limit, from which on it is near."""
_COLUMNS: Final = ["id", "name", "teamId", "isActive", "isinvalid", "dlqCount"]


def _time(value: str) -> str:
    begin = moment(value)
    if begin < _FIRST:
        raise ValueError("is before 2012, when there was no Make")
    if begin > time():
        raise ValueError("is in the future")
    return value


Since = Annotated[
    str,
    AfterValidator(_time),
    Doc("Since when failures count, as 2026-03-09T18:00:00Z; the last 24 h unless given."),
]


@dataclass(slots=True)
class _Seen:
    """What was read of an organization."""

    organization: Organization
    data: Mapping[str, Any]
    """What Make tells of it, its plan included."""
    teams: Sequence[Team]
    scenarios: Sequence[Scenario] | None
    """None where they could not be read."""
    usage: Sequence[Mapping[str, Any]] = ()
    """By day, the oldest first."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """What failed of a scenario."""

    runs: int
    has_more: bool = False
    why: str | None = None


@recipe("account", "Account overview", scopes=("organizations:read",))
async def account_overview(
    use: Use, /, organization_id: OrganizationId | None = None, since: Since | None = None
) -> dict[str, Any]:
    """Plan usage, teams, scenarios that failed (in 24 h) and why."""
    found = await organizations(use, organization_id)
    of_teams = await teams(use, found)
    await use.tell(f"{counted(len(found), 'organization')}, {counted(sum(map(len, of_teams.values())), 'team')}")
    reads = (partial(_read, use, one, of_teams[one.id], has_plan=organization_id is not None) for one in found)
    seen = await use.together(*reads)
    failed = await _failures(use, [scenario for one in seen for scenario in one.scenarios or ()], since)
    ids = [id_ for one in seen for id_ in _concerns(one.scenarios or (), failed)]
    steps = [step(scenarios_diagnose, scenarioId=id_) for id_ in ids[:_MOST_DIAGNOSED]]
    steps += [step(organizations_usage, organizationId=one.organization.id) for one in seen if _share(one) > _NEAR]
    return {
        "organizations": [_shown(one, failed) for one in seen],
        "next": steps[:_MOST_NEXT] or [step(scenarios_list, organizationId=one.organization.id) for one in seen[:1]],
    }


async def _read(use: Use, organization: Organization, of_teams: Sequence[Team], *, has_plan: bool) -> _Seen:
    detail = organization.data
    if not has_plan:
        what = f"The plan of {quoted(organization.name)}"
        detail = await use.perhaps(what, use.thing(organizations_get, organization.id)) or detail
    given = {"organization_id": organization.id, "fields": list(_COLUMNS)}
    listed = await use.perhaps(
        f"The scenarios of {quoted(organization.name)}", use.items(scenarios_list, most=_MOST_SCENARIOS, **given)
    )
    if listed and listed[1]:
        use.unread.append(f"Only {len(listed[0]):,} scenarios of {quoted(organization.name)} were read.")
    seen = _Seen(organization, detail, of_teams, None if listed is None else listed[0])
    if moment_of(detail, "nextReset") is not None:
        told = await use.perhaps(
            f"The usage of {quoted(organization.name)}", use.read(organizations_usage, organization.id)
        )
        seen.usage = [as_object(day) for day in as_list((told or {}).get("data"))]
    return seen


async def _failures(use: Use, scenarios: Sequence[Scenario], since: str | None) -> dict[int, _Failed]:
    """What failed since then, by scenario. Each costs a request, so that many are not looked into: those come first with which
    something is the matter, then those that are on.
    """
    begin = round((time() - _DAY if since is None else moment(since)) * 1000)
    ranked = sorted(scenarios, key=_worth)
    looked_at = [id_ for one in ranked[:_MOST_LOGS] if (id_ := id_of(one)) is not None]
    found = await use.together(*(partial(_failed, use, id_, begin) for id_ in looked_at))
    unseen = sum(one.get("isActive") is True for one in ranked[_MOST_LOGS:]) + found.count(None)
    if unseen:
        use.unread.append(
            f"The logs of {counted(unseen, 'more scenario')} that are on: scenarios_logs with status 3 shows their failures."
        )
    lines = {id_: told for id_, told in zip(looked_at, found, strict=True) if told and told[0]}
    reasons = await use.together(*(partial(_reason, use, id_, lines[id_][0][0]) for id_ in list(lines)[:_MOST_REASONS]))
    why = dict(zip(lines, reasons, strict=False))
    return {id_: _Failed(len(runs), has_more, why.get(id_)) for id_, (runs, has_more) in lines.items()}


def _worth(scenario: Scenario) -> tuple[bool, bool, bool]:
    return (
        not count_of(scenario, "dlqCount"),
        scenario.get("isinvalid") is not True,
        scenario.get("isActive") is not True,
    )


async def _failed(use: Use, scenario_id: int, begin: int) -> tuple[list[dict[str, Any]], bool] | None:
    """Lines of its log, and whether there are more; None where there was no time to read them."""
    if use.is_late():
        return None
    given = {"scenario_id": scenario_id, "from_": begin, "status": FAILED}
    found = await use.perhaps(f"The log of scenario {scenario_id}", use.items(scenarios_logs, most=_MOST_RUNS, **given))
    return ([], False) if found is None else found


async def _reason(use: Use, scenario_id: int, line: Mapping[str, Any]) -> str | None:
    if use.is_late():
        return None
    told = await read_failure(use, scenario_id, line)
    if told is not None and not isinstance(told, UpstreamError) and (message := told.message or told.type):
        return safe(message, _LONGEST_REASON)
    waiting = await tried(use.items(incomplete_executions_list, scenario_id=scenario_id))
    left = None if isinstance(waiting, UpstreamError) else left_behind(line, waiting[0])
    return text_of(left or {}, "reason", _LONGEST_REASON)


def _concerns(scenarios: Sequence[Scenario], failed: Mapping[int, _Failed]) -> list[int]:
    """The scenarios with which something is the matter, the most failures first."""
    known = by_id(scenarios)
    wrong = [
        id_ for id_, one in known.items() if id_ in failed or count_of(one, "dlqCount") or one.get("isinvalid") is True
    ]
    return sorted(
        wrong, key=lambda id_: (-failed[id_].runs if id_ in failed else 0, -(count_of(known[id_], "dlqCount") or 0))
    )


def _shown(seen: _Seen, failed: Mapping[int, _Failed]) -> dict[str, Any]:
    """`{"id", "name", "plan"?, "isPaused"?, "operations"?, "transfer"?, "teams": [...], "moreTeams"?}`."""
    data = seen.data
    found: dict[str, Any] = {"id": seen.organization.id, "name": seen.organization.name} | present(
        plan=text_of(data, "productName"), isPaused=data.get("isPaused") is True, operations=_operations(seen)
    )
    used, limit = count_of(data, "transfer"), count_of(object_of(data, "license"), "transfer")
    if used and limit and used / limit > _NEAR:
        found["transfer"] = _of(used, limit)
    shown = [_shown_team(team, seen, failed) for team in seen.teams]
    if len(shown) > _MOST_TEAMS:
        # Stable: those without a concern stay in Make's order.
        shown = sorted(shown, key=lambda team: -len(team.get("concerns", ())))[:_MOST_TEAMS]
    return found | {"teams": shown} | present(moreTeams=len(seen.teams) - len(shown))


def _operations(seen: _Seen) -> dict[str, Any]:
    """`{"used", "limit"?, "percent"?, "resets"?, "daysLeft"?, "atPaceOf7Days"?}`."""
    used, limit = count_of(seen.data, "operations"), count_of(object_of(seen.data, "license"), "operations")
    if used is None:
        return present(limit=limit)
    found = _of(used, limit)
    if (reset := moment_of(seen.data, "nextReset")) is None:
        return found
    days = max(ceil((reset - time()) / _DAY), 0)
    found |= {"resets": text_of(seen.data, "nextReset"), "daysLeft": days}
    # The last day is not over.
    full = [count for day in seen.usage[:-1] if (count := count_of(day, "operations")) is not None][-_LAST_DAYS:]
    if len(full) == _LAST_DAYS:
        found["atPaceOf7Days"] = round(used + sum(full) / len(full) * days)
    return found


def _of(used: int, limit: int | None) -> dict[str, Any]:
    return {"used": used} | ({"limit": limit, "percent": round(used / limit * 100, 1)} if limit else {})


def _share(seen: _Seen) -> float:
    """Of the operations that the plan allows."""
    return (_operations(seen).get("percent") or 0) / 100


def _shown_team(team: Team, seen: _Seen, failed: Mapping[int, _Failed]) -> dict[str, Any]:
    """`{"id", "name", "active"?, "scenarios"?, "concerns"?: [{"id", "name", "failed"?, "why"?, "incomplete"?, ...}]}`."""
    own = [one for one in seen.scenarios or () if one.get("teamId") == team.id]
    found: dict[str, Any] = {"id": team.id, "name": team.name}
    if seen.scenarios is not None:
        found |= {"active": sum(one.get("isActive") is True for one in own), "scenarios": len(own)}
    found |= present(isPaused=team.data.get("isPaused") is True)
    used, limit = count_of(team.data, "consumedOperations"), count_of(team.data, "operationsLimit")
    if used is not None and limit:
        found["operations"] = _of(used, limit)
    known = by_id(own)
    ids = _concerns(own, failed)
    concerns = [_concern(known[id_], failed.get(id_)) for id_ in ids[:_SHOWN]]
    return found | present(concerns=concerns, moreConcerns=len(ids) - len(concerns))


def _concern(scenario: Scenario, failed: _Failed | None) -> dict[str, Any]:
    found = present(id=id_of(scenario), name=text_of(scenario, "name"))
    if failed is not None:
        found |= {"failed": failed.runs} | present(moreFailed=failed.has_more, why=failed.why)
    return found | present(
        incomplete=count_of(scenario, "dlqCount"),
        isinvalid=scenario.get("isinvalid") is True,
        isOff=scenario.get("isActive") is not True,
    )
