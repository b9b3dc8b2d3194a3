"""Old incomplete executions are chosen by their age, and deleted one by one."""

import json
from typing import Any

import httpx2
import pytest
from tests.server.network import MAKE_KEY, Network, calling, json_answer

IDS = [f"{number:032x}" for number in range(4)]
AGES = ["2026-02-01T08:00:00.000Z", "2026-02-28T23:59:59.999Z", "2026-03-01T00:00:00.000Z", "no time"]
DELETE = {"scenarioId": 5, "createdBefore": "2026-03-01"}


class Make:
    """A scenario with incomplete executions of several ages."""

    def __init__(self) -> None:
        self.there = [
            {"id": id_, "created": age, "reason": "r", "resolved": False} for id_, age in zip(IDS, AGES, strict=True)
        ]
        self.deleted: list[Any] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE":
            self.deleted.append(json.loads(request.content))
            gone = self.deleted[-1]["ids"]
            self.there = [one for one in self.there if one["id"] not in gone]
            return json_answer({"dlqs": gone})
        if request.url.path.endswith("/dlqs"):
            return json_answer({"dlqs": self.there, "pg": {"limit": 500, "offset": 0}})
        return json_answer({"scenario": {"id": 5, "name": "Invoices"}})


async def test_what_failed_before_a_day_is_named_one_by_one_and_deleted():
    make = Make()
    async with calling(Network(make), MAKE_KEY) as caller:
        preview = (await caller.call("incomplete_executions_delete", DELETE)).data
        assert preview is not None
        assert preview["request"]["body"] == {"ids": IDS[:2]}
        assert make.deleted == []
        done = await caller.call("incomplete_executions_delete", {**DELETE, "confirm": preview["code"]})
    assert done.data == {"dlqs": IDS[:2]}
    assert make.deleted == [{"ids": IDS[:2]}]


async def test_a_code_confirms_what_was_shown_and_not_what_got_old_meanwhile():
    make = Make()
    async with calling(Network(make), MAKE_KEY) as caller:
        preview = (await caller.call("incomplete_executions_delete", DELETE)).data
        assert preview is not None
        make.there[2]["created"] = "2026-02-02"
        await caller.call("incomplete_executions_delete", {**DELETE, "confirm": preview["code"]})
    assert make.deleted == [{"ids": IDS[:2]}]


async def test_a_repetition_under_an_idempotency_key_gets_the_first_answer():
    make = Make()
    async with calling(Network(make), MAKE_KEY) as caller:
        preview = (await caller.call("incomplete_executions_delete", DELETE)).data
        assert preview is not None
        call = ("incomplete_executions_delete", {**DELETE, "confirm": preview["code"]})
        first = await caller.call(*call, key="k1")
        second = await caller.call(*call, key="k1")
    assert first.data == second.data == {"dlqs": IDS[:2]}
    assert second.is_repeated
    assert len(make.deleted) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"createdBefore": "2026-01-01"}, "none of the 4"),
        ({"createdBefore": "last week"}, "ISO 8601"),
        ({"createdBefore": "2026-03-01", "ids": IDS[:1]}, "not beside them"),
        ({"createdBefore": "2026-03-01", "all": True}, "not beside them"),
        ({"createdBefore": 5}, "createdBefore"),
        ({"createdBefore": ""}, "createdBefore"),
    ],
)
@pytest.mark.parametrize("confirm", [{}, {"confirm": True}, {"confirm": "code"}])
async def test_what_is_not_clear_deletes_nothing(arguments: dict[str, Any], word: str, confirm: dict[str, Any]):
    make = Make()
    async with calling(Network(make), MAKE_KEY) as caller:
        told = await caller.call("incomplete_executions_delete", {"scenarioId": 5, **arguments, **confirm})
    assert told.is_error
    assert word in told.text
    assert make.deleted == []


async def test_without_a_preview_nothing_is_deleted():
    make = Make()
    async with calling(Network(make), MAKE_KEY) as caller:
        told = (await caller.call("incomplete_executions_delete", {**DELETE, "confirm": True})).data
    assert told is not None
    assert told["status"] == "confirmation_required"
    assert make.deleted == []
