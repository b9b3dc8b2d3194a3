"""What recipes work with: several reads at once, lists to their end, and a word for what is missing."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
import pytest

from make_mcp.calls import NOBODY
from make_mcp.confirmation import Client
from make_mcp.recipes.recipe import recipe
from make_mcp.recipes.steps import step
from make_mcp.recipes.use import AT_ONCE, Use
from make_mcp.upstream.errors import BadAnswer, Refused, Unreachable, UpstreamError
from make_tools import Endpoint, Request
from make_tools.connections import connections_list
from make_tools.scenarios import scenarios_blueprint, scenarios_get, scenarios_list


class Way:
    """A way to Make that answers with what it is given, and remembers what it was asked."""

    deadline = 45.0

    def __init__(self, *answers: dict[str, Any] | UpstreamError) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.given: list[Mapping[str, Any]] = []

    async def read(
        self, endpoint: Endpoint[...], request: Request, given: Mapping[str, Any], client: Client, since: float | None
    ) -> dict[str, Any]:
        assert endpoint.effect == "read"
        assert client is NOBODY
        assert since is not None
        self.asked.append(request)
        self.given.append(given)
        answer = self.answers.pop(0)
        if isinstance(answer, UpstreamError):
            raise answer
        return answer


def use(*answers: dict[str, Any] | UpstreamError) -> tuple[Use, Way]:
    way = Way(*answers)
    return Use(way, NOBODY, lambda data, _: data), way


def refused(status: int, code: str | None = "SC403") -> Refused:
    return Refused("no", status=status, code=code)


async def test_several_reads_come_back_in_their_order_and_only_a_few_are_on_their_way():
    running = highest = 0

    async def one(number: int) -> int:
        nonlocal running, highest
        running += 1
        highest = max(highest, running)
        for _ in range(20 - number):
            await anyio.lowlevel.checkpoint()
        running -= 1
        return number

    found = await use()[0].together(*(partial(one, number) for number in range(12)))
    assert found == tuple(range(12))
    assert highest == AT_ONCE


async def test_the_first_error_is_raised_as_it_is_and_ends_the_others():
    ended: list[str] = []

    async def fails() -> None:
        await anyio.lowlevel.checkpoint()
        raise refused(403)

    async def waits() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("waits")

    with pytest.raises(Refused):
        await use()[0].together(waits, fails, waits, waits, waits, waits)
    # The last two had not begun.
    assert ended == ["waits"] * 3


async def test_none_at_all_is_nothing():
    assert await use()[0].together() == ()


async def test_what_cannot_be_read_is_named_in_a_sentence():
    one, _ = use(refused(503, "SC503"), refused(404, None), Unreachable("x"), {"scenario": {"id": 5}})
    for what in ("It", "The blueprint", "The hook"):
        assert await one.perhaps(what, one.thing(scenarios_get, 5)) is None
    assert await one.perhaps("This", one.thing(scenarios_get, 5)) == {"id": 5}
    assert one.unread == [
        "It could not be read (Make answered 503 SC503).",
        "The blueprint could not be read (404: the gateway may not pass it on).",
        "The hook could not be read (unreachable).",
    ]


async def test_an_answer_without_the_thing_is_no_answer():
    odd: tuple[dict[str, Any], ...] = ({}, {"scenario": None}, {"scenarios": []})
    for answer in odd:
        with pytest.raises(BadAnswer):
            await use(answer)[0].thing(scenarios_get, 5)
    assert await use({"code": "OK", "response": {"blueprint": {}}})[0].thing(scenarios_blueprint, 5) == {
        "blueprint": {}
    }


def page(first: int, number: int) -> dict[str, Any]:
    return {"scenarios": [{"id": first + n} for n in range(number)]}


async def test_a_list_is_read_to_its_end():
    one, way = use(page(0, 500), page(500, 500), page(1000, 7))
    found, more = await one.items(scenarios_list, most=5000, organization_id=3)
    assert [item["id"] for item in found] == list(range(1007))
    assert more is False
    assert [request.query.get("pg[offset]", 0) for request in way.asked] == [0, 500, 1000]
    assert {request.query["organizationId"] for request in way.asked} == {3}
    assert way.given[0] == {"organizationId": 3}


async def test_a_list_is_read_as_far_as_is_wanted_and_it_is_known_whether_there_is_more():
    one, way = use(page(0, 4))
    found, more = await one.items(scenarios_list, most=3, team_id=3)
    assert (len(found), more) == (3, True)
    assert way.asked[0].query["pg[limit]"] == 4
    assert await use(page(0, 3))[0].items(scenarios_list, most=3, team_id=3) == (page(0, 3)["scenarios"], False)
    one, way = use({"connections": [{"id": n} for n in range(9)]})
    found, more = await one.items(connections_list, most=3, team_id=3)
    assert (len(found), more) == (3, True)


async def test_columns_that_are_refused_are_dropped_once():
    one, way = use(refused(400, "SC400"), page(0, 500), page(500, 1))
    found, _ = await one.items(scenarios_list, most=5000, team_id=3, fields=["id"])
    assert len(found) == 501
    assert [request.query.get("cols[]") for request in way.asked] == [["id"], None, None]
    for status, times in ((500, 2), (403, 1)):
        one, way = use(*[refused(status)] * 2)
        with pytest.raises(Refused):
            await one.items(scenarios_list, team_id=3, fields=["id"])
        assert len(way.asked) == times


async def test_what_is_no_list_is_refused_as_a_fault_of_ours():
    with pytest.raises(TypeError):
        await use()[0].items(scenarios_get, scenario_id=5)


@pytest.mark.usefixtures("clock")
async def test_when_the_call_is_nearly_over_nothing_further_is_begun():
    one, _ = use(page(0, 500))
    assert not one.is_late()
    assert not one.is_late(30)
    assert one.is_late(40)
    await anyio.sleep(40)
    assert one.is_late()
    assert 4 < one.left < 6
    found, more = await one.items(scenarios_list, most=5000, team_id=3)
    assert (len(found), more) == (500, True)


def test_a_step_is_a_call_as_a_model_writes_it():
    assert step(scenarios_get, scenarioId=5) == 'scenarios_get {"scenarioId":5}'
    assert step(scenarios_list, "teamId") == "scenarios_list with teamId"
    assert step("find", text='a "b" ü', kind=None) == 'find {"text":"a \\"b\\" ü"}'
    assert step(scenarios_get, "fields", scenarioId=5) == 'scenarios_get {"scenarioId":5} with fields'
    assert step(scenarios_get) == "scenarios_get"


async def test_an_answer_ends_with_what_is_missing_and_what_to_call_next():
    @recipe("account", "One")
    async def one(use: Use, /) -> dict[str, Any]:
        """One."""
        use.unread.append("A was not read.")
        return {"next": ["find"], "b": 1}

    @recipe("account", "Two")
    async def two(_: Use, /) -> dict[str, Any]:
        """Two."""
        return {"next": [], "b": 1}

    assert list((await one.answer(use()[0], {})).items()) == [
        ("b", 1),
        ("unread", ["A was not read."]),
        ("next", ["find"]),
    ]
    assert await two.answer(use()[0], {}) == {"b": 1}


def test_a_recipe_without_a_description_is_a_mistake():
    async def nothing(_: Use, /) -> dict[str, Any]:
        return {}

    with pytest.raises(TypeError):
        recipe("account", "Nothing")(nothing)
