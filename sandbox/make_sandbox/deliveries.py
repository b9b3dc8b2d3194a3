"""The hooks' own addresses, `/hook/{udid}`: anybody who knows one may send data there, in any way and without a key.

A mailhook's real address takes mails. Here a request to `/hook/{udid}` with the fields of a mail stands in for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from make_sandbox.api.dispatch import METHODS, Practice, inside
from make_sandbox.automation import hooks
from make_sandbox.automation.hooks import Delivery, Reply
from make_sandbox.mapping.values import parsed
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

ROOT = "/hook"
MOST = 1000
"""Fields of one form. What has more is taken for a text; how many Make takes is not documented."""

LARGEST = 5 * 1024 * 1024
"""Bytes that one request may bring (documented)."""

TOO_LARGE = Reply(status=413, body="Payload Too Large")


def routes() -> Iterator[Route]:
    yield Route(f"{ROOT}/{{udid}}", _answer, methods=METHODS)


async def _answer(request: Request) -> Response:
    practice: Practice = request.app.state.practice
    raw = await request.body()
    form = await _form(request) if len(raw) <= LARGEST else None

    def work(account: Account) -> Reply:
        hook = hooks.at(account, request.path_params["udid"])
        if hook is None:
            return hooks.NOT_FOUND
        if len(raw) > LARGEST:
            return TOO_LARGE
        stringify = bool(hook["data"].get("stringify"))
        body = _body(request.headers.get("content-type", ""), raw, stringify=stringify) if form is None else form
        return hooks.deliver(account, hook, _delivery(hook, request, body))

    return _response(inside(practice, work, writes=True))


async def _form(request: Request) -> Document | None:
    """The fields of a form that may have files in it. Make shows the content of one as `IMTBuffer(...)`."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return None
    try:
        async with request.form(max_files=MOST, max_fields=MOST, max_part_size=LARGEST) as form:
            fields = _fields([(name, await _content(value)) for name, value in form.multi_items()])
    except HTTPException:
        fields = {}
    # What has no fields was cut off, or is no form: it stays a text, so that nothing is lost.
    return fields or None


async def _content(value: str | UploadFile) -> Any:
    if isinstance(value, str):
        return value
    content = await value.read()
    buffer = f"IMTBuffer({len(content)}, binary, {content[:32].hex()})"
    return {"name": value.filename, "mime": (value.content_type or "").partition(";")[0].strip(), "data": buffer}


def _delivery(hook: Document, request: Request, body: Document) -> Delivery:
    """The bundle of a request: its query and its body in one, with its method and headers where the hook wants them."""
    headers = [{"name": name, "value": value} for name, value in request.headers.items()]
    query = _fields(request.query_params.multi_items())
    data = query | body
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
    value = parsed(text) if re.match(r"\s*[\[{]", text) or kind.endswith("json") else None
    if value is not None and stringify:
        return {"value": text}
    if isinstance(value, dict):
        return cast("Document", value)
    if value is not None:
        # Make's documentation does not say what becomes of an array. Here it stays one delivery.
        return {"value": value}
    if kind == "application/x-www-form-urlencoded" and text.count("&") < MOST:
        return _fields(parse_qsl(text, keep_blank_values=True))
    return {"value": text}


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
