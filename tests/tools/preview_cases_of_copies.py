"""What the previews of copies of scenarios say."""

from typing import Any

from tests.tools.preview_form import HOOK, LEVELS, ORDERS, SLACK, STORE, TEAM, Told
from tests.tools.wire_form import CLONE, SCHEDULING

from make_tools.previews import Seen, Unseen

ON: dict[str, Any] = {**ORDERS, "id": 77, "teamId": 22, "scheduling": SCHEDULING}
SALES = {"team": {"id": 22, "name": "Sales", "organizationId": 11}}


def using(*parameters: dict[str, Any]) -> dict[str, Any]:
    flow = [{"id": id_, "module": "a:b", "parameters": one} for id_, one in enumerate(parameters, 1)]
    return {"code": "OK", "response": {"blueprint": {"name": "x", "flow": flow, "metadata": {}}}}


PLAN = using({"hook": 41}, {"__IMTCONN__": 9}, {"__IMTCONN__": 9, "datastore": 31}, {"auth": 51})
ACCOUNT: dict[str, Seen] = {
    "/scenarios/77": {"scenario": ON},
    "/scenarios/77/blueprint": PLAN,
    "/scenarios": {"scenarios": [{"id": 77, "name": "Order intake"}, {"id": 78, "name": "Copy"}]},
    "/teams/22": SALES,
    "/teams/5": TEAM,
}
LATER = "It stays off until it is switched on; its schedule is then: every 15 minutes."
ANEW = "Its triggers begin anew; runs and incomplete executions stay with the original."
TWICE = "A second call makes a second copy."
ELSEWHERE = "The team belongs to organization 3, not to 11: first the right `organizationId`."
OTHER_FIELDS = "Data stores of different data structures may have different fields: compare them at Make before one takes the other's place."

COPIES = (
    Told(
        "scenarios_clone",
        CLONE,
        ACCOUNT,
        'Copy scenario 77 "Order intake" in team 22 "Sales" to the same team as "Copy", switched off. The original stays as it is: on.',
        "Order intake",
        [
            LATER,
            ANEW,
            TWICE,
            "There is one of this name already: scenario 78.",
            "The copy is invalid until it has a hook of its own: `replace` may name one for hooks 41.",
        ],
    ),
    Told(
        "scenarios_clone",
        {**CLONE, "states": True, "confirmed": True, "replace": {"hooks": {"41": 42}, "connections": {"9": None}}},
        {**ACCOUNT, "/scenarios": {"scenarios": []}, "/teams/22": Unseen("Make answered 403")},
        'Copy scenario 77 "Order intake" in team 22 to the same team as "Copy", switched off. The original stays as it is: on.',
        "Order intake",
        [
            LATER,
            "How far its triggers have got is copied too; runs and incomplete executions stay with the original.",
            TWICE,
            "Apps that the organization lacks are installed.",
        ],
        [],
        ["The name of the team: Make answered 403.", "The hooks of team 22: Make answered 404."],
    ),
    Told(
        "scenarios_clone",
        {**CLONE, "teamId": 5, "replace": {"dataStores": {"31": 32}}},
        {
            **ACCOUNT,
            "/scenarios": {"scenarios": []},
            "/connections": {"connections": [SLACK]},
            "/hooks": {"hooks": [HOOK]},
            "/data-stores": {"dataStores": [STORE, LEVELS]},
        },
        'Copy scenario 77 "Order intake" in team 22 "Sales" to team 5 "Operations" as "Copy", switched off. The original stays as it is: on.',
        "Order intake",
        [
            LATER,
            ANEW,
            TWICE,
            OTHER_FIELDS,
        ],
        hindered=[
            ELSEWHERE,
            "`replace` has to name others for: connections 9; hooks 41; keys 51. `uses` says which there are.",
        ],
    ),
    Told(
        "scenarios_clone",
        {**CLONE, "teamId": 5},
        {**ACCOUNT, "/scenarios": {"scenarios": []}, "/scenarios/77/blueprint": Unseen("Make answered 503", 503)},
        'Copy scenario 77 "Order intake" in team 22 "Sales" to team 5 "Operations" as "Copy", switched off. The original stays as it is: on.',
        "Order intake",
        [LATER, ANEW, TWICE],
        [],
        ["What the copy would use: Make answered 503. In another team all of that has to be replaced."],
        [ELSEWHERE],
    ),
)
