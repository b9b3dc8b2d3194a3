"""What the previews of writes to incomplete executions say."""

from tests.tools.preview_form import FAILED, GUARD, ORDERS, Told
from tests.tools.wire_form import RUN_A, RUN_B

RUN_C, RUN_D = "c" * 32, "d" * 32
DENIED = {**FAILED, "id": RUN_C, "reason": "[401] Unauthorized"}
DONE = {**FAILED, "id": RUN_D, "resolved": True}
OF_ORDERS = {
    "/scenarios/71": {"scenario": ORDERS},
    "/dlqs": {"dlqs": [FAILED, {**FAILED, "id": RUN_B, "created": "2026-05-02"}, DENIED, DONE], "pg": {"limit": 1000}},
}
GOES_ON = (
    "Each goes on from the module that failed, with the blueprint as it was then. What that module did before it failed may "
    "happen twice; the modules after it run too."
)
QUEUED = "Make queues them, and answers before they have run: incomplete_executions_list shows later how each went."
FOR_GOOD = "A retry cannot be taken back. A second call is a second retry."
AFTER = ["The scenario is on.", "It works with: gateway, slack.", QUEUED, GOES_ON, FOR_GOOD]

RETRIES = (
    Told(
        "incomplete_executions_retry",
        {"incompleteExecutionId": RUN_A},
        {
            f"/dlqs/{RUN_A}": {
                "dlq": {"id": RUN_A, "scenarioId": 71, "scenarioName": "Order intake", "attempts": 1, "resolved": False}
            },
            "/scenarios/71": {"scenario": ORDERS},
            "/dlqs": {"dlqs": [{"id": RUN_B, "reason": "other"}, FAILED]},
        },
        f'Run the rest of incomplete execution {RUN_A} of scenario 71 "Order intake" again. '
        'It failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests". It was tried again 1 time before.',
        "Order intake",
        [
            "The scenario is on.",
            "It works with: gateway, slack.",
            (
                "It goes on from the module that failed, with the blueprint as it was then. What that module did before it "
                "failed may happen twice; the modules after it run too."
            ),
            "A retry cannot be taken back. A second call is a second retry.",
        ],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "ids": [RUN_A, RUN_B, RUN_C, RUN_D]},
        OF_ORDERS,
        'Run the rest of 4 incomplete executions of scenario 71 "Order intake" again.',
        "4 incomplete executions",
        ["Resolved already: 1 of 4. What these had to do has been done: leave them out.", *AFTER],
        [
            '2 incomplete executions, failed with "[429] Too many requests"',
            f'incomplete execution {RUN_C}, failed on 2026-05-01T10:00:00.000Z with "[401] Unauthorized"',
        ],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "all": True, "exceptIds": [RUN_C, RUN_D]},
        OF_ORDERS,
        'Run the rest of 2 incomplete executions of scenario 71 "Order intake" again.',
        "2 incomplete executions",
        ["Kept: 2 incomplete executions.", *AFTER],
        ['2 incomplete executions, failed with "[429] Too many requests"'],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "ids": [RUN_A, "e" * 32]},
        OF_ORDERS,
        'Run the rest of 2 incomplete executions of scenario 71 "Order intake" again: 1 of them is there, 1 was not found.',
        "2 incomplete executions",
        [f"Not found: incomplete execution {'e' * 32}.", *AFTER],
        [f'incomplete execution {RUN_A}, failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests"'],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "ids": [RUN_A]},
        OF_ORDERS,
        f'Run the rest of incomplete execution {RUN_A} of scenario 71 "Order intake" again. '
        'It failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests". It was tried again 2 times before.',
        "Order intake",
        AFTER,
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "ids": [RUN_D]},
        {**OF_ORDERS, "/dlqs": {"dlqs": [{"id": RUN_D, "resolved": True}]}},
        f'Run the rest of incomplete execution {RUN_D} of scenario 71 "Order intake" again.',
        "Order intake",
        ["It is resolved already: what was to be done has been done.", *AFTER],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "all": True},
        {**OF_ORDERS, "/dlqs": {"dlqs": [{"id": RUN_A}, {"id": RUN_B}]}},
        'Run the rest of 2 incomplete executions of scenario 71 "Order intake" again.',
        "2 incomplete executions",
        AFTER,
        ["2 incomplete executions, failed for no known reason"],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "all": True},
        {**OF_ORDERS, "/dlqs": {"dlqs": [DONE, {**DONE, "id": RUN_A}]}},
        'Run the rest of 2 incomplete executions of scenario 71 "Order intake" again.',
        "2 incomplete executions",
        ["All of them are resolved already: what was to be done has been done.", *AFTER],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "all": True},
        {**OF_ORDERS, "/dlqs": {"dlqs": []}},
        'There is nothing to retry: scenario 71 "Order intake" has no such incomplete execution.',
        "0 incomplete executions",
        [],
    ),
    Told(
        "incomplete_executions_retry_several",
        {"scenarioId": 71, "all": True},
        {},
        "Run the rest of all incomplete executions of scenario 71 again.",
        "all incomplete executions",
        AFTER[2:],
        [],
        ["Scenario 71: Make answered 404.", "The incomplete executions themselves: Make answered 404."],
    ),
    Told(
        "incomplete_executions_delete",
        {"scenarioId": 71, "ids": [RUN_A, RUN_B]},
        {"/scenarios/71": {"scenario": ORDERS}, "/dlqs": {"dlqs": [FAILED], "pg": {"limit": 1000}}},
        'Delete 2 incomplete executions of scenario 71 "Order intake" for good: 1 of them is there, 1 was not found.',
        "2 incomplete executions",
        [
            f"Not found: incomplete execution {RUN_B}.",
            "What is left undone stays undone: what is deleted cannot be retried any more.",
            "One that is being retried at that moment is passed over.",
            GUARD,
        ],
        [f'incomplete execution {RUN_A}, failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests"'],
    ),
    Told(
        "incomplete_executions_delete",
        {"scenarioId": 71, "ids": [RUN_A]},
        {"/scenarios/71": {"scenario": ORDERS}, "/dlqs": {"dlqs": [FAILED], "pg": {"limit": 1000}}},
        f'Delete incomplete execution {RUN_A} of scenario 71 "Order intake" for good. '
        'It failed on 2026-05-01T10:00:00.000Z with "[429] Too many requests".',
        "Order intake",
        [
            "What is left undone stays undone: what is deleted cannot be retried any more.",
            "One that is being retried at that moment is passed over.",
            GUARD,
        ],
    ),
    Told(
        "incomplete_executions_delete",
        {"scenarioId": 71, "ids": [RUN_A]},
        {"/scenarios/71": {"scenario": ORDERS}},
        f'Delete incomplete execution {RUN_A} of scenario 71 "Order intake" for good: it could not be looked up.',
        "Order intake",
        [
            f"Not looked up: incomplete execution {RUN_A}.",
            "What is left undone stays undone: what is deleted cannot be retried any more.",
            "One that is being retried at that moment is passed over.",
            GUARD,
        ],
        [],
        ["The incomplete executions themselves: Make answered 404."],
    ),
)
