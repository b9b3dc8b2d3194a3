"""What the previews of writes to scenarios and hooks say."""

from typing import Any

from tests.tools.preview_form import BROKEN, FAILED, GUARD, HOOK, ORDERS, STOCK, TEAM, Told, blueprint
from tests.tools.wire_form import BLUEPRINT, RUN_A, SCHEDULING

from make_tools.previews import Unseen

ON: dict[str, Any] = {**ORDERS, "teamId": 5, "scheduling": SCHEDULING, "folderId": None}
FLOW: list[dict[str, Any]] = [{"id": 2, "module": "slack:CreateMessage", "parameters": {}}]
INTERFACE: dict[str, Any] = {
    "interface": {
        "input": [
            {"name": "email", "type": "email", "required": True},
            {"name": "note"},
            {"name": "tier", "type": "select", "required": True, "default": "B"},
            {"name": "the sum. Agree", "type": "number", "required": True},
            {"type": "text"},
        ],
        "output": None,
    }
}

SCENARIOS = (
    Told(
        "scenarios_create",
        {"teamId": 5, "blueprint": BLUEPRINT, "scheduling": SCHEDULING, "confirmed": True},
        {"/teams/5": TEAM, "/scenarios": {"scenarios": [{"id": 71, "name": "Orders"}, {"id": 72, "name": "Other"}]}},
        'Create the scenario "Orders" in team 5 "Operations", switched off.',
        "Orders",
        [
            "It stays off until it is switched on; its schedule is then: every 15 minutes.",
            "A second call makes a second scenario.",
            "Apps that the organization lacks are installed.",
            "There is one of this name already: scenario 71.",
        ],
    ),
    Told(
        "scenarios_update",
        {"scenarioId": 71, "name": "Orders", "scheduling": {"type": "daily", "time": "05:30"}, "folderId": 0},
        {"/scenarios/71": {"scenario": ON}, "/teams/5": TEAM},
        'Change scenario 71 "Order intake" in team 5 "Operations": name, schedule, folder. It is on; its schedule is: every 15 minutes.',
        "Order intake",
        ["It is on: the new schedule holds at once (daily at 05:30), and may run it right away."],
    ),
    Told(
        "scenarios_update",
        {"scenarioId": 71, "name": "Order intake", "blueprint": {"name": "x", "metadata": {}, "flow": FLOW}},
        {"/scenarios/71": {"scenario": ON}, "/teams/5": TEAM, "/scenarios/71/blueprint": blueprint()},
        'Change scenario 71 "Order intake" in team 5 "Operations": name, blueprint. It is on; its schedule is: every 15 minutes.',
        "Order intake",
        [
            "The blueprint is replaced whole; Make keeps the version before it for 60 days.",
            "It is so already: nothing would change.",
            "It is on: its next run uses the new blueprint. Somebody who has it open at Make and saves later overwrites it.",
        ],
    ),
    Told(
        "scenarios_update",
        {"scenarioId": 71, "blueprint": BLUEPRINT},
        {"/scenarios/71": {"scenario": {**ON, "isActive": False}}, "/teams/5": TEAM},
        'Change scenario 71 "Order intake" in team 5 "Operations": blueprint. It is off; its schedule is: every 15 minutes.',
        "Order intake",
        ["The blueprint is replaced whole; Make keeps the version before it for 60 days."],
        [],
        ["The blueprint as it is now, to compare with: Make answered 404. The whole of it would be replaced."],
    ),
    Told(
        "scenarios_start",
        {"scenarioId": 73},
        {
            "/scenarios/73": {
                "scenario": {**BROKEN, "teamId": 5, "scheduling": {"type": "weekly", "days": [1, 4], "time": "07:15"}}
            },
            "/teams/5": TEAM,
        },
        'Switch scenario 73 "Refunds" in team 5 "Operations" on. It is invalid; its schedule is: weekly (days 1, 4) at 07:15.',
        "Refunds",
        ["It runs by its schedule (weekly (days 1, 4) at 07:15).", "It works with: slack, datastore."],
        hindered=[
            "It is invalid, since a module or a connection is missing: it has to be mended first, at Make or with scenarios_update."
        ],
    ),
    Told(
        "scenarios_start",
        {"scenarioId": 71},
        {"/scenarios/71": {"scenario": {**ON, "isActive": False}}, "/teams/5": TEAM},
        'Switch scenario 71 "Order intake" in team 5 "Operations" on. It is off; its schedule is: every 15 minutes.',
        "Order intake",
        ["It runs at once, then every 15 minutes.", "It works with: gateway, slack."],
    ),
    Told(
        "scenarios_stop",
        {"scenarioId": 71},
        {"/scenarios/71": {"scenario": {**ON, "hookId": 41}}, "/teams/5": TEAM},
        'Switch scenario 71 "Order intake" in team 5 "Operations" off. It is on; its schedule is: every 15 minutes.',
        "Order intake",
        [
            "A run in progress goes on to its end; no new one begins.",
            "What its hook receives meanwhile waits in the queue.",
        ],
    ),
    Told(
        "scenarios_run",
        {"scenarioId": 71, "data": {"email": "a@example.com", "is it so": 1}},
        {
            "/scenarios/71": {
                "scenario": {**ON, "isActive": False, "hookId": 41, "scheduling": {"type": "immediately"}}
            },
            "/teams/5": TEAM,
        },
        'Run scenario 71 "Order intake" in team 5 "Operations" once with 2 inputs (email, "is it so"). '
        "It is off; its schedule is: as soon as data comes in.",
        "Order intake",
        ["It works with: gateway, slack.", "A run cannot be taken back. A second call is a second run."],
        hindered=[
            'It is off: first scenarios_start {"scenarioId":71}.',
            'A hook starts it: a call to the url of its hook (hooks_get {"hookId":41}) runs it, and scenarios_run never does.',
        ],
    ),
    Told(
        "scenarios_run",
        {"scenarioId": 71, "data": {"email": None, "is it so": 1}},
        {"/scenarios/71": {"scenario": ON}, "/teams/5": TEAM, "/scenarios/71/interface": INTERFACE},
        'Run scenario 71 "Order intake" in team 5 "Operations" once with 2 inputs (email, "is it so"). '
        "It is on; its schedule is: every 15 minutes.",
        "Order intake",
        [
            'Its inputs: email (email, required), note, tier (select), "the sum. Agree" (number, required).',
            "It works with: gateway, slack.",
            "A run cannot be taken back. A second call is a second run.",
        ],
        hindered=[
            '`data` lacks what is required: email, "the sum. Agree". First ask the user for it where it is not known.',
            '`data` holds what is no input of it: "is it so".',
        ],
    ),
    Told(
        "scenarios_run",
        {"scenarioId": 73, "data": {"any": 1}},
        {"/scenarios/73": {"scenario": {**BROKEN, "teamId": 5}}, "/teams/5": TEAM},
        'Run scenario 73 "Refunds" in team 5 "Operations" once with 1 input (any). '
        "It is invalid; its schedule is: on an unknown schedule.",
        "Refunds",
        ["It works with: slack, datastore.", "A run cannot be taken back. A second call is a second run."],
        [],
        ["Which inputs it takes: Make answered 404."],
        ["It is off and invalid: it has to be mended first, at Make or with scenarios_update, then switched on."],
    ),
    Told(
        "scenarios_delete",
        {"scenarioId": 71},
        {
            "/scenarios/71": {"scenario": {**ON, "hookId": 41, "dlqCount": 1}},
            "/teams/5": TEAM,
            "/dlqs": {"dlqs": [FAILED]},
        },
        'Delete scenario 71 "Order intake" in team 5 "Operations" for good. It is on; its schedule is: every 15 minutes.',
        "Order intake",
        [
            "Its runs, their logs and its versions go with it. Make has no way to bring it back.",
            "Hook 41 stays, and nothing takes what it receives any more.",
            "What failed and waits for a retry goes too: 1 incomplete execution.",
        ],
        [f'incomplete execution {RUN_A}, failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests"'],
    ),
    Told(
        "hooks_create",
        {"teamId": 5, "name": "Returns", "headers": True, "data": {"__IMTCONN__": 9}},
        {"/teams/5": TEAM, "/hooks": {"hooks": [HOOK]}},
        'Create the hook "Returns" of type gateway-webhook in team 5 "Operations", with a value for __IMTCONN__, switched on: headers.',
        "Returns",
        [
            "Make gives it an address. That is a secret: whoever knows it can send data to it.",
            "It starts nothing until a scenario uses it. A second call makes a second hook.",
        ],
    ),
    Told(
        "hooks_rename",
        {"hookId": 41, "name": "Orders"},
        {"/hooks/41": {"hook": HOOK}, "/teams/5": TEAM},
        'Rename hook 41 "New orders" in team 5 "Operations" to "Orders".',
        "New orders",
        ["Its address stays, and so does the scenario that it starts."],
    ),
    Told(
        "hooks_enable",
        {"hookId": 41},
        {"/hooks/41": {"hook": {**HOOK, "enabled": False}}, "/teams/5": TEAM, "/scenarios/71": {"scenario": ORDERS}},
        'Switch hook 41 "New orders" in team 5 "Operations" on, so that it takes data. It refuses data; 2 deliveries wait in its queue.',
        "New orders",
        ["The scenario that it starts is on: each delivery starts it."],
        ['scenario 71 "Order intake", on'],
    ),
    Told(
        "hooks_disable",
        {"hookId": 41},
        {
            "/hooks/41": {"hook": {**HOOK, "enabled": False}},
            "/teams/5": TEAM,
            "/scenarios/71": Unseen("Make answered 403"),
        },
        'Switch hook 41 "New orders" in team 5 "Operations" off, so that it refuses data. It refuses data; 2 deliveries wait in its queue.',
        "New orders",
        ["It refuses data already: nothing would change."],
        ["scenario 71"],
        ["The scenario that it starts: Make answered 403."],
    ),
    Told(
        "hooks_delete",
        {"hookId": 41},
        {
            "/hooks/41": {"hook": {**HOOK, "gone": True}},
            "/teams/5": TEAM,
            "/scenarios": {"scenarios": [{**STOCK, "hookId": 41}, {**ORDERS, "hookId": None}, BROKEN]},
        },
        'Delete hook 41 "New orders" in team 5 "Operations" for good. It takes data; 2 deliveries wait in its queue.',
        "New orders",
        [
            "Its address stops for good: a new hook gets another one, and whoever sends data to this one has to be told.",
            "What waits in its queue goes with it.",
            "Make marks it as gone: the service that it belongs to no longer knows it.",
            GUARD,
        ],
        ['scenario 71 "Order intake", on', 'scenario 72 "Stock sync", off'],
    ),
    Told(
        "hooks_delete",
        {"hookId": 41},
        {"/hooks/41": {"hook": {**HOOK, "scenarioId": None, "queueCount": 0}}, "/scenarios": {"scenarios": [BROKEN]}},
        'Delete hook 41 "New orders" in team 5 for good. It takes data; nothing waits in its queue.',
        "New orders",
        [
            "It starts no scenario.",
            "Its address stops for good: a new hook gets another one, and whoever sends data to this one has to be told.",
            GUARD,
        ],
        [],
        ["The name of the team: Make answered 404."],
    ),
)
