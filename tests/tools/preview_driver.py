"""Runs the plan of a write on answers that a test gives, without any network."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from make_tools import GROUPS, Endpoint
from make_tools.previews import PLANS, Call, Look, Seen, Sight, Unseen

ENDPOINTS: dict[str, Endpoint[...]] = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}
WRITES = [name for name, endpoint in ENDPOINTS.items() if endpoint.effect != "read"]
Answers: TypeAlias = Callable[[Look], Seen]
NOT_GIVEN = Unseen("Make answered 404", 404)


@dataclass(frozen=True, slots=True)
class Run:
    """A plan that was carried out."""

    sight: Sight
    batches: Sequence[Sequence[Look]]
    """What it looked at, in the order in which it asked."""
    bound: tuple[Any, str] | None
    """State and name as they were when the plan went on after the target; None if it did not go on."""

    @property
    def looks(self) -> list[Look]:
        return [look for batch in self.batches for look in batch]


def run(tool: str, given: Mapping[str, Any], answers: Answers, *, whole: bool = True, forced: bool = False) -> Run:
    """The whole plan, or as much of it as the state of the target takes; `forced` where Make's own guard is overruled."""
    request = ENDPOINTS[tool].parse(given)
    sight, batches, bound = Sight(), list[Sequence[Look]](), None
    present = {name: value for name, value in given.items() if value is not None}
    plan = PLANS[tool](Call(present, request, forced), sight)
    try:
        batch = next(plan)
        while True:
            if sight.bound and bound is None:
                bound = deepcopy(sight.state), sight.name
                if not whole:
                    plan.close()
                    break
            batches.append(batch)
            batch = plan.send([answers(look) for look in batch])
    except StopIteration:
        pass
    return Run(sight, batches, bound)


def by_path(paths: Mapping[str, Seen]) -> Answers:
    """Answers by the path of the request; whatever is not among them is not there."""
    return lambda look: paths.get(look.request.path, NOT_GIVEN)


def texts(value: object) -> Iterator[str]:
    """Every text in what a preview shows, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield name
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in cast("Sequence[object]", value):
            yield from texts(inner)


def shown(sight: Sight) -> list[str]:
    """Every text that a person or a model gets to see."""
    parts = sight.what, sight.name, sight.target, sight.changes, sight.blueprint
    return list(texts((*parts, sight.next, sight.hindered, sight.dependents, sight.unseen)))
