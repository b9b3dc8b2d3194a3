"""A refusal as it came, and what is said of it: the facts that an explanation goes by."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from make_tools.advice.steps import Next
from make_tools.endpoint import Endpoint, Upstream

_MAKES = re.compile(r"(?:IM|SC)\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One refusal of one call."""

    endpoint: Endpoint[...]
    upstream: Upstream
    """The way that it took."""
    status: int
    code: str | None = None
    """As the body names it, such as IM004."""
    said: str = ""
    """What the body says, as one line."""
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The arguments of the call."""
    zone: str | None = None
    """The host of Make's API, where the call went there."""
    is_practice: bool = False
    """Whether it went to the practice account, where no key, zone or link is ever what is wrong."""
    wait: int | None = None
    """Seconds for which the other side asked to be left alone."""

    @property
    def changes(self) -> bool:
        return self.endpoint.effect != "read"

    @property
    def is_makes(self) -> bool:
        """Whether the code is one of Make's own: then the gateway only passed it on."""
        return self.code is not None and _MAKES.fullmatch(self.code) is not None

    @property
    def takes_blueprint(self) -> bool:
        return "blueprint" in self.given

    @property
    def can_install(self) -> bool:
        """Whether the same call can be made with leave to install apps."""
        return not self.given.get("confirmed") and any(a.name == "confirmed" for a in self.endpoint.arguments)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a refusal means here, as sentences, and what to do next."""

    meaning: str
    next: Next


Explain: TypeAlias = Callable[[Case], Advice]
