"""The secrets of the account in an answer: which they are, and what stands in their place.

Hidden is what the endpoint's record names, what stands under the name of a credential, and what has the form of one within a
text. What is hidden never goes back to Make: a write that brings it is refused.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from make_tools import ArgumentError, Endpoint
from make_tools.secrets import (
    CALL,
    DEBUG,
    HIDDEN,
    MARK,
    NAMED,
    NAMING,
    looks_secret,
    secret_members,
    suspects,
    tells_nothing,
    without_secrets,
)
from make_tools.wording import quoted

WITHIN = f"[{MARK}]"
"""In place of a part of a text."""
AT_MAKE = f"[{MARK}: see it at Make, or have its operator start it with --reveal]"
AT_MATON = f"[{MARK}: to finish a pending link sign in at maton.ai, or have its operator start it with --reveal]"
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class Strings:
    """Every name and every text in an answer, once. Looking at them is far quicker than at the answer."""

    names: set[str]
    texts: set[str]

    def joined(self) -> str:
        return "\0".join([*self.names, *self.texts])


def strings_of(data: dict[str, Any]) -> Strings:
    """The strings of JSON data: of what JSON itself is made of, and nothing that only looks like it."""
    names: set[str] = set()
    texts: set[str] = set()
    waiting: list[Any] = [data]
    add = texts.add
    type_of = cast("Callable[[Any], object]", type)
    # It grows while it is gone through. This runs over every answer: a call the fewer counts here.
    for holder in waiting:
        members: Iterable[Any] = holder
        kind = type_of(holder)
        if kind is dict:
            names.update(holder)
            members = holder.values()
        for member in members:
            kind = type_of(member)
            if kind is str:
                add(member)
            elif kind is dict or kind is list:
                waiting.append(member)
    return Strings(names, texts)


def without_account_secrets(endpoint: Endpoint[...] | None, data: dict[str, Any], strings: Strings) -> dict[str, Any]:
    """The answer of an endpoint, or something of ours, without the secrets of the account; the same object where it has none.

    `strings` are those of `data`.
    """
    texts = {text: shown for text in suspects(strings.texts) if (shown := without_secrets(text, WITHIN)) is not text}
    named = frozenset[str]() if endpoint is None else endpoint.secrets
    if not (texts or _may_be_named(named, strings)):
        return data
    instead = AT_MATON if endpoint is not None and endpoint.api == "maton" else AT_MAKE
    return cast("dict[str, Any]", _Walk(named, instead, texts).of(data))


def without_secrets_of_others(text: str) -> str:
    """An error or a log line without the secrets of the account."""
    return without_secrets(text, WITHIN)


def refuse_hidden(tool: str, arguments: Mapping[str, Any]) -> None:
    """Refuses a write that would put what stands in the place of a secret where the secret is.

    Raises:
        ArgumentError: it says where.
    """
    places = list(_places(arguments, ""))
    if places:
        shown = ", ".join(quoted(place) for place in places[:_MOST_PLACES])
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        raise ArgumentError(
            tool,
            [f"what make-mcp had hidden stands at {shown}{more}{_INSTEAD}"],
        )


_INSTEAD = (
    ", and would take the place of the secret itself: give the real value there, or leave out what need not change; where it "
    "has to be read first, the operator of make-mcp can start it with --reveal"
)


def _places(value: Any, place: str) -> Iterator[str]:
    # Without recursion: arguments nest as deep as a client likes.
    waiting: list[tuple[Any, str]] = [(value, place)]
    while waiting:
        one, at = waiting.pop()
        if isinstance(one, str):
            if MARK in one or one == HIDDEN:
                yield at
        elif isinstance(one, Mapping):
            members = cast("Mapping[str, Any]", one).items()
            waiting += reversed([(member, f"{at}.{name}" if at else name) for name, member in members])
        elif isinstance(one, list):
            listed = cast("list[Any]", one)
            waiting += reversed([(member, f"{at}.{number}") for number, member in enumerate(listed)])


def _may_be_named(named: frozenset[str], strings: Strings) -> bool:
    names = strings.names
    if not named.isdisjoint(names) or any(map(looks_secret, names)):
        return True
    if not (NAMED.isdisjoint(names) or names.isdisjoint(NAMING)) and any(
        looks_secret(text) for text in strings.texts if len(text) <= 60
    ):
        return True
    return not CALL.isdisjoint({name.lower() for name in names})


@dataclass(frozen=True, slots=True)
class _Walk:
    """Makes a copy in which secrets are hidden. Parts without any are the same objects."""

    named: frozenset[str]
    """Names whose values the endpoint's record calls secrets."""
    instead: str
    texts: Mapping[str, str]
    """Texts with a secret in them, and what is shown in place of each."""

    def of(self, value: Any, *, call: bool = False, within: str = "") -> Any:
        """`call`: among the headers or parameters of a call. `within`: the name of the secret that it is a part of."""
        if isinstance(value, dict):
            return self._object(cast("dict[str, Any]", value), call=call, within=within)
        if isinstance(value, list):
            return [self.of(one, call=call, within=within) for one in cast("list[Any]", value)]
        if within and not tells_nothing(within, value):
            return self.instead
        return self.texts.get(value, value) if isinstance(value, str) else value

    def _object(self, held: dict[str, Any], *, call: bool, within: str) -> dict[str, Any]:
        secret = secret_members(held, call=call)
        texts = [text for text in map(held.get, NAMING) if isinstance(text, str)] if secret else []
        called = next((text for text in texts if looks_secret(text, call=call)), "")
        shown: dict[str, Any] = {}
        for name, member in held.items():
            if (name in self.named or name == DEBUG) and not (member is None or isinstance(member, bool)):
                shown[name] = self.instead if member not in ("", [], {}) else member
            else:
                inner = within if name not in _TOLD else ""
                if name in secret:
                    # It is called by the text beside it, if not by its own name.
                    inner = name if looks_secret(name, call=call) else called
                shown[name] = self.of(member, call=call or name.lower() in CALL, within=inner)
        return shown


_TOLD = frozenset({
    "id", "name", "label", "title", "description", "type", "typeName", "kind", "status", "scope", "scopes", "created", "updated",
    "expires", "expiresAt", "lastUsed", "lastUsedAt",
})  # fmt: skip
"""What is told of a secret that is an object: whose it is, and until when."""
