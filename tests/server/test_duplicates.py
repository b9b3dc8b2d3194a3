"""F11: a creation that is repeated a moment later is carried out, and its answer tells of the first."""

import asyncio
import json
from typing import Any

import pytest
from tests.end_to_end.accounts import practice
from tests.server.gates import Clock, Person
from tests.server.network import ENDPOINTS, MAKE_TOKEN, MATON_KEY, Listener, calling, changing
from tests.server.numbered import YES, Json, http
from tests.tools.wire_cases import CASES

from make_mcp.duplicates import SECONDS, Made, creates

TEAM: Json = {"name": "Crew", "organizationId": 11, **YES}
MAKES_ONE = {
    "connections_create", "data_stores_create", "hooks_create", "incomplete_executions_retry",
    "incomplete_executions_retry_several", "maton_connections_create", "organizations_create",
    "scenarios_clone", "scenarios_create", "scenarios_run", "teams_create",
}  # fmt: skip


class Factory(Listener):
    """Makes a thing with a new id for each write."""

    def __init__(self, id_name: str = "id") -> None:
        super().__init__(self._made)
        self._id_name = id_name

    async def _made(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        thing = {"name": "Crew", self._id_name: len(changing(self.requests)), "app": "make"}
        writer.write(http(200, json.dumps({"thing": thing, "pg": {}}).encode()))
        await writer.drain()

    @property
    def flags(self) -> Json:
        keys = {"make_api_key": MAKE_TOKEN, "make_base_url": self.url, "prefer": "make"}
        return {**keys, "maton_api_key": MATON_KEY, "maton_base_url": self.url}


async def test_the_second_creation_is_answered_with_the_id_of_the_first():
    """F11: both are carried out; text and data of the second hold the warning."""
    async with Factory() as make, calling(None, make.flags) as caller:
        first = await caller.call("teams_create", TEAM)
        assert first.data is not None
        assert "possibleDuplicate" not in first.data
        for number in (2, 3):
            again = await caller.call("teams_create", TEAM)
            assert again.data is not None
            assert json.loads(again.text) == again.data
            assert again.data["thing"] == {"name": "Crew", "id": number, "app": "make"}
            warning = again.data["possibleDuplicate"]
            assert warning["id"] == number - 1
            assert 0 <= warning["secondsAgo"] <= SECONDS
            assert str(number - 1) in warning["told"]
        assert len(changing(make.requests)) == 3


async def test_what_differs_is_no_duplicate():
    """F11: other arguments, another caller, another tool, a preview in between."""
    async with Factory() as make, calling(None, make.flags) as caller:
        await caller.call("teams_create", TEAM)
        others: list[tuple[str, Json, Person]] = [
            ("teams_create", {**TEAM, "name": "Crew 2"}, Person()),
            ("teams_create", {**TEAM, "operationsLimit": 5}, Person()),
            ("teams_create", TEAM, Person(caller="anna")),
            ("hooks_create", {"teamId": 11, "name": "Crew", **YES}, Person()),
        ]
        for tool, arguments, person in others:
            assert "possibleDuplicate" not in (await caller.call(tool, arguments, person)).text, arguments
        shown = await caller.call("teams_create", {**TEAM, "confirm": None})
        assert "possibleDuplicate" not in shown.text
        assert len(changing(make.requests)) == 5


async def test_a_creation_with_a_key_is_meant_and_one_without_after_it_may_not_be():
    """F11, F10: the warning is for calls without a key."""
    async with Factory() as make, calling(None, make.flags) as caller:
        for key in ("k1", "k2"):
            assert "possibleDuplicate" not in (await caller.call("teams_create", TEAM, key=key)).text
        again = await caller.call("teams_create", TEAM)
        assert again.data is not None
        assert again.data["possibleDuplicate"]["id"] == 2


def test_what_is_a_creation_follows_from_its_record():
    assert {name for name, endpoint in ENDPOINTS.items() if creates(endpoint)} == MAKES_ONE


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
async def test_only_what_may_make_a_thing_twice_is_warned_of(endpoint: Any):
    """F11: POSTs that are not idempotent, and whose answer shows what was made."""
    case = next(case for case in CASES if case.tool == endpoint.name)
    arguments = {**case.arguments, **({} if endpoint.effect == "read" else YES)}
    id_name = "connection_id" if endpoint.api == "maton" else "id"
    async with Factory(id_name) as make, calling(None, make.flags) as caller:
        answers = [await caller.call(endpoint.name, arguments) for _ in range(2)]
        assert ("possibleDuplicate" in answers[1].text) is (endpoint.name in MAKES_ONE)
        assert "possibleDuplicate" not in answers[0].text


def test_a_warning_is_for_a_moment_and_for_things_with_an_id():
    clock = Clock()
    made = Made(clock)

    def warns(data: Json, call: bytes = b"x") -> bool:
        answer = made.answered(call, data, is_meant=False)
        told = answer.pop("possibleDuplicate", None) if answer is not data else None
        assert answer == data
        return told is not None

    assert not warns({"team": {"id": 1}})
    clock.go(SECONDS)
    assert warns({"team": {"id": 2}})
    clock.go(SECONDS + 0.1)
    assert not warns({"team": {"id": 3}})
    # The same thing again is no second one.
    assert not warns({"team": {"id": 3}})
    assert not warns({"team": {"id": 4}}, b"y")
    without: list[Json] = [
        {}, {"executionId": "a"}, {"dlq": "a"}, {"team": {}}, {"team": {"id": None}}, {"team": {"id": True}}, {"team": {"id": [1]}},
        {"team": {"id": {"id": 5}}}, {"ids": [{"id": 5}]}, {"id": 5}, {"team": None},
    ]  # fmt: skip
    for data in without:
        assert not warns(data)
    assert warns({"team": {"id": "5"}})


async def test_on_the_practice_account_the_two_things_are_the_two_ids():
    """F11, as a client sees it."""
    async with practice() as account:
        team = (await account.items("teams_list", "teams", organizationId=2767268))[0]["id"]
        given: Json = {"teamId": team, "name": "Orders", **YES}
        one, other = [await account.ask("hooks_create", **given) for _ in range(2)]
        assert other["possibleDuplicate"]["id"] == one["hook"]["id"] != other["hook"]["id"]
        assert "possibleDuplicate" not in one
