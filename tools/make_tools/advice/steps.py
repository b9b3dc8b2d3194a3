"""The third part of an error: which tool to call next, with which arguments, or what else to do.

A step holds ids and nothing else of the call that went wrong: no text that somebody wrote, and no secret.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from make_tools import GROUPS
from make_tools.endpoint import Endpoint
from make_tools.refusal import ArgumentError
from make_tools.signature import Argument

Given: TypeAlias = Mapping[str, Any]
"""The arguments of a call under the model's names."""

_NAMED = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_OWNERS = ("teamId", "organizationId")
"""What a list is of, where its signature leaves the choice."""
_CARRIED = frozenset({*_OWNERS, "imtZoneId"})
"""Ids that go along although the tool can do without them."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call: the arguments that are known, and the names of those that it `lacks`."""

    endpoint: Endpoint[...]
    given: Given = field(default_factory=dict[str, Any])
    lacks: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [self.endpoint.name]
        if self.given:
            parts.append(json.dumps(dict(self.given), separators=(",", ":"), ensure_ascii=False))
        if self.lacks:
            parts.append(f"with {' and '.join(self.lacks)}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next, in words, and the calls that they name."""

    words: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return f"Next: {self.words}."


def then(*parts: Step | str) -> Next:
    """Calls, and the words around them."""
    return Next("".join(str(part) for part in parts), tuple(part for part in parts if isinstance(part, Step)))


@cache
def tools() -> Mapping[str, Endpoint[...]]:
    """The catalogue by name."""
    return {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}


def toward(endpoint: Endpoint[...], given: Given, *, lacks: tuple[str, ...] = ()) -> Step:
    """A call of this tool about the same things as another call, as far as its ids say which.

    It `lacks` also what the tool needs and nobody has given.
    """
    wanted = [a for a in endpoint.arguments if a.required or a.name in _CARRIED]
    known = {a.name: given[a.name] for a in wanted if _is_id(a.name, given)}
    if known.keys() >= set(_OWNERS) and not any(a.required for a in wanted if a.name in _OWNERS):
        # Either of them, and the team says more.
        del known["organizationId"]
    missing = tuple(a.name for a in wanted if a.required and a.name not in known and a.name not in lacks)
    if not missing and not lacks and not _fits(endpoint, known):
        return Step(endpoint, {}, _OWNERS[:1])
    return Step(endpoint, known, (*missing, *lacks))


def yields(argument: Argument) -> Endpoint[...] | None:
    """The tool that yields a value for this argument."""
    return next((tools()[name] for name in _NAMED.findall(argument.about) if name in tools()), None)


def ids(endpoint: Endpoint[...], given: Given) -> Iterator[tuple[Argument, Endpoint[...]]]:
    """The ids that a call was given, each with the tool that yields it: those of the thing itself come first."""
    found = [
        (argument, lists)
        for argument in endpoint.arguments
        if given.get(argument.name) is not None and "From " in argument.about and (lists := yields(argument))
    ]
    yield from sorted(found, key=lambda one: (one[0].place != "path", one[1].group != endpoint.group))


def source(endpoint: Endpoint[...], given: Given) -> Step:
    """The call that shows the right ids for another."""
    for argument, found in ids(endpoint, given):
        if found is not endpoint:
            # What an id in the path belongs to is not said: a team beside it is where it is to go.
            beside = _OWNERS if argument.place == "path" else ()
            return toward(found, {name: value for name, value in given.items() if name not in beside})
    whole = tools()["organizations_list"]
    return Step(whole if whole is not endpoint else tools()["users_me"])


def truth(endpoint: Endpoint[...], given: Given) -> Next:
    """What shows whether a write took effect."""
    step = toward(tools()[endpoint.truth], given)
    asks_for_it = endpoint.method == "DELETE" and not endpoint.truth.endswith("_list")
    return then(step, " (403 or 404: it is gone)") if asks_for_it else then(step)


def _is_id(name: str, given: Given) -> bool:
    return name.endswith("Id") and isinstance(given.get(name), int | str) and not isinstance(given[name], bool)


def _fits(endpoint: Endpoint[...], given: Given) -> bool:
    try:
        endpoint.parse(given)
    except ArgumentError:
        return False
    return True
