"""What the way to Make asks for before it sends anything, and what it brings back."""

from dataclasses import dataclass
from typing import Any

from make_tools import Endpoint, Request


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request. Made by the gate alone (`make_mcp.confirmation.gate`)."""

    endpoint: Endpoint[...]
    request: Request


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request: a JSON object; what is no object stands under `result`, an empty answer is `{}`."""

    data: dict[str, Any]
    status: int
