"""Text that came from an account, in sentences of ours: it must not pose as one of them, nor hide anything."""

import json
import re
import unicodedata

LONGEST_MESSAGE = 400
"""Characters of a quoted message of Make."""
LONGEST_NAME = 80
"""Characters of a quoted name, its quotes included."""

UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
"""Letters, marks and symbols by category that show nothing: what stands in the brackets of a regular expression."""
_UNSEEN = re.compile(f"[{UNSEEN}]")


def safe(text: str, longest: int = 200) -> str:
    """Foreign text as one short line: no control characters, direction marks or invisible ones, which could pose as ours."""
    seen = _UNSEEN.sub(" ", text[: longest * 4])
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in seen)
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
