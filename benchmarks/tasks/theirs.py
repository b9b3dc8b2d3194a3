"""The ten tasks with the tools of Make's own SDK, played by somebody who knows all 181 of them.

Each script takes the shortest way that its tools leave. Two things that save calls and that an agent may well not
think of are taken for known: `organizations_list` names the teams of each organization, and `scenarios_list` counts the
incomplete executions and names the apps of each scenario.
"""

from typing import Any, Final

from tasks.playing import Agent, Json, Outcome, Script, named
from tasks.wording import (
    CARE,
    CONNECTION,
    CONNECTION_THERE,
    DRAFTS,
    INPUTS,
    INVOICES,
    LEADS,
    LEADS_RENAMED,
    MARKETING,
    OLD,
    OPERATIONS,
    ORGANIZATION,
    RENEWED,
    SINCE,
)


async def _organization(agent: Agent) -> Json:
    return named(await agent.call("organizations_list"), ORGANIZATION)


async def _team(agent: Agent, name: str) -> int:
    return named((await _organization(agent))["teams"], name)["id"]


async def _scenario(agent: Agent, team: str, name: str) -> int:
    return named(await agent.call("scenarios_list", teamId=await _team(agent, team)), name)["id"]


async def failures(agent: Agent) -> Outcome:
    """Looks at the incomplete executions, which are short, and not at the runs: 50 of a scenario are 23 kB, and what
    `executions_list` is told of status and time never reaches Make. A scenario that keeps no incomplete executions would be missed.
    """
    found: list[Json] = []
    for team in (await _organization(agent))["teams"]:
        for scenario in await agent.call("scenarios_list", teamId=team["id"]):
            if not scenario["dlqCount"]:
                continue
            rows = await agent.call("incomplete-executions_list", scenarioId=scenario["id"])
            late = [row for row in rows if row["created"] >= SINCE]
            if late:
                found.append({"scenarioId": scenario["id"], "reason": late[-1]["reason"]})
    return Outcome(found={"failures": found})


async def retry(agent: Agent) -> Outcome:
    scenario = await _scenario(agent, MARKETING, RENEWED)
    rows = await agent.call("incomplete-executions_list", scenarioId=scenario)
    waiting = [row["id"] for row in rows if not row["resolved"]]
    return Outcome(found={"waiting": waiting}, missing="none of its tools retries an incomplete execution")


async def limit(agent: Agent) -> Outcome:
    organization = await _organization(agent)
    detail = await agent.call("organizations_get", organizationId=organization["id"])
    return Outcome(found={"used": int(detail["operations"]), "limit": detail["license"]["operations"]})


async def delete_connection(agent: Agent) -> Outcome:
    """`connections_delete` overrules Make's guard without a word, so the blueprints are read first: those of active
    scenarios alone, and of these the ones that use the connection's app.
    """
    team = await _team(agent, MARKETING)
    connection = named(await agent.call("connections_list", teamId=team, type=["slack"]), CONNECTION)["id"]
    off: list[int] = []
    for scenario in await agent.call("scenarios_list", teamId=team):
        if not scenario["isActive"] or "slack" not in scenario["usedPackages"]:
            continue
        blueprint = (await agent.call("scenarios_get", scenarioId=scenario["id"]))["blueprint"]
        if connection in _connections(blueprint["flow"]):
            await agent.call("scenarios_deactivate", scenarioId=scenario["id"])
            off.append(scenario["id"])
    await agent.call("connections_delete", connectionId=connection)
    return Outcome(found={"switchedOff": off, "deleted": connection})


async def copy(agent: Agent) -> Outcome:
    teams = (await _organization(agent))["teams"]
    source, target = named(teams, MARKETING)["id"], named(teams, CARE)["id"]
    scenario = named(await agent.call("scenarios_list", teamId=source), DRAFTS)["id"]
    original = await agent.call("scenarios_get", scenarioId=scenario)
    there = named(await agent.call("connections_list", teamId=target, type=["slack"]), CONNECTION_THERE)["id"]
    # The schedule has an argument of its own, and there are no inputs and outputs to take along.
    blueprint = {
        name: value for name, value in original["blueprint"].items() if name not in ("scheduling", "interface")
    }
    for module in blueprint["flow"]:
        if "__IMTCONN__" in module["parameters"]:
            module["parameters"]["__IMTCONN__"] = there
    made = await agent.call("scenarios_create", teamId=target, scheduling=original["scheduling"], blueprint=blueprint)
    return Outcome(found={"scenarioId": made["id"]})


async def hook(agent: Agent) -> Outcome:
    """`scenarios_list` costs less than `scenarios_get`, which brings the blueprint."""
    team = await _team(agent, OPERATIONS)
    rows = [row for row in await agent.call("hooks_list", teamId=team) if "order" in row["name"].lower()]
    found = rows[0]
    scenarios = await agent.call("scenarios_list", teamId=team)
    scenario = next(row for row in scenarios if row["id"] == found["scenarioId"])
    room = found["queueCount"] < found["queueLimit"]
    works = scenario["isActive"] and not scenario["isinvalid"]
    alive = found["enabled"] and not found["gone"] and room and works
    return Outcome(found={"hookId": found["id"], "scenarioId": scenario["id"], "alive": alive})


async def rename(agent: Agent) -> Outcome:
    """`scenarios_update` empties the inputs and outputs of whatever it changes, so they are read before and put back."""
    scenario = await _scenario(agent, MARKETING, LEADS)
    interface = await agent.call("scenarios_interface", scenarioId=scenario)
    await agent.call("scenarios_update", scenarioId=scenario, name=LEADS_RENAMED)
    await agent.call("scenarios_set-interface", scenarioId=scenario, interface=interface)
    return Outcome(found={"scenarioId": scenario})


async def clean_up(agent: Agent) -> Outcome:
    scenario = await _scenario(agent, OPERATIONS, INVOICES)
    rows = await agent.call("incomplete-executions_list", scenarioId=scenario)
    old = [row["id"] for row in rows if row["created"] < OLD]
    return Outcome(found={"old": old}, missing="none of its tools deletes an incomplete execution")


async def access(agent: Agent) -> Outcome:
    """`teams_get` is the only one of its tools that might have told; `roles_list` says what roles there are, for 4 kB."""
    team = await _team(agent, MARKETING)
    await agent.call("teams_get", teamId=team)
    return Outcome(found={}, missing="none of its tools names the members of a team")


async def run(agent: Agent) -> Outcome:
    scenario = await _scenario(agent, MARKETING, LEADS)
    answer = await agent.call("scenarios_run", scenarioId=scenario, data=INPUTS, responsive=True)
    return Outcome(found={"executionId": answer["executionId"], "outputs": answer["outputs"]})


def _connections(flow: list[Any]) -> set[int]:
    """The connections that a blueprint's modules use, however deep they lie."""
    found: set[int] = set()
    for module in flow:
        found |= {value for value in [module.get("parameters", {}).get("__IMTCONN__")] if value is not None}
        for inner in [*(route["flow"] for route in module.get("routes", [])), module.get("onerror", [])]:
            found |= _connections(inner)
    return found


SCRIPTS: Final[dict[str, Script]] = {
    "failures": failures,
    "retry": retry,
    "limit": limit,
    "delete_connection": delete_connection,
    "copy": copy,
    "hook": hook,
    "rename": rename,
    "clean_up": clean_up,
    "access": access,
    "run": run,
}
