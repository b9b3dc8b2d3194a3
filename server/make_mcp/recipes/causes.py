"""Why runs fail, by the type of Make's error and by what it says. Pure.

The types are those of Make's help pages and of its own code; what a third party says is only ever a guess.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

Helps: TypeAlias = Literal["test", "look", "plan", "retry", "stores"]
"""What is worth doing: test the connection, look at the module, look at the plan, try again, look at the data stores.

Trying again an incomplete execution runs the blueprint as it was when it failed: it helps where nothing of that is wrong.
"""


@dataclass(frozen=True)
class Cause:
    """A likely cause, and what to do, in a sentence or two."""

    likely: str
    helps: tuple[Helps, ...]
    types: tuple[str, ...] = ()
    """Make's names of such errors."""
    said: str = ""
    """A pattern of what such an error says, whatever its type."""
    statuses: frozenset[int] = frozenset()
    """What third parties answer then."""

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        return re.compile(self.said, re.IGNORECASE) if self.said else None


GONE: Final = Cause(
    "The module uses something that is gone, such as its connection. Choose another one in it.",
    ("look",),
    said=r"(?:connection|account|data ?store|hook|key|webhook)\b[^.]{0,40} not found|not found in blueprint"
    r"|required parameter '(?:__IMT\w*|datastore|hook|auth|account)'",
)
CREDENTIALS: Final = Cause(
    "The service refuses the connection's credentials (expired, revoked, too few rights). The user signs in to it again at Make; then retry.",
    ("test", "retry"),
    ("InvalidAccessTokenError", "AccountValidationError"),
    r"invalid_grant|unauthori[sz]ed|credentials|failed to verify connection|token (?:is|has|was)?\s?(?:been )?(?:expired|revoked|invalid)",
    frozenset({401, 403}),
)
UNKNOWN: Final = Cause(
    "The module's service refused, or its app has a fault; the message is all that Make tells.", ("look", "retry"),
    ("RuntimeError", "UnexpectedError", "UnknownError", "Error"),
)  # fmt: skip
UNTOLD: Final = Cause(
    "Make tells no reason. With incomplete executions switched on in the scenario's settings it keeps the next one.",
    ("look",),
)
UNREADABLE: Final = Cause(
    "The reason could not be read here; Make's own API tells it (MAKE_API_KEY and MAKE_ZONE).", ()
)
INVALID: Final = Cause("A module or a connection that it uses is gone or not set up.", ("look",))
CAUSES: Final[tuple[Cause, ...]] = (
    GONE,
    Cause("A user stopped the run.", (), said=r"stopped by a user"),
    Cause(
        "The organization's operations (credits) are used up, until the next reset or with a larger plan.",
        ("plan", "retry"),
        ("OperationsLimitExceededError",),
        r"no more (?:credits|operations)|(?:operations|credits)(?: limit)? (?:exceeded|exhausted|used up)",
    ),
    Cause(
        "The organization's data transfer is used up, until the next reset or with a larger plan.",
        ("plan", "retry"),
        ("DataSizeLimitExceededError",),
    ),
    Cause(
        "A data store is full: delete records in it, or enlarge it.",
        ("stores", "retry"),
        ("OutOfSpaceError",),
        r"IM003|not enough space|out of space",
    ),
    Cause(
        "The service takes no more requests for now. Retry later; a longer interval or fewer bundles in a run prevent it.",
        ("retry",),
        ("RateLimitError",),
        r"too many requests|rate limit|\bquota\b|RESOURCE_EXHAUSTED",
        frozenset({420, 429}),
    ),
    Cause(
        "The organization lacks this app, module or version: install it, or use another module.",
        ("look",),
        said=r"IM007|module not found",
    ),
    CREDENTIALS,
    Cause(
        "No server has that name: the address in the module is wrong, or the service has moved. Incomplete runs keep the old one.",
        ("look",),
        said=r"ENOTFOUND|EAI_AGAIN|getaddrinfo",
    ),
    Cause(
        "The service's certificate is not accepted: its owner has to renew it.",
        ("retry",),
        said=r"certificate|self.signed|\bSSL\b|\bTLS\b",
    ),
    Cause(
        "The run took longer than a run may: 40 minutes, 5 on the free plan. Let it work on less at once.",
        ("look",),
        ("ScenarioTimeoutError", "ExecutionInterruptedError"),
    ),
    Cause(
        "The service took longer than the 40 s that a module has. Ask it for less at once, or retry later.",
        ("look", "retry"),
        ("ModuleTimeoutError",),
        r"timed? ?out|ETIMEDOUT|ESOCKETTIMEDOUT",
        frozenset({408}),
    ),
    Cause(
        "A mapped value is missing or has the wrong type: look at the module's mapping, and at what came in.",
        ("look",),
        ("BundleValidationError",),
        r"validation failed for|missing value of required|is not (?:a )?valid (?:json|date|number|email)",
    ),
    Cause(
        "The file is larger than the plan, or the service, allows.",
        ("plan",),
        ("MaxFileSizeExceededError",),
        statuses=frozenset({413}),
    ),
    Cause("The module finds more than it may bring: set a lower limit in it.", ("look",), ("MaxResultsExceededError",)),
    Cause(
        "The record is there already. Search for it before the module, or let the module overwrite.",
        ("look",),
        ("DuplicateDataError",),
        r"already exists|duplicate",
        frozenset({409}),
    ),
    Cause(
        "The data was not complete yet, such as a file that was still being uploaded. Retry later.",
        ("retry",),
        ("IncompleteDataError",),
    ),
    Cause(
        "Something else changed the same data at the same time. Retry; one run at a time prevents it.",
        ("retry",),
        ("InconsistencyError",),
    ),
    Cause(
        "The service was down or could not be reached. Retry later.",
        ("retry",),
        ("ConnectionError",),
        r"ECONNREFUSED|ECONNRESET|EHOSTUNREACH|socket hang up|temporarily unavailable|bad gateway",
        frozenset(range(500, 600)),
    ),
    Cause(
        "The service does not take what it was sent, or has no such record: look at the mapping, and at the values.",
        ("look",),
        ("DataError",),
        statuses=frozenset({400, 404, 410, 422}),
    ),
    Cause("A setting of the module or of its connection is wrong.", ("look",), ("InvalidConfigurationError",)),
    UNKNOWN,
)
_BY_TYPE: Final[Mapping[str, Cause]] = {name: cause for cause in CAUSES for name in cause.types}
_STATUS: Final = re.compile(r"(?:^|[\[(]|(?:status|code|error|http)[ :]{1,3})([45]\d\d)\b", re.IGNORECASE)
"""A status of HTTP in a message, as Make's apps write it: `[401] Unauthorized`, `Status Code Error: 500`."""


def cause_of(type_: str | None, message: str | None) -> Cause:
    """The likely cause of an error: by what it says, by the status in it, and then by its type."""
    if not (type_ or message):
        return UNTOLD
    said = message or ""
    for cause in CAUSES:
        if cause.pattern is not None and cause.pattern.search(said):
            return cause
    if (status := _STATUS.search(said)) is not None:
        for cause in CAUSES:
            if int(status[1]) in cause.statuses:
                return cause
    return _BY_TYPE.get(type_ or "", UNKNOWN)
