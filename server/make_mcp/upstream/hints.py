"""The text of an error that Make or Maton answered: what it said, what that means here, and what to call next."""

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, cast

from make_mcp.upstream.doors import Exchange
from make_mcp.upstream.errors import BLOCKED, Refused, leaves_it_open
from make_tools import Endpoint
from make_tools.wording import quoted, safe

if TYPE_CHECKING:
    from make_tools.advice import Advice, Case

AGAIN = "Next: the same call in a minute; if it ends so again, run `make-mcp doctor`."
"""After what may pass."""
_MOST_SAID = 600
_MOST_LINES = 20
_NOTHING: Mapping[str, Any] = {}


def check_next(endpoint: Endpoint[...], given: Mapping[str, Any] = _NOTHING) -> str:
    """The call that shows whether a write took effect. `given` are the arguments of the write."""
    # Imported here and below: a session in which nothing goes wrong never needs it.
    from make_tools.advice import truth

    return str(truth(endpoint, given))


def may_have(endpoint: Endpoint[...], given: Mapping[str, Any] = _NOTHING) -> str:
    return f"It may have taken effect: do not repeat it before you have checked. {check_next(endpoint, given)}"


def outcome_unknown(endpoint: Endpoint[...], given: Mapping[str, Any] = _NOTHING, *, is_over: bool = True) -> str:
    """What to say at the end of an error of a write of which nobody knows. It `is_over`: nobody works on it any more."""
    told = may_have(endpoint, given)
    return f"outcome_unknown: {'i' if is_over else 'it is under way still, or i'}{told[1:]}"


def smaller(exchange: Exchange) -> str:
    """What to do where an answer was too large."""
    from make_tools.advice import smaller

    return str(smaller(exchange.endpoint, exchange.given))


def no_api(exchange: Exchange, status: int) -> "Advice":
    """What it means that something answers which does not look like Make's API."""
    from make_tools.advice import page

    return page(_case(exchange, status))


def refusal(exchange: Exchange, status: int, data: object, text: str, wait: float | None = None) -> Refused:
    """An error answer of Make or Maton as an exception, in three parts: what it said, what it means, what to do next.

    `data` is its JSON or None, `text` its beginning as one safe line; `wait` are the seconds for which it asked to be left alone.
    """
    from make_tools.advice import advise, blocked, is_matons_own, page

    endpoint = exchange.endpoint
    body: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, dict) else {}
    # Maton wraps some of its own errors: {"error": {...}} or {"error": "..."}.
    inner = body.get("error")
    if isinstance(inner, dict):
        body = cast("Mapping[str, Any]", inner)
    code = body.get("code")
    code = safe(str(code), 20) if isinstance(code, str | int) and not isinstance(code, bool) else None
    text = text if data is None else ""
    words = said(body, text)
    concerned = _concerned(body)
    case = _case(exchange, status, code, words, wait)
    is_blocked = status == 403 and (str(body.get("error_code")) == BLOCKED or (data is None and BLOCKED in text))
    if is_blocked:
        advice = blocked(case)
    elif data is None and status in _NOT_FROM_MAKE:
        advice = page(case)
    else:
        advice = advise(case)
    label = f"{status} {code}" if code else str(status)
    code = BLOCKED if is_blocked else code
    is_makes_own = not is_blocked and bool(body.keys() & _OWN_WORDS)
    # In quotes: whoever wrote it must not pose as us, who say last what to do next.
    shown = quoted("; ".join(_lines(body)) or text, _MOST_SAID) if words != _NO_WORDS else words.rstrip(".")
    who = "Maton" if is_matons_own(case) else "Make"
    parts = [f"{endpoint.name}: {who} answered {label}: {shown}."]
    if concerned:
        parts.append(f"Scenarios concerned: {', '.join(concerned)}.")
    parts.append(advice.meaning)
    if exchange.changes and leaves_it_open(status, code, is_makes_own=is_makes_own):
        if case.wait is not None:
            parts.append(f"It asks to be left alone for {case.wait} s.")
        parts.append(outcome_unknown(endpoint, exchange.given))
    else:
        parts += ["Nothing was changed."] if exchange.changes else []
        parts.append(str(advice.next))
    return Refused(
        " ".join(parts),
        status=status,
        code=code,
        said=words,
        concerned=concerned,
        is_makes_own=is_makes_own,
        retry_after=wait,
    )


def _case(
    exchange: Exchange, status: int, code: str | None = None, said: str = "", wait: float | None = None
) -> "Case":
    from make_tools.advice import Case

    return Case(
        endpoint=exchange.endpoint,
        upstream=exchange.door.upstream,
        status=status,
        code=code,
        said=said,
        given=exchange.given,
        zone=exchange.door.zone,
        is_practice=exchange.door.is_practice,
        wait=None if wait is None else ceil(wait),
    )


_OWN_WORDS = frozenset({"message", "code", "detail", "error", "errors", "suberrors"})
"""Keys of an error of Make or Maton; one with none of them may come from whatever stands in between."""
_NOT_FROM_MAKE = frozenset({400, 403, 404, 405, 406, 410})
"""Statuses that Make gives with a JSON body; other servers give them with a page of theirs."""


def said(body: Mapping[str, Any], text: str = "") -> str:
    """What a body says as one line: `message`, `detail` (a string or a list of them) and `suberrors`; a debug block is not passed on."""
    lines = _lines(body)
    if not lines:
        return f'"{text}".' if text else _NO_WORDS
    return safe("; ".join(lines), _MOST_SAID) + "."


_NO_WORDS = "(no message)."


def _lines(body: Mapping[str, Any]) -> list[str]:
    detail = body.get("detail")
    lines: list[object] = [body.get("message"), *(_list(detail) or [detail])]
    lines += [item.get("message") for item in _objects(body.get("suberrors"))]
    lines.append(body.get("error"))
    told = [safe(line).rstrip(".") for line in lines[:_MOST_LINES] if isinstance(line, str) and line]
    return list(dict.fromkeys(told))


def _concerned(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The scenarios that Make names in the metadata of IM004."""
    named = [item for entry in _objects(body.get("metadata")) for item in _objects(entry.get("data"))][:_MOST_LINES]
    return tuple(
        f"{safe(str(item['scenarioId']), 20)} {quoted(item.get('scenarioName', ''))}"
        for item in named
        if item.get("scenarioId") is not None
    )


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [cast("dict[str, Any]", item) for item in _list(value) if isinstance(item, dict)]
