"""F10: what is an idempotency key, how it comes, and for how long and how much of it is remembered."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp_types import CallToolResult, TextContent
from tests.conftest import ROOT
from tests.server.gates import Clock
from tests.server.network import ENDPOINTS, calling
from tests.server.numbered import CREATE, RENAME, RUN, Json, Make, at, http, is_the_same

from make_mcp.app import build
from make_mcp.calls import Caller
from make_mcp.confirmation import schema
from make_mcp.idempotency import KEY, LARGEST, LONGEST_KEY, REPEATED, SECONDS, InMemory, KeyRefused, named
from make_mcp.selection import tool


async def test_a_key_is_remembered_for_a_day():
    """F10: within 24 hours of the answer."""
    clock = Clock()
    async with Make() as make, calling(None, at(make), InMemory(clock)) as caller:
        first = await caller.call(*CREATE, key="k1")
        clock.go(SECONDS - 1)
        is_the_same(first, await caller.call(*CREATE, key="k1"))
        assert not (await caller.call(*CREATE, key="k2")).is_repeated
        clock.go(1)
        assert not (await caller.call(*CREATE, key="k1")).is_repeated
        assert (await caller.call(*CREATE, key="k2")).is_repeated
        assert make.writes == 3
    assert SECONDS == 24 * 3600


async def test_a_clock_that_is_set_does_not_let_a_key_be_forgotten(monkeypatch: pytest.MonkeyPatch):
    """F10, F36: time is counted by a clock that nobody sets."""
    async with Make() as make, calling(None, at(make)) as caller:
        first = await caller.call(*CREATE, key="k1")
        now = time.time()
        for shift in (10 * SECONDS, -10 * SECONDS):
            monkeypatch.setattr(time, "time", lambda shift=shift: now + shift)
            is_the_same(first, await caller.call(*CREATE, key="k1"))
        assert make.writes == 1


@pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1), 5, True, False, 1.5, [], ["k1"], {}], ids=str)
async def test_what_is_no_key_is_refused_and_nothing_is_sent(key: object):
    """F10: a key that is not taken must not look as if it were."""
    async with Make() as make, calling(None, at(make)) as caller:
        for name, arguments in (CREATE, RENAME):
            answer = await caller.call(name, arguments, key=key)
            assert answer.is_error
            assert answer.text.startswith(f"{name}: invalid_idempotency_key: ")
            assert "Nothing was sent" in answer.text
        assert make.requests == []
        # What reads needs none.
        await caller.call("hooks_get", {"hookId": 5}, key=key)
        assert len(make.requests) == 1


async def test_any_text_of_fitting_length_is_a_key():
    async with Make() as make, calling(None, at(make)) as caller:
        keys = ["k", "K", " ", "k" * LONGEST_KEY, "\n", "\0", "ключ", "\ud800", "a/b", "null"]
        answers = [await caller.call(*CREATE, key=key) for key in keys]
        assert make.writes == len(keys)
        for key, answer in zip(keys, answers, strict=True):
            is_the_same(answer, await caller.call(*CREATE, key=key))


@given(st.text(max_size=5), st.text(min_size=1, max_size=5), st.text(max_size=5), st.text(min_size=1, max_size=5))
@settings(max_examples=200)
def test_keys_of_callers_do_not_run_together(caller: str, key: str, other: str, other_key: str):
    assert (named(caller, key) == named(other, other_key)) is ((caller, key) == (other, other_key))


async def test_a_call_that_reads_is_sent_each_time():
    """F10: for tools that write."""
    async with Make() as make, calling(None, at(make)) as caller:
        for _ in range(2):
            assert not (await caller.call("hooks_get", {"hookId": 5}, key="k1")).is_repeated
        await caller.call("connections_test", {"connectionId": 5}, key="k1")
        assert not (await caller.call(*CREATE, key="k1")).is_repeated
        assert len(make.requests) == 4


async def is_done_before(caller: Caller, call: tuple[str, Json], key: str) -> None:
    answer = await caller.call(*call, key=key)
    assert answer.is_repeated
    assert answer.data is not None
    assert json.loads(answer.text) == answer.data
    assert (answer.data["status"], answer.data["tool"]) == ("done_before", call[0])
    assert ENDPOINTS[call[0]].truth in answer.data["told"]


async def test_beyond_the_memory_answers_go_first_and_then_keys():
    """F10: bounded in number and in size, and as long as the key is known nothing is sent again."""
    async with Make() as make:
        async with calling(None, at(make), InMemory(largest=150)) as caller:
            size = len((await caller.call(*RUN, key="k0")).text)
            assert 30 < size < 50
            for number in range(1, 6):
                await caller.call(*RUN, key=f"k{number}")
            for number in range(6):
                if number < 6 - 150 // size:
                    await is_done_before(caller, RUN, f"k{number}")
                else:
                    assert (await caller.call(*RUN, key=f"k{number}")).data == {
                        "done": {"number": number + 1, "rate": 0.1}
                    }
            assert make.writes == 6
        async with calling(None, at(make), InMemory(most=3)) as caller:
            for number in range(5):
                await caller.call(*RUN, key=f"k{number}")
            assert make.writes == 11
            again = [await caller.call(*RUN, key=f"k{number}") for number in (2, 3, 4, 1)]
            assert [answer.is_repeated for answer in again] == [True, True, True, False]


async def test_what_goes_into_the_memory_comes_out_of_it_with_time():
    """F10: a session of any length takes no more memory than one of a day."""
    clock = Clock()
    keys = InMemory(clock, most=50, largest=10_000)
    endpoint = ENDPOINTS[RUN[0]]
    highest = 0
    for number in range(2000):
        async with keys.turn(endpoint, "local", f"k{number}", b"x") as turn:
            turn.outcome = "done"
            turn.answered("a" * (number % 997 + 1), is_error=False)
        highest = max(highest, keys.characters)
        clock.go(SECONDS / 40)
    assert keys.count == 40
    assert 9000 < highest <= 10_000
    clock.go(SECONDS)
    async with keys.turn(endpoint, "local", "k", b"x"):
        assert (keys.count, keys.characters) == (0, 0)


async def test_an_answer_too_large_to_keep_still_keeps_the_call_from_being_sent_again():
    """F10: a run with a megabyte of outputs."""
    large = http(200, json.dumps({"outputs": "x" * LARGEST}).encode())
    # As much as a server can be told to show.
    async with Make(large) as make, calling(None, at(make) | {"max_result_bytes": 10_000_000}) as caller:
        first = await caller.call(*RUN, key="k1")
        assert not first.is_error
        assert len(first.text) > LARGEST
        await is_done_before(caller, RUN, "k1")
        assert make.writes == 1


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_over_the_protocol_the_key_comes_in_the_meta_of_a_call_and_a_repetition_is_marked_there(mode: str):
    """F10: on protocol 2026-07-28 and before it."""

    def shown(result: CallToolResult) -> tuple[str, Any]:
        (block,) = result.content
        assert isinstance(block, TextContent)
        assert json.loads(block.text) == result.structured_content
        return block.text, result.structured_content

    def marked(result: CallToolResult) -> object:
        return cast("Mapping[str, object]", result.meta or {}).get(REPEATED)

    listed = [tool(endpoint, schema("standard", endpoint)) for endpoint in ENDPOINTS.values()]
    async with Make() as make, calling(None, at(make)) as caller, Client(build(caller, listed), mode=mode) as client:
        name, arguments = CREATE
        first = await client.call_tool(name, arguments, meta={KEY: "k1"})
        again = await client.call_tool(name, arguments, meta={KEY: "k1"})
        assert shown(first) == shown(again)
        assert [marked(first), marked(again)] == [None, True]
        assert make.writes == 1
        for meta in (None, {}, {KEY: None}, {KEY.upper(): "k1"}):
            assert marked(await client.call_tool(name, arguments, meta=cast("Any", meta))) is None
        assert make.writes == 5
        refused = await client.call_tool(*RUN, meta={KEY: "k1"})
        assert refused.is_error
        assert make.writes == 5


@pytest.mark.parametrize("name", [KEY, REPEATED])
def test_the_names_keep_the_rules_of_the_protocol_for_names_of_ones_own(name: str):
    prefix, _, own = name.partition("/")
    labels = prefix.split(".")
    assert all(re.fullmatch(r"[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?", label) for label in labels)
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", own)
    # Kept by the protocol for itself, in this version of it or in an older one.
    assert not {"mcp", "modelcontextprotocol"} & set(labels)


def test_what_a_framework_has_to_know_is_documented():
    document = (ROOT / "docs/safety.md").read_text(encoding="utf-8")
    section = document.split("## For agent frameworks", 1)[1].split("\n## ", 1)[0]
    for word in (
        KEY,
        REPEATED,
        "idempotency_in_progress",
        "idempotency_conflict",
        "idempotency_unavailable",
        "invalid_idempotency_key",
        "outcome_unknown",
        "done_before",
    ):
        assert f"`{word}`" in section or f'"{word}"' in section, word
    for word in ("24 hours", str(LONGEST_KEY), "possibleDuplicate", "--idempotency-key"):
        assert word in section, word


def test_a_key_that_is_refused_says_what_is_one():
    with pytest.raises(KeyRefused, match=rf"{KEY}.*1 to {LONGEST_KEY} characters"):
        named("local", "")
