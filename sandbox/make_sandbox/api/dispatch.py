"""From an HTTP request to an endpoint and back: one way for every door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from make_sandbox import errors
from make_sandbox.api.brackets import parameters
from make_sandbox.api.fields import Field, read_json, read_texts
from make_sandbox.api.resource import Call, Endpoint, Resource
from make_sandbox.model import runs
from make_sandbox.model.account import Account

LARGEST_BODY = 2_500_000
"""Bytes. Measured on the real API: the limit lies between 2.1 and 2.8 MB."""

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

Guard = Callable[[Request, Account], None]
"""What a door asks before it lets a request through. It raises a refusal, and runs in the request's transaction."""


class Answer(Response):
    """JSON, with numbers of any size: the `uid` of a connection may not fit into 64 bits."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode()


def routes(prefix: str, resources: tuple[Resource, ...], guard: Guard, *, gateway: bool) -> Iterator[Route]:
    """The endpoints below a prefix, behind a guard; with `gateway` only those that the gateway lets through."""
    for resource in resources:
        for endpoint in resource.endpoints:
            if endpoint.gateway or not gateway:
                yield _route(prefix, endpoint, resource.ids, guard)


def _route(prefix: str, endpoint: Endpoint, ids: tuple[Field, ...], guard: Guard) -> Route:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        account: Account = request.app.state.account
        try:
            # Types are checked before rights, and rights before the thing itself. All happens or nothing does.
            with account.store.transaction():
                guard(request, account)
                runs.settle(account)
                result = endpoint.handle(_call(request, raw, endpoint, ids))
        except errors.MakeError as refusal:
            return Answer(refusal.body, status_code=refusal.status)
        return PlainTextResponse(result) if isinstance(result, str) else Answer(result)

    return Route(prefix + endpoint.path, answer, methods=[endpoint.method])


def nowhere(prefix: str, guard: Guard, refusal: Callable[[], errors.MakeError]) -> Route:
    """What answers, after the guard, for each path below a prefix that nothing else answers for.

    A wrong method on a path that exists ends here as well: Make does not tell the two apart.
    """

    async def answer(request: Request) -> Response:
        account: Account = request.app.state.account
        try:
            guard(request, account)
            raise refusal()
        except errors.MakeError as error:
            return Answer(error.body, status_code=error.status)

    return Route(prefix + "/{rest:path}", answer, methods=METHODS)


def _call(request: Request, raw: bytes, endpoint: Endpoint, ids: tuple[Field, ...]) -> Call:
    path = request.path_params
    loose = parameters(request.query_params.multi_items())
    body: Any = {} if endpoint.body is None else _json(raw)
    return Call(
        account=request.app.state.account,
        endpoint=endpoint,
        path=read_texts([field for field in ids if field.name in path], {name: [path[name]] for name in path}),
        query=read_texts(endpoint.query_fields, loose),
        body=read_json(endpoint.body or (), body, strict=endpoint.strict),
        loose=loose,
        extra=body,
    )


def _json(raw: bytes) -> Any:
    """The body; none at all is an empty object. The content type is not looked at."""
    if len(raw) > LARGEST_BODY:
        raise errors.too_large()
    try:
        return json.loads(raw, parse_constant=_not_json) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise errors.invalid_parameter("body", "Invalid JSON in parameter") from error


def _not_json(name: str) -> Any:
    """Python reads NaN and Infinity as numbers; JSON knows neither."""
    raise ValueError(name)
