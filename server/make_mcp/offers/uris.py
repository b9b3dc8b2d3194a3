"""The addresses of resources."""

import re
from dataclasses import dataclass

from make_mcp.offers import icons

ACCOUNT = "make://account"
JSON = "application/json"
_LINKS_SINCE = "2025-06-18"
"""The revision of the protocol that brought links to resources."""


@dataclass(frozen=True, slots=True)
class OfScenario:
    """A resource that each scenario has. `tool` shows the same: where it is left out, so is the resource."""

    name: str
    title: str
    about: str
    tool: str
    path: str
    """Of its icon."""

    @property
    def template(self) -> str:
        return f"make://scenarios/{{id}}/{self.name}"

    def uri(self, scenario: int) -> str:
        return f"make://scenarios/{scenario}/{self.name}"

    def scenario(self, uri: str) -> int | None:
        """The id in an address of this form; None in any other."""
        found = re.fullmatch(rf"make://scenarios/([1-9][0-9]{{0,15}})/{self.name}", uri, re.ASCII)
        return None if found is None else int(found[1])


BLUEPRINT = OfScenario(
    "blueprint",
    "Blueprint of a scenario",
    "The whole blueprint, with the schedule and the interface.",
    "scenarios_export",
    icons.BLUEPRINT,
)
RUNS = OfScenario(
    "runs",
    "Runs of a scenario",
    "The last runs: those that failed first, and why.",
    "scenarios_logs",
    icons.RUNS,
)


def has_links(protocol: str) -> bool:
    """Whether a client of this revision knows links to resources. Revisions are dates."""
    return protocol >= _LINKS_SINCE
