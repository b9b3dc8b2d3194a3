"""What an answer is: the data that Make documents, a refusal, or something else, each with an error of its own."""

from typing import Any, cast
from urllib.parse import urlsplit

from jiter import from_json

from make_mcp.upstream.errors import BadAnswer, Refused
from make_mcp.upstream.hints import AGAIN, no_api, outcome_unknown, refusal, said
from make_mcp.upstream.permit import Answered
from make_mcp.upstream.retries import retry_after
from make_mcp.upstream.trip import Trip
from make_mcp.upstream.wire import Reply
from make_tools.wording import quoted, safe

_NO_CONTENT = 204
_SHOWN = 2000
"""Bytes of a body of which a line is shown."""
_LONGEST = 200
"""Characters of it."""
_WHO = {"maton": "Maton", "make": "Make"}


def judge(trip: Trip, reply: Reply) -> Answered:
    """The data of a good answer.

    Raises:
        Refused: an error status.
        BadAnswer: anything else that is not the JSON object of an answer.
    """
    if 300 <= reply.status < 400:
        what = f"a redirect{_to(reply)}, which is not followed, since the key would go along"
        raise _bad(trip, reply, what, is_strange=True)
    data, why = _read(reply.body) if reply.is_whole else (None, "")
    if not 200 <= reply.status < 300:
        raise _refused(trip, reply, data)
    if not reply.body:
        if reply.status == _NO_CONTENT or (trip.exchange.endpoint.api == "maton" and trip.exchange.changes):
            return Answered({}, reply.status)
        raise _bad(trip, reply, "nothing, where its document has an answer")
    if why:
        raise _bad(trip, reply, f'{_kind(reply, why)}: "{_line(reply)}"', is_strange=True)
    if not isinstance(data, dict):
        raise _bad(trip, reply, f'JSON that is no object: "{_line(reply)}"')
    found = cast("dict[str, Any]", data)
    if found.get("error") and not trip.exchange.endpoint.tells_errors:
        raise _bad(trip, reply, _error_inside(found))
    return Answered(found, reply.status)


def _refused(trip: Trip, reply: Reply, data: object) -> Refused:
    wait = retry_after(reply.headers.get("retry-after"), reply.headers.get("date"))
    return refusal(trip.exchange, reply.status, data, _line(reply), wait)


def _bad(trip: Trip, reply: Reply, what: str, *, is_strange: bool = False) -> BadAnswer:
    """`is_strange`: it does not look like Make's API at all."""
    exchange = trip.exchange
    strange = no_api(exchange, reply.status) if is_strange else None
    parts = [
        f"{trip.tool}: bad_upstream_response: {_WHO[exchange.door.upstream]} answered {reply.status} with {what}.",
        *([strange.meaning] if strange else []),
    ]
    if exchange.changes:
        parts.append(outcome_unknown(exchange.endpoint, exchange.given))
    else:
        parts.append(f"Nothing was changed. {strange.next if strange else AGAIN}")
    return BadAnswer(" ".join(parts), status=reply.status)


def _error_inside(data: dict[str, Any]) -> str:
    """What a batch that went half through says: its error, and what it says was done."""
    inner = data["error"]
    words = said(cast("dict[str, Any]", inner) if isinstance(inner, dict) else data)
    done = {key: value for key, value in data.items() if key not in {"error", "debug"}}
    rest = f"; what it says was done: {safe(repr(done))}" if done else ""
    return f"an error inside: {quoted(words.removesuffix('.'), _LONGEST)}{rest}"


def _to(reply: Reply) -> str:
    try:
        host = urlsplit(reply.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f" to {safe(host, 80)}" if host else ""


def _kind(reply: Reply, why: str) -> str:
    kind = safe(reply.headers.get("content-type", "no content type").split(";")[0], 60)
    return f"JSON that cannot be used ({why})" if kind.endswith("json") else f"{kind} in place of JSON"


def _line(reply: Reply) -> str:
    """The beginning of the body as one safe line, whatever charset it claims to have."""
    line = safe(reply.body[:_SHOWN].decode("utf-8", "replace"), _LONGEST)
    return line if len(reply.body) <= _SHOWN or line.endswith("…") else f"{line}…"


_ENVELOPE = 8
"""Levels of nesting that a client reads around our data, and some to spare."""


def _read(body: bytes) -> tuple[object, str]:
    """The JSON of an answer, if clients can read it too: they nest no deeper than 200, our envelope included.

    Otherwise None, and why not in a few words.
    """
    try:
        # A byte order mark is no part of it.
        data: Any = from_json(
            b"[" * _ENVELOPE + body.removeprefix(b"\xef\xbb\xbf") + b"]" * _ENVELOPE,
            allow_inf_nan=False,
            catch_duplicate_keys=True,
            cache_mode="keys",
        )
        for _ in range(_ENVELOPE):
            (data,) = data
    except ValueError as error:
        return None, _why(body, str(error))
    return data, ""


def _why(body: bytes, error: str) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if "uplicate" in error:
        return "one key stands there twice"
    if "ecursion" in error:
        return "it nests too deep"
    if "EOF" in error:
        return "it ends in the middle"
    return "it is broken"
