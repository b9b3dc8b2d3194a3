"""From an HTTP request to an endpoint and back: one way for every door."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from make_sandbox import errors
from make_sandbox.api.brackets import parameters
from make_sandbox.api.fields import Field, from_json, read_json, read_texts
from make_sandbox.api.limits import Elapsed, Limits
from make_sandbox.api.resource import Call, Endpoint, Resource
from make_sandbox.automation import runs
from make_sandbox.model import audit
from make_sandbox.model.account import Account
from make_sandbox.model.clock import Clock
from make_sandbox.model.present import present
from make_sandbox.model.store import Document

LARGEST_BODY = 2_500_000
"""Bytes. Measured on the real API: the limit lies between 2.1 and 2.8 MB."""

T = TypeVar("T")

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, kw_only=True)
class Practice:
    """What all requests share: the account, the clock outside, and the limits, if there are any."""

    account: Account
    outside: Clock
    elapsed: Elapsed
    limits: Limits | None

    def now(self) -> Account:
        """The account as it is at this moment."""
        moment = present(self.account.store, self.outside)
        self.elapsed.see(moment)
        return self.account.at(moment)


class Visit:
    """The organizations that one request is about. It counts once for each, however often it asks for it."""

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits
        self.organizations: dict[int, Document] = {}

    def __call__(self, organization: Document) -> None:
        if organization["id"] not in self.organizations:
            self.organizations[organization["id"]] = organization
            if self._limits is not None:
                self._limits.organization(organization)

    def leave(self, call: Call) -> None:
        """Writes down what the request changed."""
        if call.endpoint.writes and call.endpoint.scope is not None:
            details = {"path": dict(call.path), "query": dict(call.query)}
            for organization in self.organizations.values():
                audit.record(call.account, organization, call.endpoint.event, details)


Guard = Callable[[Request, Account, Limits | None], Document]
"""What a door asks before it lets a request through: it returns the token that the request acts with, or raises a
refusal. It runs in the request's transaction.
"""


class Answer(Response):
    """JSON, with numbers of any size: the `uid` of a connection may not fit into 64 bits."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode()


@dataclass(frozen=True, kw_only=True)
class Door:
    """A way in: the prefix of its addresses, and what it asks. With `gateway` it lets through only what the gateway
    offers; `word` puts a refusal into the words of whoever stands at the door.
    """

    prefix: str
    guard: Guard
    gateway: bool = False
    word: Callable[[errors.MakeError], errors.MakeError] = lambda refusal: refusal


def routes(door: Door, resources: tuple[Resource, ...]) -> Iterator[Route]:
    """The endpoints behind a door."""
    for resource in resources:
        for endpoint in resource.endpoints:
            if endpoint.gateway or not door.gateway:
                yield _route(door, endpoint, resource.ids)


def _route(door: Door, endpoint: Endpoint, ids: tuple[Field, ...]) -> Route:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        practice: Practice = request.app.state.practice

        def work(account: Account) -> Any:
            # The token before all else, types before rights, and rights before the thing itself.
            token = door.guard(request, account, practice.limits)
            if endpoint.scope is not None and endpoint.scope not in token["scope"]:
                raise errors.permission_denied()
            visit = Visit(practice.limits if endpoint.counted else None)
            call = _call(endpoint, ids, _Sent(request, raw), account.at(account.now(), visit), token)
            result = endpoint.handle(call)
            visit.leave(call)
            return result

        try:
            result = inside(practice, work, writes=endpoint.writes)
        except errors.MakeError as error:
            refusal = door.word(error)
            return Answer(refusal.body, status_code=refusal.status)
        if result is None:
            return Response(status_code=endpoint.status)
        if isinstance(result, str):
            return PlainTextResponse(result, status_code=endpoint.status)
        return Answer(result, status_code=endpoint.status)

    return whole(Route(door.prefix + endpoint.path, answer, methods=[endpoint.method]))


def whole(route: Route) -> Route:
    """A route that matches the whole of a path, with any character in its last part: `$` alone would pass over a line
    break at the end, and a point stops at one.
    """
    route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)
    return route


def inside(practice: Practice, work: Callable[[Account], T], *, writes: bool) -> T:
    """Does something with the account in one transaction, after what had come due by then: all of it or nothing."""
    store = practice.account.store
    while True:
        with store.transaction(writes=writes):
            account = practice.now()
            if not runs.is_due(account):
                return work(account)
        # A request that only reads must not write, and what is due happens whether the request succeeds or not.
        with store.transaction():
            runs.settle(practice.now())


def nowhere(prefix: str, guard: Guard, refusal: Callable[[], errors.MakeError]) -> Route:
    """What answers, after the guard, for each path below a prefix that nothing else answers for.

    A wrong method on a path that exists ends here as well: Make does not tell the two apart.
    """

    async def answer(request: Request) -> Response:
        practice: Practice = request.app.state.practice
        try:
            with practice.account.store.transaction(writes=False):
                guard(request, practice.now(), practice.limits)
            raise refusal()
        except errors.MakeError as error:
            return Answer(error.body, status_code=error.status)

    return whole(Route(prefix + "/{rest:path}", answer, methods=METHODS))


def origin(request: Request) -> str:
    """The address of the account as the client wrote it."""
    return f"{request.url.scheme}://{request.url.netloc}"


@dataclass(frozen=True)
class _Sent:
    request: Request
    body: bytes


def _call(endpoint: Endpoint, ids: tuple[Field, ...], sent: _Sent, account: Account, token: Document) -> Call:
    path = sent.request.path_params
    loose = parameters(sent.request.query_params.multi_items())
    body: Any = {} if endpoint.body is None else read_body(sent.body)
    return Call(
        account=account,
        endpoint=endpoint,
        path=read_texts([field for field in ids if field.name in path], {name: [path[name]] for name in path}),
        query=read_texts(endpoint.query_fields, loose),
        body=read_json(endpoint.body or (), body, strict=endpoint.strict),
        loose=loose,
        extra=body,
        token=token,
        origin=origin(sent.request),
    )


def read_body(raw: bytes) -> Any:
    """The body; none at all is an empty object. The content type is not looked at."""
    if len(raw) > LARGEST_BODY:
        raise errors.too_large()
    try:
        return from_json(raw) if raw.strip() else {}
    except ValueError as error:
        raise errors.invalid_parameter("body", "Invalid JSON in parameter") from error
