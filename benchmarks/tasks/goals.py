"""When a task is done: what an agent has to report, and what the account has to hold afterwards.

The account is read here by plain HTTP; neither side's word is taken for it.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from tasks.account import Account, State, differences
from tasks.playing import Json, named
from tasks.wording import (
    CONNECTION,
    CONNECTION_THERE,
    DRAFTS,
    INVOICES,
    LEADS,
    LEADS_RENAMED,
    MARKETING,
    OLD,
    ORGANIZATION,
    RENEWED,
    SENTENCES,
    SINCE,
)

EDITED: Final = frozenset({"lastEdit", "updatedByUser", "scenarioVersion"})
"""What every change of a scenario leaves behind."""

Problems = Iterable[str]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A task that was played: what was found, and the account before and after."""

    found: Json
    account: Account
    before: State
    after: State

    def one(self, kind: str, name: str) -> tuple[int, Json]:
        """The id and the record of the only thing of this kind with this name, as it was before."""
        row = named([row for thing, row in self.before.items() if thing.startswith(f"{kind} ")], name)
        return row["id"], row

    def incomplete(self, scenario: int) -> dict[str, Json]:
        """The incomplete executions that a scenario had before."""
        rows = ((thing, row) for thing, row in self.before.items() if thing.startswith("incomplete "))
        return {thing: row for thing, row in rows if row["scenarioId"] == scenario}


class Verdict:
    """What is wrong with an outcome, in sentences, and what it may have changed.

    `may_change` names fields (`scenario 5.name`) or whole things (`scenario 5`). Any other change is a side effect.
    """

    def __init__(self, *problems: Problems, may_change: Iterable[str] = ()) -> None:
        self.problems = [problem for each in problems for problem in each]
        self.may_change = frozenset(may_change)


