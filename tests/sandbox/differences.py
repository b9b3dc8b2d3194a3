"""Where the answers of the practice account differ from their documented shapes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """The type that a field has instead of the documented one, in the words of `shapes`."""

    kind: str
    reason: str


GUESS = "Nothing is documented, so that the form of similar answers was taken."
NO_PART_FAILS = "Tells of things that could not be deleted. Here nothing deletes a part of what it was told to."
ENDED_WELL = "Only of a run that has ended and has not failed."
FAILED = "Only of a run that has failed."
IN_LISTS = "Make's SDK types it as optional: a folder has it in lists, and where columns ask for it."
OTHER_NAME = (
    "A documented column of the other list of these roles, where it names `usersRoleId`; it is taken everywhere."
)

DIFFERENT: Mapping[str, Mapping[str, Difference]] = {
    "GET /users/{userId}/user-organization-roles": {"userRoleId": Difference("integer|absent", OTHER_NAME)},
    "GET /users/{userId}/user-organization-roles/{organizationId}": {
        "userRoleId": Difference("integer|absent", OTHER_NAME)
    },
    "GET /organizations/{organizationId}/user-organization-roles/{userId}": {
        "userRoleId": Difference("integer|absent", OTHER_NAME)
    },
    "GET /scenarios/{scenarioId}/blueprint": {
        "concept": Difference("boolean", "Documented, and seen on a real account.")
    },
    "GET /scenarios/{scenarioId}/logs/{executionId}": {
        "detail": Difference(
            "object|absent", "Make's documents and its SDK have it of some runs: the error of one that has failed."
        )
    },
    "GET /scenarios/{scenarioId}/executions/{executionId}": {
        "outputs": Difference("object|absent", f"{ENDED_WELL} Several users see none even then."),
        "error": Difference("object|absent", FAILED),
    },
    "POST /scenarios/{scenarioId}/run": {
        "status": Difference("integer|absent", "Measured by Make's SDK: a number. Only of a responsive run."),
        "outputs": Difference("object|absent", ENDED_WELL),
        "error": Difference("object|absent", FAILED),
    },
    "POST /scenarios-folders": {"children": Difference("absent", IN_LISTS)},
    "PATCH /scenarios-folders/{folderId}": {"children": Difference("array<object>|absent", IN_LISTS)},
    "GET /connections/{connectionId}": {
        "scenarioUsages": Difference("array<object>|absent", "Make's SDK types it, as one that a column asks for.")
    },
    "GET /functions": {
        "code": Difference("string|absent", "A field of single functions; no document lists the columns.")
    },
    "DELETE /hooks/{hookId}/incomings": {"error": Difference("absent", NO_PART_FAILS)},
    "DELETE /dlqs": {"error": Difference("absent", NO_PART_FAILS)},
    "DELETE /data-stores/{dataStoreId}": {"dataStore": Difference("integer", GUESS)},
    "POST api.maton.ai/connections": {"connection": Difference("object", GUESS)},
}


@dataclass(frozen=True)
class Fewer:
    """The fields that an endpoint gives to who asks for no columns."""

    names: tuple[str, ...]
    reason: str


FEWER: Mapping[str, Fewer] = {
    "GET /keys": Fewer(("id", "name"), "Documented."),
    "GET /data-structures": Fewer(("id", "teamId", "name"), "Documented."),
    "GET /teams": Fewer(("id", "name", "organizationId"), "So it is in the sample on the gateway's page."),
    "GET /users/roles": Fewer(
        ("id", "name", "category"), "The first two are documented; Make's SDK reads the third without asking for it."
    ),
}

UNDOCUMENTED: Mapping[str, str] = {
    "GET /enums/hook-types": "The practice account's own: which types of hooks can be created, Make lists nowhere.",
}
