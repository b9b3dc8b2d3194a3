"""The ten tasks with our tools.

What deletes takes two calls: a preview with a code, and the code. What else writes takes one, with `confirm`: true.
"""

from typing import Final

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
    ORGANIZATION,
    RENEWED,
    SINCE,
)


async def _found(agent: Agent, text: str, kind: str) -> list[Json]:
    return (await agent.call("find", text=text, kind=kind))["found"]


async def _one(agent: Agent, name: str, kind: str) -> Json:
    return named(await _found(agent, name, kind), name)


async def failures(agent: Agent) -> Outcome:
    overview = await agent.call("account_overview", since=SINCE)
    found = [
        {"scenarioId": scenario["id"], "reason": scenario["why"]}
        for team in named(overview["organizations"], ORGANIZATION)["teams"]
        for scenario in team.get("concerns", ())
        if scenario.get("failed")
    ]
    return Outcome(found={"failures": found})


async def retry(agent: Agent) -> Outcome:
    id_ = (await _one(agent, RENEWED, "scenario"))["id"]
    await agent.call("incomplete_executions_retry_several", scenarioId=id_, all_=True, confirm=True)
    rows = (await agent.call("incomplete_executions_list", scenarioId=id_))["dlqs"]
    return Outcome(found={"resolved": [row["id"] for row in rows if row.get("resolved")]})


async def limit(agent: Agent) -> Outcome:
    overview = await agent.call("account_overview")
    operations = named(overview["organizations"], ORGANIZATION)["operations"]
    return Outcome(found={"used": operations["used"], "limit": operations["limit"]})


async def delete_connection(agent: Agent) -> Outcome:
    """The preview of the deletion names what uses the connection; Make holds it back, and has to be overruled."""
    id_ = (await _one(agent, CONNECTION, "connection"))["id"]
    preview = await agent.call("connections_delete", connectionId=id_)
    # As `scenario 4667505 "Content calendar reminders", on: uses it in module 3 slack:CreateMessage`.
    off = [int(line.split()[1]) for line in preview["dependents"] if ", on:" in line]
    for scenario in off:
        await agent.call("scenarios_stop", scenarioId=scenario, confirm=True)
    while (preview := await agent.call("connections_delete", connectionId=id_, confirm=preview["code"])).get("code"):
        pass
    return Outcome(found={"switchedOff": off, "deleted": id_})


async def copy(agent: Agent) -> Outcome:
    id_ = (await _one(agent, DRAFTS, "scenario"))["id"]
    connections = await _found(agent, "slack", "connection")
    old, new = named(connections, CONNECTION), named(connections, CONNECTION_THERE)
    team = await _one(agent, CARE, "team")
    made = await agent.call(
        "scenarios_clone",
        scenarioId=id_,
        organizationId=team["organizationId"],
        teamId=team["id"],
        name=DRAFTS,
        replace={"connections": {str(old["id"]): new["id"]}},
        confirm=True,
    )
    return Outcome(found={"scenarioId": made["scenario"]["id"]})


async def hook(agent: Agent) -> Outcome:
    found = (await _found(agent, "order", "hook"))[0]
    ping = await agent.call("hooks_ping", hookId=found["id"])
    alive = ping["attached"] and not ping["gone"] and found["enabled"] and found["scenarioIsActive"]
    return Outcome(found={"hookId": found["id"], "scenarioId": found["scenarioId"], "alive": alive})


async def rename(agent: Agent) -> Outcome:
    id_ = (await _one(agent, LEADS, "scenario"))["id"]
    await agent.call("scenarios_update", scenarioId=id_, name=LEADS_RENAMED, confirm=True)
    return Outcome(found={"scenarioId": id_})


async def clean_up(agent: Agent) -> Outcome:
    id_ = (await _one(agent, INVOICES, "scenario"))["id"]
    preview = await agent.call("incomplete_executions_delete", scenarioId=id_, createdBefore=OLD)
    code = preview["code"]
    done = await agent.call("incomplete_executions_delete", scenarioId=id_, createdBefore=OLD, confirm=code)
    return Outcome(found={"deleted": done["dlqs"]})


async def access(agent: Agent) -> Outcome:
    team = await _one(agent, MARKETING, "team")
    users = (await agent.call("users_list", teamId=team["id"]))["users"]
    return Outcome(found={"people": [user["name"] for user in users]})


async def run(agent: Agent) -> Outcome:
    id_ = (await _one(agent, LEADS, "scenario"))["id"]
    answer = await agent.call("scenarios_run", scenarioId=id_, data=INPUTS, responsive=True, confirm=True)
    return Outcome(found={"executionId": answer["executionId"], "outputs": answer["outputs"]})


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
