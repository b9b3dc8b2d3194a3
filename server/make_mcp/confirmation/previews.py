"""The content of a preview: what a plan saw, the request, and how to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias, cast

from make_mcp.confirmation.codes import SECONDS
from make_mcp.upstream.errors import Refused
from make_tools import Endpoint, Request
from make_tools.previews import Sight
from make_tools.wording import LONGEST_MESSAGE, quoted

How: TypeAlias = Literal["argument", "code", "code_and_person", "no_person", "no_target"]
"""How a call is confirmed, or why it cannot be: nobody can be asked who has to be, or there is nothing to bind a code to."""

LONGEST_TEXT = 400
"""Characters of a text in the body that is shown as it will be sent. A longer one was just given by whoever reads this."""
_BEGINNING = 80
"""Characters that are shown of a longer one."""

CHANGED = "The target is not as it was when the code was made. Nothing was sent; this is how it stands now."
TRUE_IS_NO_CODE = "`confirm`: true is no confirmation here. It takes the code of a preview: this is one."
MAY_NOT_WRITE = (
    "insufficient_scope: this sign-in allows reading alone, since its token has no scope make:write. Nothing was looked at and nothing "
    "was sent. Next: the user asks who gives out the tokens for that scope."
)
NO_PERSON = (
    "This server asks a person before it changes anything (policy human), and this client cannot show the question. Nothing "
    "was changed. Next: the user does it at Make, or with a client that supports elicitation; the policy is the operator's alone."
)

STILL_ASKED = (
    "A person was asked about this code, and the client now says that it cannot ask one: the code alone does not count any "
    "more. Nothing was changed. Next: the same call without `confirm`, if the user still wants it."
)
NOT_READ = (
    "The target cannot be read now ({why}), so that nobody knows whether it is still as the preview showed it. Nothing was "
    "sent, and the code is still good for its time. Next: the same call in a moment."
)
NO_TARGET = (
    "Nothing was changed, and this cannot be confirmed: the target is not there, or it or what depends on it could not be read now, so "
    "that a code would be bound to nothing. See above; if something could not be read, try again in a minute."
)


def content(endpoint: Endpoint[...], request: Request, url: str, sight: Sight) -> dict[str, Any]:
    """What would happen: what a plan saw of it, and the request, exact but for its long texts."""
    return {
        "what": sight.what or f"{endpoint.title}. {endpoint.description}",
        "target": sight.target,
        "changes": sight.changes,
        "blueprint": sight.blueprint,
        "dependents": sight.dependents,
        "next": sight.next,
        "hindered": sight.hindered,
        "notRead": sight.unseen,
        "request": _request(request, url),
    }


def framed(
    endpoint: Endpoint[...],
    shown: dict[str, Any],
    *,
    code: str | None,
    how: How,
    why: str | None = None,
) -> dict[str, Any]:
    """A preview as an answer: `content`, why it comes now, and how to confirm. Parts with nothing to say are left out."""
    found: dict[str, Any] = {
        "status": "confirmation_required",
        "nothingChanged": True,
        "tool": endpoint.name,
        "effect": endpoint.effect,
        "why": why,
        **shown,
    }
    if code is not None:
        found |= {"code": code, "codeExpiresInSeconds": SECONDS}
    found["toConfirm"] = _to_confirm(endpoint, how, found.pop("hindered"))
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def held_back(refused: Refused) -> str:
    """Why Make did not delete something that others depend on, and what the preview's request does about that."""
    named = f" It names {', '.join(f'scenario {one}' for one in refused.concerned)}." if refused.concerned else ""
    return (
        f"Make held the deletion back ({refused.label}): {quoted(refused.said, LONGEST_MESSAGE)}.{named} Nothing was deleted. "
        "The request below overrules that with `confirmed=true`."
    )


def overruling(sight: Sight, refused: Refused | None = None) -> Sight:
    """What a person is asked about when Make's own guard is to be overruled: with what Make named, where that is known."""
    named = [f"scenario {one}" for one in refused.concerned] if refused is not None else []
    return replace(
        sight,
        what=f"{sight.what} Make held this back before, since other things depend on it.",
        dependents=named or sight.dependents,
    )


def _request(request: Request, url: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "url": url}
    if request.body is not None:
        shown["body"] = _short(request.body)
    return shown


def _short(value: Any) -> Any:
    """A body, of its long texts their beginning and length."""
    if isinstance(value, Mapping):
        return {name: _short(item) for name, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_short(item) for item in cast("list[Any]", value)]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:_BEGINNING]}… (as you gave it: {len(value):,} characters)"
    return value


def _to_confirm(endpoint: Endpoint[...], how: How, hindered: Sequence[str]) -> str:
    if how == "no_person":
        return NO_PERSON
    if how == "no_target":
        return NO_TARGET
    again = f"call {endpoint.name} again with the same arguments and `confirm`: "
    again += "true." if how == "argument" else "the code above, good once and while the target stays as it is."
    again += " The user is then asked to type the name of the target." if how == "code_and_person" else ""
    if hindered:
        # Make decides, and not we: the account may be otherwise by then.
        return (
            f"Not yet: nothing was changed, and Make would most likely refuse this. {' '.join(hindered)} "
            f"If the user wants it all the same, {again}"
        )
    return f"Show this to the user. If they agree, {again}"
