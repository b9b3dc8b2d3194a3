"""The two ways to Make: which to take, what may leave, and what an answer means."""

from make_mcp.upstream.client import Upstreams
from make_mcp.upstream.errors import (
    BadAnswer,
    GuardError,
    Held,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    Unreachable,
    UpstreamError,
)
from make_mcp.upstream.permit import Answered, Permit

__all__ = [
    "Answered",
    "BadAnswer",
    "GuardError",
    "Held",
    "NotConfigured",
    "OutcomeUnknown",
    "Permit",
    "Refused",
    "Unreachable",
    "UpstreamError",
    "Upstreams",
]
