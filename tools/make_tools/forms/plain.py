"""Text of an account without what nobody sees: it costs a model tokens, and can hide or turn round what is said.

What is visible writing stays: joiners within emoji and within words of scripts that need them, and combining marks.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar, cast

from make_tools.wording import UNSEEN

A = TypeVar("A")

_FORMATS = (
    "\0-\x08\x0b-\x1f\x7f-\x9f"  # controls; a new line and a tab stay
    "\xad"  # the soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what changes the direction of writing
    "\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff"  # what has no width
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # annotations, and marks within shorthand and music
    "\U000e0000-\U000e0fff"  # tags
    "\ud800-\udfff"  # halves of characters
)
_HIDDEN = re.compile(f"[{_FORMATS}{UNSEEN}]")

# Ranges of blocks: that some signs in them are no emoji, and some characters no letters, does no harm here.
_EMOJI = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    "\u3297\u3299\U0001f000-\U0001faff"
)
_JOINED = (
    "\u0620-\u06ff\u0710-\u077f\u07c0-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18aa\u1b00-\u1c4f"
    "\ua800-\ua9ff\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
"""Letters and marks of scripts in which a joiner or a non-joiner changes how a word looks: Arabic, Indic and others."""
_VIRAMAS = (
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u17d2\u1b44\u1baa\u1bab\ua806"
    "\ua8c4\ua953\ua9c0\uabed"
)
"""After which a joiner also ends a word."""
_KEPT = "|".join((
    f"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
    f"(?<=[{_EMOJI}])\ufe0f",
    "(?<=[0-9#*])\ufe0f(?=\u20e3)",
    f"(?<=[{_JOINED}])[\u200c\u200d](?=[{_JOINED}])",
    f"(?<=[{_VIRAMAS}])[\u200c\u200d]",
    "(?<=[\u1820-\u18aa])[\u180b-\u180f]",
))  # fmt: skip
_FLAGS = "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
"""England, Scotland, Wales: the only sequences of tags that show something."""


@cache
def _removed() -> re.Pattern[str]:
    """Compiled once it is needed: hardly any account has such a text, and it takes a millisecond."""
    return re.compile(f"({_FLAGS})|(?!{_KEPT})[{_FORMATS}{UNSEEN}]")


def has_unseen(text: str) -> bool:
    """Whether `plain` may change it."""
    # Most of what an account holds is told by a look; the expression costs ten times as much.
    if text.isascii() and text.isprintable():
        return False
    return _HIDDEN.search(text) is not None


def plain(text: str) -> str:
    """The text without invisible and direction-changing characters; the same object where it has none."""
    if _HIDDEN.search(text) is None:
        return text
    shown = _removed().sub(r"\1", text)
    return text if shown == text else shown


def plainly(data: A) -> A:
    """JSON data whose strings, names included, went through `plain`; the same object where nothing changes.

    Two names that look alike then stay apart: the second ends in ` (2)`.
    """
    strings = _strings(data)
    if _HIDDEN.search("\n".join(strings)) is None:
        return data
    changed = {text: shown for text in strings if (shown := plain(text)) is not text}
    return cast("A", _changed(data, changed)) if changed else data


def _strings(data: object) -> set[str]:
    """Every string of JSON data, names included; without recursion, as deep as it may be."""
    found: set[str] = set()
    waiting: list[object] = [data]
    # It grows while it is gone through.
    for holder in waiting:
        if isinstance(holder, str):
            found.add(holder)
        elif isinstance(holder, dict):
            held = cast("dict[str, object]", holder)
            found.update(held)
            _take(held.values(), found, waiting)
        elif isinstance(holder, list):
            _take(cast("list[object]", holder), found, waiting)
    return found


def _take(members: Iterable[object], found: set[str], waiting: list[object]) -> None:
    for member in members:
        if isinstance(member, str):
            found.add(member)
        elif isinstance(member, dict | list):
            waiting.append(cast("object", member))


def _changed(data: Any, changed: dict[str, str]) -> Any:
    """A copy with other strings; parts in which nothing changes are the same objects."""
    if isinstance(data, str):
        return changed.get(data, data)
    if isinstance(data, list):
        items = cast("list[Any]", data)
        shown = [_changed(item, changed) for item in items]
        return shown if any(new is not old for new, old in zip(shown, items, strict=True)) else items
    if not isinstance(data, dict):
        return data
    held = cast("dict[str, Any]", data)
    taken: dict[str, Any] = {}
    for name, value in held.items():
        taken[_free(changed.get(name, name), held, taken, own=name)] = _changed(value, changed)
    same = (
        all(new is old for new, old in zip(taken.values(), held.values(), strict=True)) and held.keys() == taken.keys()
    )
    return held if same else taken


def _free(name: str, held: dict[str, Any], taken: dict[str, Any], *, own: str) -> str:
    """The name, unless another member has it already, or has it from the start."""
    number, free = 1, name
    while free != own and (free in held or free in taken):
        number += 1
        free = f"{name} ({number})"
    return free
