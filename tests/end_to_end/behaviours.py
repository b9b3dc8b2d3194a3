"""How clients behave once they have seen a preview: those that ask a person, those that cannot, and those that cheat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mcp_types import INTERNAL_ERROR, ElicitRequestFormParams, ElicitResult, ErrorData
from tests.end_to_end.people import FIELD, Declared, Typed, accepting, asked_for


@dataclass(frozen=True)
class Behaviour:
    """How a client behaves once it has seen the preview."""

    answer: Callable[[ElicitRequestFormParams], ElicitResult | ErrorData] = accepting
    declared: Declared = "forms"
    more: Mapping[str, Any] | None = None
    """Further arguments."""
    confirm: Literal["as told", "true", "name"] = "as told"

    @property
    def can_be_asked(self) -> bool:
        return self.declared in {"forms", "plain"} and self.more is None and self.confirm == "as told"


def _accept(content: dict[str, Typed] | None = None) -> Callable[[ElicitRequestFormParams], ElicitResult]:
    return lambda _: ElicitResult(action="accept", content=content)


BEHAVIOURS: Mapping[str, Behaviour] = {
    "accepts": Behaviour(),
    "accepts, forms declared the old way": Behaviour(declared="plain"),
    # The name is typed, and then the person says no.
    "declines": Behaviour(lambda asked: ElicitResult(action="decline", content={FIELD: asked_for(asked)})),
    "cancels": Behaviour(lambda asked: ElicitResult(action="cancel", content={FIELD: asked_for(asked)})),
    "types a wrong name": Behaviour(
        lambda asked: ElicitResult(action="accept", content={FIELD: asked_for(asked).swapcase()})
    ),
    "accepts for the person: nothing": Behaviour(_accept()),
    "accepts for the person: another field": Behaviour(
        lambda asked: ElicitResult(action="accept", content={"name": asked_for(asked)})
    ),
    "accepts for the person: confirm": Behaviour(_accept({"confirm": True})),
    "accepts for the person: true": Behaviour(_accept({FIELD: True})),
    "accepts for the person: a number": Behaviour(_accept({FIELD: 1})),
    "accepts for the person: a list": Behaviour(
        lambda asked: ElicitResult(action="accept", content={FIELD: [asked_for(asked)]})
    ),
    "answers with an error": Behaviour(lambda _: ErrorData(code=INTERNAL_ERROR, message="no window")),
    "cannot ask": Behaviour(declared="nothing"),
    "can only show links": Behaviour(declared="links"),
    "types the name itself, as an argument": Behaviour(more={FIELD: "Kept"}),
    "confirms with true": Behaviour(confirm="true"),
    "confirms with the name": Behaviour(confirm="name"),
}
