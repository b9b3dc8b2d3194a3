"""Finds tools by words: which of them a query is about, the best first. Pure."""

import re
from collections.abc import Iterable

from make_mcp.recipes import AnyTool
from make_tools import GROUPS, Endpoint

_WORD = re.compile(r"[a-z0-9]{3,}")
_ALIKE = 4
"""Letters that words of one stem have in common at the beginning: delete and deletion, retry and retries."""
_IN_NAME, _IN_TITLE, _IN_TEXT, _OF_GROUP, _IN_ARGUMENT = 6, 4, 3, 2, 1
"""What a word counts, by where it stands."""
_ABOUT = {group.name: group.about for group in GROUPS}


def found(query: str, tools: Iterable[AnyTool]) -> list[AnyTool]:
    """The tools that hold words of the query; those that hold more of them, and in better places, come first."""
    wanted = set(_WORD.findall(query.lower()))
    counted = [(_count(wanted, tool) + _is_named(query, tool), tool) for tool in tools]
    return [tool for count, tool in sorted(counted, key=lambda pair: -pair[0]) if count > 0]


def _is_named(query: str, tool: AnyTool) -> int:
    names = {tool.name, *(tool.formerly if isinstance(tool, Endpoint) else ())}
    return 100 if query.strip().lower() in names else 0


def _count(wanted: Iterable[str], tool: AnyTool) -> int:
    old = " ".join(tool.formerly) if isinstance(tool, Endpoint) else ""
    places = (
        (_words(f"{tool.name} {old}".replace("_", " ")), _IN_NAME),
        (_words(tool.title), _IN_TITLE),
        (_words(tool.description), _IN_TEXT),
        (_words(_ABOUT.get(tool.group, "")), _OF_GROUP),
        (_words(" ".join(f"{argument.name} {argument.about}" for argument in tool.arguments)), _IN_ARGUMENT),
    )
    return sum(
        max(count if any(_is_alike(word, one) for one in words) else 0 for words, count in places) for word in wanted
    )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _is_alike(one: str, other: str) -> bool:
    stem = max(_ALIKE, min(len(one), len(other)) - 2)
    return one.rstrip("s") == other.rstrip("s") or (len(one) >= stem and one[:stem] == other[:stem])