Check = Callable[[Checked], Awaitable[Verdict]]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One of the ten tasks."""

    name: str
    check: Check
    prepare: Callable[[Account], Awaitable[None]] | None = None

    @property
    def sentence(self) -> str:
        return SENTENCES[self.name]

    async def judge(self, played: Checked) -> list[str]:
        """Why the goal was not reached, in sentences: nothing, where it was."""
        verdict = await self.check(played)
        effects = [
            f"side effect: {change} was {before!r} and is {after!r}"
            for change, (before, after) in sorted(differences(played.before, played.after).items())
            if verdict.may_change.isdisjoint({change, change.rpartition(".")[0]})
        ]
        return verdict.problems + effects


def _same(what: str, found: object, true: object) -> Problems:
    if found != true:
        yield f"{what}: {found!r} was found, and {true!r} is true"


async def _failures(played: Checked) -> Verdict:
    true: dict[int, str] = {}
    organization = named(await played.account.rows("organizations"), ORGANIZATION)["id"]
    for scenario in await played.account.rows("scenarios", organizationId=organization):
        for line in await played.account.rows(f"scenarios/{scenario['id']}/logs", status=3):
            if line["timestamp"] >= SINCE and scenario["id"] not in true:
                detail = await played.account.get(f"/scenarios/{scenario['id']}/executions/{line['id']}")
                true[scenario["id"]] = detail["error"]["message"]
    found = {row["scenarioId"]: row["reason"] for row in played.found["failures"]}
    return Verdict(_same("the reasons by scenario", found, true))


async def _renew(account: Account) -> None:
    """Somebody else put in the new key, before the agent was asked."""
    for organization in await account.rows("organizations"):
        for team in await account.rows("teams", organizationId=organization["id"]):
            for connection in await account.rows("connections", teamId=team["id"]):
                if connection["name"] == "Airtable (content)":
                    await account.post(f"/connections/{connection['id']}/set-data", {"apiKey": "sample-renewed"})


async def _retry(played: Checked) -> Verdict:
    scenario, _ = played.one("scenario", RENEWED)
    waiting = [thing for thing, row in played.incomplete(scenario).items() if not row["resolved"]]
    left = [thing for thing in waiting if not played.after[thing]["resolved"]]
    return Verdict(
        _same("still incomplete", left, []),
        _same("went through", sorted(played.found.get("resolved", [])), sorted(thing.split()[1] for thing in waiting)),
        may_change=[*waiting, f"scenario {scenario}.dlqCount", f"activity {scenario}"],
    )


async def _limit(played: Checked) -> Verdict:
    id_ = named(await played.account.rows("organizations"), ORGANIZATION)["id"]
    true = (await played.account.get(f"/organizations/{id_}"))["organization"]
    return Verdict(
        _same("used", played.found["used"], int(true["operations"])),
        _same("the limit", played.found["limit"], true["license"]["operations"]),
    )


async def _delete_connection(played: Checked) -> Verdict:
    connection, _ = played.one("connection", CONNECTION)
    users = [
        thing.replace("blueprint", "scenario")
        for thing, row in played.before.items()
        if thing.startswith("blueprint ") and f"'__IMTCONN__': {connection}" in str(row)
    ]
    active = [int(thing.split()[1]) for thing in users if played.before[thing]["isActive"]]
    # A scenario whose connection is gone is invalid: that is what was asked for.
    expected = [f"{thing}.{name}" for thing in users for name in ("isActive", "islinked", "isinvalid")]
    return Verdict(
        _same("still on", [thing for thing in users if played.after[thing]["isActive"]], []),
        _same("is gone", f"connection {connection}" not in played.after, true=True),
        _same("switched off", played.found["switchedOff"], active),
        may_change=[f"connection {connection}", *expected],
    )


async def _copy(played: Checked) -> Verdict:
    source, _ = played.one("scenario", DRAFTS)
    old, _ = played.one("connection", CONNECTION)
    new, there = played.one("connection", CONNECTION_THERE)
    id_ = played.found["scenarioId"]
    made = played.after.get(f"scenario {id_}")
    if made is None or f"scenario {id_}" in played.before:
        return Verdict([f"{id_} is no new scenario"])
    modules = str(played.before[f"blueprint {source}"]["flow"]).replace(str(old), str(new))
    return Verdict(
        _same("the team", made["teamId"], there["teamId"]),
        _same("the name", made["name"], DRAFTS),
        _same("is active", made["isActive"], true=False),
        _same("is invalid", made["isinvalid"], true=False),
        _same("the schedule", made["scheduling"], played.before[f"scenario {source}"]["scheduling"]),
        _same("the modules", str(played.after[f"blueprint {id_}"]["flow"]), modules),
        may_change=[f"{what} {id_}" for what in ("scenario", "blueprint", "interface", "activity")],
    )


async def _hook(played: Checked) -> Verdict:
    id_, hook = played.one("hook", "New orders")
    scenario = played.before[f"scenario {hook['scenarioId']}"]
    ping = await played.account.get(f"/hooks/{id_}/ping")
    alive = hook["enabled"] and ping["attached"] and not ping["gone"] and hook["queueCount"] < hook["queueLimit"]
    alive = alive and scenario["isActive"] and not scenario["isinvalid"]
    return Verdict(
        _same("the hook", played.found["hookId"], id_),
        _same("the scenario", played.found["scenarioId"], scenario["id"]),
        _same("alive", played.found["alive"], alive),
    )


async def _rename(played: Checked) -> Verdict:
    id_, _ = played.one("scenario", LEADS)
    return Verdict(
        _same("the name", played.after[f"scenario {id_}"]["name"], LEADS_RENAMED),
        # The blueprint carries the scenario's name.
        may_change=[f"blueprint {id_}.name", *(f"scenario {id_}.{name}" for name in ("name", *EDITED))],
    )


async def _clean_up(played: Checked) -> Verdict:
    scenario, _ = played.one("scenario", INVOICES)
    old = [thing for thing, row in played.incomplete(scenario).items() if row["created"] < OLD]
    return Verdict(
        _same("still there", [thing for thing in old if thing in played.after], []),
        _same("deleted", sorted(played.found.get("deleted", [])), sorted(thing.split()[1] for thing in old)),
        may_change=[*old, f"scenario {scenario}.dlqCount"],
    )


async def _access(played: Checked) -> Verdict:
    organization = named(await played.account.rows("organizations"), ORGANIZATION)["id"]
    team = named(await played.account.rows("teams", organizationId=organization), MARKETING)["id"]
    roles = (await played.account.get(f"/teams/{team}/user-team-roles"))["userTeamRoles"]
    everybody = {row["id"]: row["name"] for row in await played.account.rows("users", organizationId=organization)}
    true = sorted(everybody[role["userId"]] for role in roles)
    return Verdict(_same("who has access", sorted(played.found.get("people", [])), true))


async def _run(played: Checked) -> Verdict:
    id_, _ = played.one("scenario", LEADS)
    latest = played.after[f"activity {id_}"]["latest"]
    detail = await played.account.get(f"/scenarios/{id_}/executions/{latest['id']}")
    return Verdict(
        _same("the run", played.found["executionId"], latest["id"]),
        _same("it went", detail["status"], "SUCCESS"),
        _same("the outputs", played.found["outputs"], detail["outputs"]),
        may_change=[f"activity {id_}"],
    )


GOALS: Final = (
    Goal(name="failures", check=_failures),
    Goal(name="retry", check=_retry, prepare=_renew),
    Goal(name="limit", check=_limit),
    Goal(name="delete_connection", check=_delete_connection),
    Goal(name="copy", check=_copy),
    Goal(name="hook", check=_hook),
    Goal(name="rename", check=_rename),
    Goal(name="clean_up", check=_clean_up),
    Goal(name="access", check=_access),
    Goal(name="run", check=_run),
)
