"""Parts of sentences about a refusal: whose the thing may be, what the key may lack, which argument Make names."""

import re
from typing import NamedTuple

from make_tools.advice.case import Case
from make_tools.advice.steps import ids, yields
from make_tools.endpoint import Endpoint

_OF_A_KIND = {"teamId": "The team", "organizationId": "The organization", "userId": "The user"}
_MINE = frozenset({"notifications", "maton_connections"})


class Named(NamedTuple):
    """An argument that Make names."""

    name: str
    """As the model knows it."""
    wire: str
    source: Endpoint[...] | None
    """The tool that yields its value."""


def thing(case: Case) -> str:
    """What the call was about; empty where it named nothing."""
    for argument, _ in ids(case.endpoint, case.given):
        return _OF_A_KIND.get(argument.name, "It")
    return ""


def others(case: Case) -> str:
    """Whose it may be in place of one's own."""
    if case.endpoint.group in _MINE:
        return "another account's"
    return "another team's" if thing(case) == "It" else "another's"


def lack(case: Case) -> str:
    """What is wrong with the key, if that is what is wrong; empty where it cannot be."""
    if case.is_practice:
        return ""
    needed = f"{'one of the scopes' if len(case.endpoint.scopes) > 1 else 'the scope'} {scopes(case)}"
    if case.endpoint.api == "maton":
        return "the key of Maton may not do this"
    if case.upstream == "maton":
        return f"Maton's link to Make lacks {needed}" if scopes(case) else "Maton's link to Make has expired"
    zone = f"the token is for another zone than {case.zone}"
    return f"{zone}, or was made without {needed}" if scopes(case) else zone


def scopes(case: Case) -> str:
    """The scopes that the tool needs."""
    return ", ".join(case.endpoint.scopes)


def named(case: Case) -> list[Named]:
    """The arguments that Make names, in its order."""
    found: list[tuple[int, Named]] = []
    for argument in case.endpoint.arguments:
        wires = {wire: f"{argument.name}.{key}" for key, wire in (argument.keys or {}).items()}
        if argument.name == "sort":
            wires |= {"pg[sortBy]": "sort", "pg[sortDir]": "sort"}
        if argument.place != "here":
            wires |= {argument.wire_name: argument.name}
        for wire, name in wires.items():
            place = re.search(rf"""['"`](?:body\.|query\.)?{re.escape(wire.removesuffix("[]"))}(?!\w)""", case.said)
            if place is not None:
                source = yields(argument) if name == argument.name else None
                found.append((place.start(), Named(name, wire, source)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def largest(case: Case) -> str:
    """The arguments that make a request large; empty where none does."""
    large = [name for name in ("blueprint", "data", "ids", "exceptIds", "scope", "scopes") if case.given.get(name)]
    return " or ".join(f"`{name}`" for name in large)
