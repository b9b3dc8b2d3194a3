"""Hooks: the webhooks and mailhooks that start scenarios."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc, TypedDict

from make_tools.arguments import (
    AllPages,
    HookId,
    Id,
    Limit,
    Name,
    NewName,
    Offset,
    ShownFields,
    Sort,
    TeamId,
    Text,
    apart,
    columns,
    present,
)
from make_tools.endpoint import Group
from make_tools.shape import Listing
from make_tools.signature import Spread

hooks = Group(
    name="hooks",
    about="Hooks: the webhooks and mailhooks that start scenarios.",
    noun="hook",
    scope="hooks",
    # Whoever knows one of them can start the scenario.
    secrets=frozenset({"url", "udid", "address"}),
)

_WEBHOOK = "gateway-webhook"


class HookFilters(TypedDict, total=False):
    typeName: Annotated[Text, Field(description="gateway-webhook…")]
    assigned: Annotated[bool, Field(description="to a scenario")]
    viewForScenarioId: Annotated[Id, Field(description="usable by it")]


HookSort = Annotated[Sort, columns("name"), Doc("name, or -name for descending.")]


@hooks.get("/hooks", shows=Listing("hooks", "id name teamId= typeName enabled scenarioId queueCount? gone?"))
def hooks_list(
    team_id: TeamId,
    filters: Annotated[HookFilters, Spread()] | None = None,
    fields: ShownFields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: HookSort | None = None,
    all_: AllPages | None = None,
):
    """List a team's webhooks and mailhooks."""


@hooks.get("/hooks/{hook_id}", gives="hook")
def hooks_get(hook_id: HookId):
    """Read a hook: scenario, queue, url (a secret)."""


@hooks.get("/hooks/{hook_id}/ping")
def hooks_ping(hook_id: HookId):
    """Is it alive: attached, learning, gone?"""


# Half of the creations through Make's own server failed on `method`, `headers` and `stringify`, which nobody can know:
# a webhook gets them switched off, and `useDefaults` lets Make fill in what another type requires.
@hooks.post("/hooks", query={"useDefaults": "requiredOnly"})
def hooks_create(
    team_id: TeamId,
    name: Name,
    type_name: Annotated[Text, Doc("gateway-webhook, gateway-mailhook, or the type of an app.")] = _WEBHOOK,
    method: Annotated[bool, Doc("Pass the HTTP method on to the scenario.")] | None = None,
    headers: Annotated[bool, Doc("Pass the request's headers on.")] | None = None,
    stringify: Annotated[bool, Doc("Pass JSON on as text.")] | None = None,
    data: Annotated[
        dict[str, Any],
        Field(description="__IMTCONN__, formId…"),
        Doc("Further fields of the type: __IMTCONN__ (its connection), formId and others."),
    ]
    | None = None,
):
    """Create a webhook, or another hook."""
    flags = {"method": method, "headers": headers, "stringify": stringify}
    if type_name == _WEBHOOK:
        flags = {flag: bool(value) for flag, value in flags.items()}
    own = {"teamId": team_id, "name": name, "typeName": type_name, **flags}
    return {**present(own), **apart(own, data)}


@hooks.patch("/hooks/{hook_id}", title="Rename hook", truth="hooks_get", formerly=("hooks_update",))
def hooks_rename(hook_id: HookId, name: NewName):
    """Rename a hook; its address stays."""


@hooks.post("/hooks/{hook_id}/enable", idempotent=True, truth="hooks_get")
def hooks_enable(hook_id: HookId):
    """Let a hook take data."""


@hooks.post("/hooks/{hook_id}/disable", idempotent=True, truth="hooks_get")
def hooks_disable(hook_id: HookId):
    """Let a hook refuse data."""


@hooks.delete("/hooks/{hook_id}", guarded=True)
def hooks_delete(hook_id: HookId):
    """Delete a hook and its address."""
