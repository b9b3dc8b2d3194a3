"""The vocabulary of previews: a plan says what to read before a write, and what a person should know of it.

A plan is a generator without I/O: it yields what it wants to look at (requests that only read), gets the answers sent, and
fills a `Sight`. Who runs it decides how the requests travel. What it reads first is the target, and what else a
confirmation is bound to; whatever it asks for once `bound` is set is for the reader alone.
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from make_tools.endpoint import Endpoint, Request
from make_tools.previews.differences import Change, fields
from make_tools.previews.shown import MOST_LINES, shown_fields, typeable
from make_tools.schema import SAFE_INTEGER
from make_tools.wording import quoted, safe

P = ParamSpec("P")
A = TypeVar("A")
Json: TypeAlias = dict[str, Any]

MOST_NAMES = 5
"""Names of fields in one sentence: whoever made them up must not crowd out what follows."""
NOT_READ = "not read"
"""What a code is bound to in place of what could not be read."""
_NOT_THERE = frozenset({403, 404})
_MAY_PASS = frozenset({408, 429})
_ID = re.compile(r"[1-9][0-9]{0,15}")
_WORD = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.:@/-]{0,62}[A-Za-z0-9_])?")
"""What cannot pose as a sentence, and may stand in one without quotes."""


@dataclass(frozen=True, slots=True)
class Look:
    """One request that only reads, for a preview."""

    endpoint: Endpoint[...]
    request: Request


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be read, and why, as the end of a sentence."""

    why: str
    status: int | None = None
    """The HTTP status of a refusal."""
    lasts: bool = False
    """Whether waiting is of no use: no key is set for it, or it lies outside the API."""

    @property
    def may_pass(self) -> bool:
        """Whether it may be read a little later: there was no answer, too many requests, or a fault at Make."""
        return not self.lasts and (self.status is None or self.status in _MAY_PASS or self.status >= 500)


Seen: TypeAlias = Json | Unseen
Reading: TypeAlias = Generator[Sequence[Look], Sequence[Seen], A]
"""A part of a plan that hands something back."""
Looking: TypeAlias = Reading[None]


