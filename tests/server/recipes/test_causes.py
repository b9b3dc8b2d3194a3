"""Why runs fail: what is said of an error by its type, its status and its words."""

import pytest

from make_mcp.recipes.causes import CAUSES, CREDENTIALS, GONE, INVALID, UNKNOWN, UNREADABLE, UNTOLD, cause_of

MAKES_TYPES = [
    "AccountValidationError",
    "BundleValidationError",
    "ConnectionError",
    "DataError",
    "DataSizeLimitExceededError",
    "DuplicateDataError",
    "ExecutionInterruptedError",
    "IncompleteDataError",
    "InconsistencyError",
    "InvalidAccessTokenError",
    "InvalidConfigurationError",
    "MaxFileSizeExceededError",
    "MaxResultsExceededError",
    "ModuleTimeoutError",
    "OperationsLimitExceededError",
    "OutOfSpaceError",
    "RateLimitError",
    "RuntimeError",
    "ScenarioTimeoutError",
    "UnexpectedError",
    "UnknownError",
]


@pytest.mark.parametrize("name", MAKES_TYPES)
def test_every_type_of_make_has_a_cause_of_its_own(name: str):
    assert name in cause_of(name, None).types


@pytest.mark.parametrize(
    ("type_", "message", "word"),
    [
        ("RuntimeError", "[401] Unauthorized", "credentials"),
        ("RuntimeError", "401: token", "credentials"),
        ("DataError", "Status Code Error: 403", "credentials"),
        ("UnexpectedError", "Failed to verify connection 'My'. invalid_grant", "credentials"),
        ("RuntimeError", "[429] Too Many Requests", "no more requests"),
        ("RuntimeError", "420: You have hit the rate limit", "no more requests"),
        ("RuntimeError", "You exceeded your current quota", "no more requests"),
        ("ConnectionError", "getaddrinfo ENOTFOUND a.example", "No server has that name"),
        ("ConnectionError", "read ECONNRESET", "was down"),
        ("RuntimeError", "[503] Service Unavailable", "was down"),
        ("ModuleTimeoutError", "The module timed out", "longer than the 40 s"),
        ("RuntimeError", "ETIMEDOUT", "longer than the 40 s"),
        ("BundleValidationError", "Validation failed for 1 parameter(s).", "mapped value"),
        ("BundleValidationError", "Missing value of required parameter 'email'.", "mapped value"),
        ("InvalidConfigurationError", "Missing value of required parameter 'datastore'.", "is gone"),
        ("InvalidConfigurationError", "Connection not found '1353461'.", "is gone"),
        ("RuntimeError", "Account 1303886 not found in blueprint", "is gone"),
        ("InvalidConfigurationError", "Wrong setting", "setting of the module"),
        ("DataError", "[404] The record was not found", "does not take"),
        ("DataError", "[422] email is taken", "does not take"),
        ("DataError", "The order 404000 is closed", "does not take"),
        ("DuplicateDataError", "The key 'a' already exists", "there already"),
        ("RuntimeError", "[409] conflict", "there already"),
        ("RuntimeError", "[413] too large", "larger than the plan"),
        ("MaxFileSizeExceededError", "5 MB", "larger than the plan"),
        ("OutOfSpaceError", "x", "data store is full"),
        ("RuntimeError", "Not enough space in storage. [IM003]", "data store is full"),
        (None, "No more credits to execute a scenario", "operations (credits) are used up"),
        ("RuntimeError", "Module not found 'x:y' version '5'. [IM007]", "lacks this app"),
        ("ConnectionError", "unable to verify the first certificate", "certificate"),
        ("ExecutionInterruptedError", "The execution was stopped by a user.", "A user stopped"),
        ("ExecutionInterruptedError", "The run lasted too long", "40 minutes"),
        ("SomethingNew", "Whatever", "the message is all"),
        ("RuntimeError", None, "the message is all"),
    ],
)
def test_a_cause_is_found_by_what_is_said(type_: str | None, message: str | None, word: str):
    assert word in cause_of(type_, message).likely


def test_without_a_word_of_make_nothing_is_guessed():
    assert cause_of(None, None) is UNTOLD
    assert cause_of("", "") is UNTOLD
    assert cause_of("InvalidAccessTokenError", None) is CREDENTIALS


@pytest.mark.parametrize(
    "cause", [*CAUSES, UNTOLD, UNREADABLE, INVALID, GONE, UNKNOWN], ids=lambda cause: cause.likely[:30]
)
def test_a_cause_is_a_short_sentence_or_two(cause: object):
    likely = getattr(cause, "likely", "")
    assert likely.endswith(".")
    assert len(likely) <= 140


def test_a_type_and_a_status_belong_to_one_cause_each():
    types = [name for cause in CAUSES for name in cause.types]
    statuses = [status for cause in CAUSES for status in cause.statuses]
    assert len(types) == len(set(types))
    assert len(statuses) == len(set(statuses))
