"""The client of a call, as the gate sees it: who calls, and how a person is asked there.

On protocol 2026-07-28 a question ends the call, and the client calls again with the answer and with a state that it cannot
read or change (the SDK seals it, bound to the tool, its arguments and the caller). On older protocols the question is a
request of its own while the call waits.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

import anyio
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, principal_components
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, ElicitRequestedSchema, ElicitResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from make_mcp.confirmation import AnswerAwaited, Question, Reply
from make_mcp.idempotency import KEY as IDEMPOTENCY_KEY
from make_mcp.signin import scopes

_SESSION = "mcp-session-id"
"""The header in which an HTTP client of an older protocol names its session."""
KEY = "confirmation"
"""The name of the question among the inputs that a call asks for."""


def client_of(ctx: ServerRequestContext[Any], params: CallToolRequestParams | None = None) -> "InRounds | InSession":
    """The client of this call; of a request that is none, and in which nobody is asked, without params."""
    token = get_access_token()
    caller, may_write = principal(token), token is None or scopes.may_write(token.scopes)
    info = ctx.session.client_params
    name = f"{info.client_info.name} {info.client_info.version}" if info is not None else None
    form = _takes_forms(ctx)
    if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
        state, answer = (
            (None, None) if params is None else (params.request_state, (params.input_responses or {}).get(KEY))
        )
        return InRounds(caller, name, form, state, answer, ctx.session.report_progress, may_write=may_write)
    return InSession(caller, name, form and ctx.session.can_send_request, ctx, may_write=may_write)


def key_of(params: CallToolRequestParams) -> object:
    """The idempotency key that the client gave this call, whatever it is; None without one."""
    return None if params.meta is None else dict(params.meta).get(IDEMPOTENCY_KEY)


@dataclass(frozen=True, slots=True)
class InRounds:
    """A client of protocol 2026-07-28."""

    caller: str
    name: str | None
    can_ask: bool
    state: str | None
    """What this server sealed when it asked; whatever else a client sends does not get here."""
    answer: object
    report: "Report | None" = None
    waits: bool = False
    may_write: bool = True

    @property
    def line(self) -> str:
        # There is no session: each call stands alone.
        return self.caller

    def answered(self, about: str) -> Reply | None:
        # An answer to a question that nobody asked is none: without our state it does not count.
        if self.state != about or not isinstance(self.answer, ElicitResult):
            return None
        return _reply(self.answer)

    async def ask(self, question: Question) -> Reply:
        raise AnswerAwaited(question)

    async def tell(self, seconds: float, message: str) -> None:
        if self.report is not None:
            await _tell(self.report, seconds, message)


@dataclass(frozen=True, slots=True)
class InSession:
    """A client of an older protocol, whose connection stays open while it is asked."""

    caller: str
    name: str | None
    can_ask: bool
    context: ServerRequestContext[Any]
    waits: bool = True
    may_write: bool = True

    @property
    def line(self) -> str:
        headers = getattr(self.context.request, "headers", None)
        # The SDK lets no id through that it has not given to this principal.
        session = cast("Mapping[str, str]", headers).get(_SESSION) if isinstance(headers, Mapping) else None
        return self.caller if session is None else f"{self.caller} {session}"

    def answered(self, about: str) -> Reply | None:  # noqa: ARG002  # the answer comes within the call
        return None

    async def ask(self, question: Question) -> Reply:
        schema: ElicitRequestedSchema = dict(question.schema)
        try:
            result = await self.context.session.elicit_form(question.message, schema, self.context.request_id)
        except (MCPError, ValidationError):
            # The client declared that it can ask, and then could not, or answered with something else.
            return Reply("cancel", {})
        return _reply(result)

    async def tell(self, seconds: float, message: str) -> None:
        await _tell(self.context.session.report_progress, seconds, message)


Report = Callable[[float, float | None, str | None], Awaitable[None]]
"""The SDK's report of progress: how far, of how much, and in words. It reaches a client that asked for it."""


async def _tell(report: Report, seconds: float, message: str) -> None:
    # A client that is gone is no reason for the call to fail: whether it goes on is decided elsewhere.
    with suppress(MCPError, anyio.ClosedResourceError, anyio.BrokenResourceError):
        await report(seconds, None, message)


def _takes_forms(ctx: ServerRequestContext[Any]) -> bool:
    capabilities = ctx.session.client_capabilities
    elicitation = None if capabilities is None else capabilities.elicitation
    # An empty declaration means forms, as before there was a choice.
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _reply(result: ElicitResult) -> Reply:
    action: Literal["accept", "decline", "cancel"] = result.action
    content: Mapping[str, Any] = result.content or {}
    return Reply(action, content)


def principal(token: AccessToken | None) -> str:
    """Who signed in; without sign-in everybody is the one who started the server."""
    if token is None:
        return "local"
    # Each part in a form that holds no space, and so that none is told from a part that says so.
    return " ".join("-" if part is None else _part(part) for part in principal_components(token))


def _part(text: str) -> str:
    return "%2D" if text == "-" else quote(text, safe="@:/.+", errors="surrogatepass")


def asked(question: Question) -> dict[str, Any]:
    """The result that asks, in the protocol's own form; the SDK's boundary seals its state."""
    return {
        "resultType": "input_required",
        "inputRequests": {
            KEY: {
                "method": "elicitation/create",
                "params": {"mode": "form", "message": question.message, "requestedSchema": dict(question.schema)},
            }
        },
        "requestState": question.about,
    }
