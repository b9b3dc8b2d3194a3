"""The form of the cases of previews, and an account in the form in which Make answers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.tools.wire_form import RUN_A

from make_tools.previews import Seen

TEAM = {"team": {"id": 5, "name": "Operations", "organizationId": 3, "activeScenarios": 1}}
ORDERS = {"id": 71, "name": "Order intake", "isActive": True, "isinvalid": False, "usedPackages": ["gateway", "slack"]}
STOCK = {"id": 72, "name": "Stock sync", "isActive": False, "isinvalid": False, "usedPackages": ["http", "datastore"]}
BROKEN = {"id": 73, "name": "Refunds", "isActive": False, "isinvalid": True, "usedPackages": ["slack", "datastore"]}
SCENARIOS = {"scenarios": [STOCK, BROKEN, ORDERS], "pg": {"limit": 500, "offset": 0}}
SLACK = {
    "id": 9, "name": "Slack (Northwind)", "teamId": 5, "accountName": "slack", "accountType": "oauth", "editable": False,
    "metadata": {"type": "email", "value": "ops@example.com"},
}  # fmt: skip
HOOK = {
    "id": 41, "name": "New orders", "teamId": 5, "typeName": "gateway-webhook", "enabled": True, "gone": False, "queueCount": 2,
    "scenarioId": 71, "url": "https://hook.eu1.make.com/abc",
}  # fmt: skip
STORE = {
    "id": 31,
    "name": "Suppliers",
    "teamId": 5,
    "records": 37,
    "size": "5027",
    "maxSize": "8388608",
    "datastructureId": 17,
}
LEVELS = {
    "id": 32,
    "name": "Levels",
    "teamId": 5,
    "records": "412",
    "size": "3145728",
    "maxSize": "10485760",
    "datastructureId": 18,
}
FAILED = {
    "id": RUN_A,
    "reason": "[429] Too many requests",
    "created": "2026-05-01T10:00:00.000Z",
    "attempts": 2,
    "resolved": False,
}
LINK = {
    "connection_id": "link-1",
    "status": "ACTIVE",
    "app": "make",
    "url": "https://connect.maton.ai/?session_token=x",
}
GUARD = "Make may ask back before it deletes: then nothing is gone until that is confirmed as well."


def blueprint(**parameters: Any) -> dict[str, Any]:
    flow = [{"id": 2, "module": "slack:CreateMessage", "parameters": parameters}]
    return {"code": "OK", "response": {"blueprint": {"name": "x", "flow": flow, "metadata": {}}, "scheduling": {}}}


class Told(NamedTuple):
    """What a preview says, on answers by the path of the request."""

    tool: str
    given: Mapping[str, Any]
    answers: Mapping[str, Seen]
    what: str
    name: str
    """What a person types."""
    next: Sequence[str]
    dependents: Sequence[str] = ()
    unseen: Sequence[str] = ()
    hindered: Sequence[str] = ()
