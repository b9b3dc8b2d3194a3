"""Text that came from an account, in sentences of ours: it must not pose as one of them, nor hide anything."""

import json
import unicodedata

LONGEST_MESSAGE = 400
"""Characters of a quoted message of Make."""
LONGEST_NAME = 80
"""Characters of a quoted name, its quotes included."""

_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by category that show nothing."""
_JOINERS = frozenset("\u034f\u180b\u180c\u180d\u180f")
"""Marks by category that show nothing."""


def safe(text: str, longest: int = 200) -> str:
    """Foreign text as one short line: no control characters, direction marks or invisible ones, which could pose as ours."""
    shown = "".join(" " if _blank(c) else c for c in text[: longest * 4])
    line = " ".join(shown.split())
    return line if len(line) <= longest and len(text) <= longest * 4 else line[: longest - 1] + "…"


def quoted(name: object, longest: int = LONGEST_NAME) -> str:
    """A foreign name as one JSON string of at most `longest` characters, its quotes included."""
    text = safe(name if isinstance(name, str) else str(name), longest)
    whole = json.dumps(text, ensure_ascii=False)
    while len(whole) > longest:
        text = text.removesuffix("…")[:-1] + "…"
        whole = json.dumps(text, ensure_ascii=False)
    return whole


def counted(number: int, noun: str, many: str | None = None) -> str:
    """`1 hook`, `2 hooks`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def _blank(c: str) -> bool:
    return (
        unicodedata.category(c)[0] in "CZ"
        or c in _BLANK
        or c in _JOINERS
        or "\ufe00" <= c <= "\ufe0f"
        or "\U000e0100" <= c <= "\U000e01ef"
    )
