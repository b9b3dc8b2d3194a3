"""The hooks' own addresses, `/hook/{udid}`: anybody who knows one may send data there, in any way and without a key.

A mailhook's real address takes mails. Here a request to `/hook/{udid}` with the fields of a mail stands in for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from make_sandbox import forms
from make_sandbox.api.dispatch import METHODS, Practice, inside
from make_sandbox.automation import hooks
from make_sandbox.automation.hooks import Delivery, Reply
from make_sandbox.mapping.values import parsed
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

ROOT = "/hook"
LARGEST = 5 * 1024 * 1024
"""Bytes that one request may bring (documented)."""

TOO_LARGE = Reply(status=413, body="Payload Too Large")


def routes() -> Iterator[Route]:
    yield Route(f"{ROOT}/{{udid}}", _answer, methods=METHODS)


async def _answer(request: Request) -> Response:
    practice: Practice = request.app.state.practice
    raw = await request.body()

    def work(account: Account) -> Reply:
        hook = hooks.at(account, request.path_params["udid"])
        if hook is None:
            return hooks.NOT_FOUND
        return TOO_LARGE if len(raw) > LARGEST else hooks.deliver(account, hook, _delivery(hook, request, raw))

    return _response(inside(practice, work, writes=True))


def _delivery(hook: Document, request: Request, raw: bytes) -> Delivery:
    """The bundle of a request: its query and its body in one, with its method and headers where the hook wants them."""
    headers = [{"name": name, "value": value} for name, value in request.headers.items()]
    query = _fields(request.query_params.multi_items())
    data = query | _body(request.headers.get("content-type", ""), raw, stringify=bool(hook["data"].get("stringify")))
    if hook["data"].get("headers"):
        data["__IMTHEADERS__"] = headers
    if hook["data"].get("method"):
        data["__IMTMETHOD__"] = request.method
    return Delivery(data=data, request={"method": request.method, "query": query, "headers": headers})


def _fields(pairs: Iterable[tuple[str, Any]]) -> Document:
    """Names and values; a name that comes several times has them all in an array."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _body(content_type: str, raw: bytes, *, stringify: bool) -> Document:
    """What a body says. JSON is taken for what it is, whatever its content type; anything else is one text."""
    text = raw.decode(errors="replace")
    if not text.strip():
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and (parts := forms.parts(content_type, raw)) is not None:
        return _fields((part.name, _content(part)) for part in parts)
    value = parsed(text) if re.match(r"\s*[\[{]", text) or kind.endswith("json") else None
    if value is not None and stringify:
        return {"value": text}
    if isinstance(value, dict):
        return cast("Document", value)
    if value is not None:
        # Make's documentation does not say what becomes of an array. Here it stays one delivery.
        return {"value": value}
    if kind == "application/x-www-form-urlencoded" and text.count("&") < forms.MOST:
        return _fields(parse_qsl(text, keep_blank_values=True))
    return {"value": text}


def _content(part: forms.Part) -> Any:
    """The text of a field, or a file. Make shows the content of one as `IMTBuffer(...)`."""
    if part.file_name is None:
        return part.content.decode(errors="replace")
    buffer = f"IMTBuffer({len(part.content)}, binary, {part.content[:32].hex()})"
    return {"name": part.file_name, "mime": part.mime, "data": buffer}


# These are for the server to write.
_NOT_THE_SCENARIOS = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


def _response(reply: Reply) -> Response:
    """The answer as HTTP. A header that HTTP does not allow is left out."""
    empty = reply.status in (204, 304)
    response = PlainTextResponse(b"" if empty else reply.body.encode(errors="replace"), status_code=reply.status)
    for header in reply.headers:
        name, value = header["key"].strip().lower(), header["value"].strip()
        if not re.fullmatch(r"[a-z0-9!#$%&'*+.^_`|~-]+", name) or name in _NOT_THE_SCENARIOS:
            continue
        if re.fullmatch(r"[\t\x20-\x7e\xa0-\xff]*", value) is None:
            continue
        if name == "content-type":
            response.headers[name] = value
        else:
            response.headers.append(name, value)
    return response
