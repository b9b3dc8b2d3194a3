"""Finds tools by words: which of them a query is about, the best first. Pure."""

import re
from collections.abc import Iterable, Sequence

from make_mcp.recipes import AnyTool
from make_tools import GROUPS, Endpoint

_WORD = re.compile(r"[a-z0-9]{3,}")
_ALIKE = 4
"""Letters that words of one stem have in common at the beginning: delete and deletion, retry and retries."""
_IN_NAME, _IN_TITLE, _IN_TEXT, _OF_GROUP, _IN_ARGUMENT = 6, 4, 3, 2, 1
"""What a word counts, by where it stands."""
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
"""Where the words of a name meet: createWebhook, create-webhook."""
_LONGEST_NAME = 100
_MOST_MEANT = 3
_SAME = {
    same: word
    for word, others in {
        "hook": "webhook webhooks", "start": "activate enable on turnon", "stop": "deactivate disable pause off",
        "delete": "remove destroy drop", "create": "add new make", "get": "read show fetch describe", "list": "all search",
        "run": "execute trigger invoke", "update": "edit modify change patch", "logs": "log executions history runs",
        "clone": "copy duplicate", "scenario": "workflow workflows automation automations flow flows",
        "connection": "credential credentials account accounts", "users": "member members", "rename": "retitle",
        "incomplete": "dlq dlqs failed",
    }.items()
    for same in others.split()
}  # fmt: skip
"""Words of other services and of people, and ours."""
_ABOUT = {group.name: group.about for group in GROUPS}


def found(query: str, tools: Iterable[AnyTool]) -> list[AnyTool]:
    """The tools that hold words of the query; those that hold more of them, and in better places, come first."""
    wanted = set(_WORD.findall(query.lower()))
    counted = [(_count(wanted, tool) + _is_named(query, tool), tool) for tool in tools]
    return [tool for count, tool in sorted(counted, key=lambda pair: -pair[0]) if count > 0]


def meant(name: str, tools: Iterable[AnyTool]) -> list[AnyTool]:
    """The tools that a name, which is none of theirs, may mean by its words: three at the most, and none where more may be.

    What lacks one of the words is of the group that the others name.
    """
    said: list[str] = _WORD.findall(_JOINT.sub(" ", name[:_LONGEST_NAME]).lower())
    words = [_SAME.get(word, word) for word in said]
    counted = [(_nearness(words, tool), tool) for tool in tools]
    most = max((count for count, _ in counted), default=(0, 0))
    best = [tool for count, tool in counted if count == most and count[0] > 0]
    return best if len(best) <= _MOST_MEANT else []


def _nearness(words: Sequence[str], tool: AnyTool) -> tuple[int, int]:
    own, title, group = (_words(text.replace("_", " ")) for text in (tool.name, tool.title, tool.group))
    counts = [2 if _is_one_of(word, own) else 1 if _is_one_of(word, title) else 0 for word in words]
    lacks = counts.count(0)
    if lacks > 1 or (lacks and not any(_is_one_of(word, group) for word in words)):
        return 0, 0
    return sum(counts), _count(set(words), tool)


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
    return sum(max(count if _is_one_of(word, words) else 0 for words, count in places) for word in wanted)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _is_one_of(word: str, words: Iterable[str]) -> bool:
    return any(_is_alike(word, one) for one in words)


def _is_alike(one: str, other: str) -> bool:
    stem = max(_ALIKE, min(len(one), len(other)) - 2)
    return one.rstrip("s") == other.rstrip("s") or (len(one) >= stem and one[:stem] == other[:stem])
