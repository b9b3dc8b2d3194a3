"""What a refusal means here, and what to do next: Make's status, code and body in words for an agent."""

from collections.abc import Mapping
from typing import Any, cast

from make_mcp.upstream.doors import Door, Exchange
from make_mcp.upstream.errors import BLOCKED, Refused, leaves_it_open
from make_tools import Endpoint
from make_tools.wording import quoted, safe

_MOST_SAID = 600
_MOST_LINES = 20


def check_next(endpoint: Endpoint[...]) -> str:
    return f"{endpoint.truth} shows what is true now."


def outcome_unknown(endpoint: Endpoint[...]) -> str:
    """What to say at the end of an error of a write of which nobody knows."""
    return f"outcome_unknown: i{may_have(endpoint)[1:]}"


def may_have(endpoint: Endpoint[...]) -> str:
    return f"It may have taken effect: do not repeat it before you have checked. {check_next(endpoint)}"


def refusal(exchange: Exchange, status: int, data: object, text: str) -> Refused:
    """An error answer of Make or Maton as an exception, in three parts: what it said, what it means, what to do.

    `data` is its JSON or None, `text` its beginning as one safe line.
    """
    endpoint = exchange.endpoint
    body: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, dict) else {}
    # Maton wraps some of its own errors: {"error": {...}} or {"error": "..."}.
    inner = body.get("error")
    if isinstance(inner, dict):
        body = cast("Mapping[str, Any]", inner)
    code = body.get("code")
    code = safe(str(code), 20) if isinstance(code, str | int) and not isinstance(code, bool) else None
    words = said(body, text if data is None else "")
    concerned = _concerned(body)
    affected = f"Scenarios concerned: {', '.join(concerned)}." if concerned else ""
    blocked = status == 403 and (str(body.get("error_code")) == BLOCKED or (data is None and BLOCKED in text))
    if blocked:
        meaning = "That was the network in front of Make, not Make: it refuses this client or this address."
    elif data is None and status in _NOT_FROM_MAKE:
        meaning = "That does not look like Make's API: check MAKE_ZONE and the base URL. Nothing was changed."
        meaning += " If it is Make: " + _rights(endpoint, exchange.door) if status == 403 else ""
    else:
        meaning = _meaning(exchange, status, code, words)
    who = "Maton" if endpoint.api == "maton" or (status == 401 and exchange.door.upstream == "maton") else "Make"
    label = f"{status} {code}" if code else str(status)
    code = BLOCKED if blocked else code
    is_makes_own = not blocked and bool(body.keys() & _OWN_WORDS)
    if exchange.changes and leaves_it_open(status, code, is_makes_own=is_makes_own):
        meaning = f"{meaning.replace('Nothing was changed.', '')} {outcome_unknown(endpoint)}".strip()
    parts = [f"{endpoint.name}: {who} answered {label}: {words}", affected, meaning]
    text = " ".join(part for part in parts if part)
    return Refused(text, status=status, code=code, said=words, concerned=concerned, is_makes_own=is_makes_own)


_OWN_WORDS = frozenset({"message", "code", "detail", "error", "errors", "suberrors"})
"""Keys of an error of Make or Maton; one with none of them may come from whatever stands in between."""
_NOT_FROM_MAKE = frozenset({400, 403, 404, 405, 406, 410})
"""Statuses that Make gives with a JSON body; other servers give them with a page of theirs."""


def said(body: Mapping[str, Any], text: str = "") -> str:
    """What a body says as one line: `message`, `detail` (a string or a list of them) and `suberrors`; a debug block is not passed on."""
    detail = body.get("detail")
    lines: list[object] = [body.get("message"), *(_list(detail) or [detail])]
    lines += [item.get("message") for item in _objects(body.get("suberrors"))]
    lines.append(body.get("error"))
    told = [safe(line).rstrip(".") for line in lines[:_MOST_LINES] if isinstance(line, str) and line]
    if not told:
        return f'"{text}".' if text else "(no message)."
    return safe("; ".join(dict.fromkeys(told)), _MOST_SAID) + "."


