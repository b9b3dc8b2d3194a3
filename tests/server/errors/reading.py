"""An error's text, read as an agent reads it: what was said, what it means, and the calls that it names."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.server.network import ENDPOINTS

from make_tools import Endpoint

_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SAID = re.compile(
    rf"\S+: (?:Make|Maton) answered \d+(?: \w+)?: (?:{_QUOTED}|\(no message\))\."
    rf"(?: Scenarios concerned: (?:(?:, )?\d+ {_QUOTED})+\.)?"
)
_LACKS = re.compile(r" with ([a-zA-Z]+(?: and [a-zA-Z]+)*)")
NO_TOOLS = frozenset({"outcome_unknown", "bad_upstream_response", "rate_limited", "circuit_open"})
"""Words of ours that look like a tool's name."""


class Named(NamedTuple):
    """A call that a text names."""

    tool: str
    given: dict[str, Any]
    lacks: tuple[str, ...]

    @property
    def endpoint(self) -> Endpoint[...]:
        return ENDPOINTS[self.tool]


def parts(text: str) -> tuple[str, str, str]:
    """What was said, what it means, and what to do next."""
    head, found, following = text.rpartition(" Next: ")
    assert found, f"no next step: {text}"
    assert following.endswith(".")
    said = _SAID.match(head)
    if said is None:
        return "", head, following
    return head[: said.end()], head[said.end() :].strip(), following


def names(text: str) -> set[str]:
    """The tools that a text names, or seems to name."""
    return set(_NAME.findall(text)) - NO_TOOLS


def calls(following: str) -> Iterator[Named]:
    """The calls in a next step."""
    for found in _NAME.finditer(following):
        rest = following[found.end() :]
        given: dict[str, Any] = {}
        if rest.startswith(" {"):
            given, end = json.JSONDecoder().raw_decode(rest[1:])
            rest = rest[1 + end :]
        lacks = _LACKS.match(rest)
        yield Named(found[0], given, tuple(lacks[1].split(" and ")) if lacks else ())
