"""Hooks: the webhooks and mailhooks that start scenarios."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc, TypedDict

from make_tools.arguments import Confirmed, HookId, Id, Limit, Name, NewName, Offset, Sort, TeamId, Text, apart, columns
from make_tools.endpoint import Group
from make_tools.signature import Spread

hooks = Group(name="hooks", about="Hooks: the webhooks and mailhooks that start scenarios.", noun="hook", scope="hooks")

_WEBHOOK = "gateway-webhook"
_FLAGS = ("method", "headers", "stringify")


class HookFilters(TypedDict, total=False):
    typeName: Annotated[Text, Field(description="gateway-webhook…")]
    assigned: Annotated[bool, Field(description="to a scenario")]
    viewForScenarioId: Annotated[Id, Field(description="usable by it")]


HookSort = Annotated[Sort, columns("name"), Doc("name, or -name for descending.")]


@hooks.get("/hooks")
def hooks_list(
    team_id: TeamId,
    filters: Annotated[HookFilters, Spread()] | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: HookSort | None = None,
):
    """List a team's webhooks and mailhooks."""


@hooks.get("/hooks/{hook_id}")
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
    data: Annotated[
        dict[str, Any],
        Field(description="method, headers, stringify (true|false), __IMTCONN__, formId"),
        Doc("Fields of the type: method, headers and stringify (booleans) for a webhook."),
    ]
    | None = None,
):
    """Create a webhook, or another hook."""
    own = {"teamId": team_id, "name": name, "typeName": type_name}
    flags = dict.fromkeys(_FLAGS, False) if type_name == _WEBHOOK else {}
    for flag in flags:
        # Maton's page shows the string POST and an object here: Make takes booleans.
        if not isinstance((data or {}).get(flag, False), bool):
            raise ValueError(f"`data.{flag}` takes true or false, without quotes")  # noqa: TRY004  # all of an argument is a ValueError
    return {**own, **flags, **apart(own, data)}


@hooks.patch("/hooks/{hook_id}", title="Rename hook")
def hooks_rename(hook_id: HookId, name: NewName):
    """Rename a hook; its address stays."""


@hooks.post("/hooks/{hook_id}/enable", idempotent=True)
def hooks_enable(hook_id: HookId):
    """Let a hook take data."""


@hooks.post("/hooks/{hook_id}/disable", idempotent=True)
def hooks_disable(hook_id: HookId):
    """Let a hook refuse data."""


@hooks.delete("/hooks/{hook_id}")
def hooks_delete(hook_id: HookId, confirmed: Confirmed | None = None):
    """Delete a hook and its address, for good."""