def _concerned(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The scenarios that Make names in the metadata of IM004."""
    named = [item for entry in _objects(body.get("metadata")) for item in _objects(entry.get("data"))][:_MOST_LINES]
    return tuple(
        f"{safe(str(item['scenarioId']), 20)} {quoted(item.get('scenarioName', ''))}"
        for item in named
        if item.get("scenarioId") is not None
    )


def _meaning(exchange: Exchange, status: int, code: str | None, said: str) -> str:  # noqa: PLR0912  # a table of cases
    endpoint, door = exchange.endpoint, exchange.door
    match status, code:
        case 401, _ if door.upstream == "maton":
            return (
                "MATON_API_KEY was not accepted: take a key from maton.ai/settings, and start the server again. If "
                "maton_connections_list works, the link to Make has expired instead."
            )
        case 401, _:
            return (
                f"The token was not accepted by the zone {door.zone}. A token belongs to one zone, and elsewhere looks like "
                "a bad one: compare MAKE_ZONE with the host that you see when you are signed in at Make."
            )
        case 402, _:
            return "The organization's plan does not include this. Another call will not help; the plan can be changed at Make."
        case 403, _:
            return _rights(endpoint, door)
        case 404, "IM304":
            return "A connection that is named there does not exist for this team: see connections_list. Nothing was created."
        case 404, _:
            return f"It does not exist, or not for this key; Make hides what belongs to others. Ids come from {endpoint.group}_list."
        case 406, _ if not any(argument.name == "confirmed" for argument in endpoint.arguments):
            return "Nothing was changed: Make wants this done by a person, at Make."
        case 406, _:
            return "Nothing was changed: Make wants a second yes for this. If the user agrees, call again with `confirmed`: true."
        case 422, "IM325":
            return (
                "scenarios_get tells why. isActive false: switch it on with scenarios_start, then run it. A hookId and a "
                "schedule of type immediately: it runs by a call to the url of its hook, which the user sees at Make, not from here. "
                "isinvalid true: it must be mended first."
            )
        case _, "IM008":
            return "Its schedule needs an interval that the plan allows: scenarios_update, with `scheduling`."
        case ((400 | 422), _) if "Scenario is invalid" in said:
            return "A module or a connection of it is missing: mend it at Make, or give it a whole blueprint with scenarios_update."
        case 422, _ if "already being executed" in said:
            return "One run at a time: wait for the one in progress (scenarios_logs), then run it."
        case 424, _:
            return "The service behind the connection refused: connections_test tells whether it still authenticates."
        case 429, "IM310":
            return "The organization or team is paused. Waiting will not help; its owner can resume it at Make."
        case 429, _:
            return "Too many requests: Make counts per organization and minute, Maton ten a second. Wait a minute, then go on."
        case 400, _ if door.upstream == "maton" and "connection" in said.lower():
            return "The gateway may have no active link to a Make account: see maton_connections_list."
        case ((400 | 413 | 422), _):
            return " ".join(["Nothing was changed.", *_own_names(endpoint, said)])
        case _ if (status >= 500 or status == 408) and exchange.changes:
            return ""
        case 500, _ if door.upstream == "maton":
            return "Behind the gateway that often means that the link to Make has expired: see maton_connections_list."
        case _ if status >= 500:
            return "Make has a fault. Nothing was changed; try again in a minute."
        case _:
            return ""


def _rights(endpoint: Endpoint[...], door: Door) -> str:
    if not endpoint.scopes:
        return "The key is known, and may not do this. See with `make-mcp doctor` whose key it is, and what it reaches."
    needs = f"{'scopes' if len(endpoint.scopes) > 1 else 'scope'} {', '.join(endpoint.scopes)}"
    alike = f"Make says this of three things alike: there is nothing of this id (see {endpoint.group}_list); "
    alike += (
        f"you are no member of the team or organization that it belongs to; or {endpoint.name} needs the {needs}, and "
    )
    if door.upstream == "maton":
        return alike + "the link from Maton to Make lacks that."
    return alike + "the token lacks that. Scopes are chosen when a token is made: for more, make a new token."


def _own_names(endpoint: Endpoint[...], said: str) -> list[str]:
    """The tool's own names of what Make names as it stands on the wire: `fields` for `cols[]`."""
    names = {argument.wire_name: argument.name for argument in endpoint.arguments}
    names |= {wire: f"{a.name}.{key}" for a in endpoint.arguments for key, wire in (a.keys or {}).items()}
    names |= {"pg[sortBy]": "sort", "pg[sortDir]": "sort"}
    told = {wire: own for wire, own in names.items() if wire != own and f"'{wire.removesuffix('[]')}" in said}
    return [f"'{wire}' is `{own}` here." for wire, own in told.items()]


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [cast("dict[str, Any]", item) for item in _list(value) if isinstance(item, dict)]