def look(endpoint: Endpoint[P], *args: P.args, **kwargs: P.kwargs) -> Look:
    """A look at what an endpoint answers, its arguments by their Python names."""
    return Look(endpoint, endpoint.request(*args, **kwargs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing in an account: how one is read, and what a preview shows of it."""

    noun: str
    look: Callable[[Any], Look]
    """From an id."""
    key: str
    """Under which it stands in the answer."""
    shows: tuple[str, ...]
    """Fields for the reader, in this order."""
    binds: tuple[str, ...]
    """Fields of which a change voids a code: what somebody sets, not what counts up by itself."""
    source: str
    """The tool that lists them."""
    title: str = "name"
    """The field that names one."""


@dataclass(frozen=True, slots=True)
class Call:
    """The write that is previewed: its arguments under the model's names, checked and without nulls, and its request."""

    given: Mapping[str, Any]
    request: Request
    forced: bool = False
    """Whether Make's own guard is to be overruled: Make asks nobody again."""


@dataclass(slots=True)
class Sight:
    """What a preview says of a call. Every text in it is one safe line; names from the account are quoted."""

    what: str = ""
    """What would happen to what, in plain words."""
    name: str = ""
    """What a person types to agree: the name of the target, or its id where nobody could type the name."""
    target: Json | None = None
    """What is known of the target now; None where it was not read, or where there is none."""
    state: Any = None
    """What a code is bound to."""
    bound: bool = False
    """Whether the target has been looked at, so that `state` is all that a code needs."""
    changes: list[Change] = field(default_factory=list[Change])
    blueprint: Json | None = None
    """The difference between two blueprints, or the modules of a new one."""
    next: list[str] = field(default_factory=list[str])
    """What Make does then, and what to know before."""
    hindered: list[str] = field(default_factory=list[str])
    """Why Make would refuse it as things stand, and what to do first: sentences, with the tool and its arguments."""
    dependents: list[str] = field(default_factory=list[str])
    """What depends on the target, or goes with it."""
    unseen: list[str] = field(default_factory=list[str])
    """What could not be read."""
    unread: bool = False
    """Whether what a code is bound to could not be read for a reason that may pass."""
    missing: bool = False
    """Whether the target is not there, or not for this key: Make does not always tell the two apart."""

    def read(self, kind: Kind, id_: object, *, more: bool = False) -> Reading[Json]:
        """Reads the target: its fields, its state and the name that a person types. Empty where it cannot be read.

        `more`: a code is bound to more than the target's own fields, and a `tie` says to what.
        """
        (answer,) = yield [kind.look(id_)]
        found = {} if isinstance(answer, Unseen) else thing(answer, kind.key)
        self.bind(kind, id_, found)
        self.bound = not more
        if isinstance(answer, Unseen):
            self.missing = answer.status in _NOT_THERE
            self.unread = answer.may_pass
            self.miss(f"The {kind.noun} itself", answer)
            if self.missing:
                self.hindered.append(
                    f"There may be no {told(kind.noun, id_)}, or none that this key may see: {kind.source} shows what it may."
                )
        elif not found:
            self.unseen.append(f"The {kind.noun} itself: the answer holds none.")
        return found

    def bind(self, kind: Kind, id_: object, found: Json) -> None:
        """Takes a thing that was read as the target."""
        self.target = shown_fields(found, kind.shows) or None
        self.state = [kind.noun, id_, {name: found.get(name) for name in kind.binds}]
        self.name = typeable(found.get(kind.title), id_)
        self.bound = True

    def tie(self, **more: object) -> None:
        """Binds a code to more than the target's own fields, and ends what it is bound to. Unseen stands for itself."""
        unseen = [value for value in more.values() if isinstance(value, Unseen)]
        self.unread = self.unread or any(one.may_pass for one in unseen)
        self.state = [
            *self.state,
            {name: NOT_READ if isinstance(value, Unseen) else value for name, value in more.items()},
        ]
        self.bound = True

    def bind_new(self, noun: str, given: Mapping[str, Any]) -> None:
        """Takes the arguments of a create that has no parent to read."""
        self.state = [noun, dict(given)]
        self.name = f"new {noun}"
        self.bound = True

    def call_it(self, name: object) -> None:
        """For a create: what a person types is the name of the new thing, where that can be typed."""
        self.name = typeable(name, self.name)

    def miss(self, what: str, answer: Unseen, then: str = "") -> None:
        """Says what could not be read, and what follows from that."""
        self.unseen.append(f"{what}: {safe(answer.why).rstrip('.')}.{then and ' ' + then}")

    def compare(self, now: Json, then: Mapping[str, Any]) -> None:
        """For an update: each field now and then. Says nothing of a target that was not read."""
        self.changes = fields(now, then) if now else []
        if now and not self.changes:
            self.next.append("It is so already: nothing would change.")

    def lines(self, texts: Iterable[str], most: int = MOST_LINES) -> list[str]:
        """At most so many lines as a reader takes in, and how many more there are."""
        every = list(texts)
        return every if len(every) <= most else [*every[:most], f"and {len(every) - most:,} more"]

    def items(self, answer: Seen, key: str, what: str) -> list[Json]:
        """The objects of a list that was read; says so where it was not, or not to its end."""
        if isinstance(answer, Unseen):
            self.miss(what, answer)
            return []
        listed = answer.get(key)
        if not isinstance(listed, list):
            self.unseen.append(f"{what}: the answer holds no list of them.")
            return []
        found = objects(cast("object", listed))
        if may_go_on(answer, key):
            self.unseen.append(f"{what}: there may be more than these {len(found):,}.")
        return found


Plan: TypeAlias = Callable[[Call, Sight], Looking]
PLANS: dict[str, Plan] = {}
"""The plan of each tool that writes, by its name. `of` fills it."""


def of(*endpoints: Endpoint[...]) -> Callable[[Plan], Plan]:
    """Declares the plan of these endpoints. Its docstring says what the preview shows, for docs/safety.md."""

    def keep(plan: Plan) -> Plan:
        if not plan.__doc__:
            raise TypeError(f"{plan.__name__}: a plan needs a docstring, docs/safety.md shows it")
        for endpoint in endpoints:
            if endpoint.name in PLANS:
                raise TypeError(f"{endpoint.name} has a plan already")
            PLANS[endpoint.name] = plan
        return plan

    return keep


def thing(answer: object, key: str) -> Json:
    """The object under a key; empty where there is none."""
    found = cast("Json", answer).get(key) if isinstance(answer, dict) else None
    return cast("Json", found) if isinstance(found, dict) else {}


def objects(value: object) -> list[Json]:
    """The objects in a list; empty where it is none."""
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", one) for one in listed if isinstance(one, dict)]


def may_go_on(answer: Seen, key: str) -> bool:
    """Whether a list may have more pages. Make gives no total: a page that came back full is the only hint."""
    limit, items = thing(answer, "pg").get("limit"), answer.get(key) if isinstance(answer, dict) else None
    return type(limit) is int and isinstance(items, list) and 0 < limit <= len(cast("list[object]", items))


def an_id(value: object) -> int | None:
    """What an answer gives for an id, as a number or as text, if it can be one: others cannot be looked at."""
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    return value if type(value) is int and 1 <= value <= SAFE_INTEGER else None


def same(one: object, other: object) -> bool:
    """Whether two ids are the same one: answers give numbers as text too."""
    return one is not None and str(one) == str(other)


def plainly(value: object, longest: int = 64) -> str:
    """A word of the account (an id, an app, a field's name) as it is; in quotes where it could pose as a sentence."""
    text = str(value)
    return text if len(text) <= longest and _WORD.fullmatch(text) else quoted(text, longest)


def listed(words: Iterable[object], most: int = MOST_LINES) -> str:
    """Words of the account one after the other, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(plainly(word) for word in every[:most]) + more


def told(noun: str, id_: object, found: Mapping[str, Any] | None = None) -> str:
    """`scenario 5 "Order intake"`, and without the name where it is not known."""
    name = (found or {}).get("name")
    return f"{noun} {plainly(id_)}" + (f" {quoted(name)}" if isinstance(name, str) and name else "")
