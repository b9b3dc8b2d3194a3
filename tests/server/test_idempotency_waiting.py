"""F10: how long a call waits for an earlier one with its idempotency key, and what it hears meanwhile."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from tests.server.faults.clock import Clock, calm
from tests.server.gates import Person, typed
from tests.server.network import calling
from tests.server.numbered import DELETE, RUN, Make, at, code, http, is_the_same

from make_mcp.callers import open_caller
from make_mcp.calls import Answer, Caller
from make_mcp.idempotency import PATIENCE, InMemory
from make_mcp.settings import load

pytestmark = pytest.mark.usefixtures("clock")

REFUSAL = http(422, b'{"message":"Not now."}')


@dataclass
class Listens(Person):
    """A client that keeps what it is told; `is_deaf`: and takes no word."""

    is_deaf: bool = False
    words: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def tell(self, seconds: float, message: str) -> None:
        self.words.append((seconds, message))
        if self.is_deaf:
            await asyncio.Event().wait()


def run(caller: Caller, client: Person | None = None) -> asyncio.Task[Answer]:
    return asyncio.ensure_future(caller.call(*RUN, client or Person(), "k1"))


def is_refused(answer: Answer, seconds: float) -> None:
    assert answer.is_error
    assert not answer.is_repeated
    assert answer.text.startswith("scenarios_run: idempotency_in_progress: ")
    assert f" {seconds:g} s" in answer.text
    assert "Nothing was sent" in answer.text
    assert "same key" in answer.text


async def test_nobody_waits_longer_than_half_a_minute_for_the_first(clock: Clock):
    """F10: however many there are; the first goes on, and its answer is there afterwards."""
    until = asyncio.Event()
    async with Make(until=until) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        for answer in await asyncio.gather(*[run(caller) for _ in range(8)]):
            is_refused(answer, PATIENCE)
        assert PATIENCE == 30
        assert PATIENCE <= clock.now < PATIENCE + 1
        assert not first.done()
        until.set()
        is_the_same(await first, await run(caller))
        assert make.writes == 1


async def test_a_server_whose_calls_take_less_waits_less(clock: Clock):
    """F10: the time of a call holds for waiting too."""
    async with Make(until=asyncio.Event()) as make, open_caller(load({**at(make), "timeout": 6})) as (caller, _):
        first = run(caller)
        await make.arrival()
        is_refused(await run(caller), 6)
        assert 6 <= clock.now < 6.5
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_one_after_another_is_not_a_wait_of_its_own_each_time(clock: Clock):
    """F10: each that changes nothing lets the next one go; the others have waited already."""
    async with Make(*[REFUSAL] * 9) as make, calling(None, at(make), InMemory(patience=6)) as caller:
        until: list[asyncio.Event] = [asyncio.Event() for _ in range(3)]
        make.until = until[0]
        calls = [run(caller) for _ in range(8)]
        for n in range(3):
            await make.arrival()
            await asyncio.sleep(2.5)
            if n < 2:
                make.until = until[n + 1]
            until[n].set()
        answers = await asyncio.gather(*calls)
        assert make.writes == 3
        assert clock.now < 8
    in_progress = [answer for answer in answers if "idempotency_in_progress" in answer.text]
    assert len(in_progress) == 5
    for answer in in_progress:
        is_refused(answer, 6)
    assert all("422" in answer.text for answer in answers if answer not in in_progress)


async def test_a_person_who_takes_their_time_does_not_hold_the_others_up(clock: Clock):
    """F10: a question within a call can stay open for minutes."""
    asked, reads = asyncio.Event(), asyncio.Event()

    async def meanwhile() -> None:
        asked.set()
        await reads.wait()

    async with Make() as make, calling(None, at(make)) as caller:
        confirmed = await code(caller, *DELETE)
        person = Person(typed("Orders"), meanwhile=meanwhile)
        first = asyncio.ensure_future(caller.call(DELETE[0], confirmed, person, "k1"))
        await asked.wait()
        later = await caller.call(DELETE[0], confirmed, Person(typed("Orders")), "k1")
        assert later.text.startswith("hooks_delete: idempotency_in_progress: ")
        assert 30 <= clock.now < 31
        reads.set()
        is_the_same(await first, await caller.call(DELETE[0], confirmed, key="k1"))
        assert make.writes == 1


async def test_whoever_waits_hears_why_after_two_seconds():
    """F10: and now and then again."""
    client = Listens()
    async with Make(until=asyncio.Event()) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        is_refused(await run(caller, client), PATIENCE)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert [round(seconds) for seconds, _ in client.words] == [2, 7, 12, 17, 22, 27]
    assert all("earlier call with this idempotency key" in words for _, words in client.words)


async def test_a_short_wait_is_not_told():
    """F10: it is over before anybody has read about it."""
    client, until = Listens(), asyncio.Event()
    async with Make(until=until) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        later = run(caller, client)
        await asyncio.sleep(1.9)
        until.set()
        is_the_same(await first, await later)
    assert client.words == []


async def test_one_who_waited_and_then_goes_on_hears_of_seconds_that_only_grow():
    """F10: progress counts from when the call began, as the protocol wants it."""
    client, until, then = Listens(), asyncio.Event(), asyncio.Event()
    async with Make(REFUSAL, until=until) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        later = run(caller, client)
        await asyncio.sleep(8)
        make.until = then
        until.set()
        assert (await first).is_error
        await make.arrival()
        await asyncio.sleep(12)
        then.set()
        assert not (await later).is_error
    assert [round(seconds) for seconds, _ in client.words] == [2, 7, 13, 18]
    assert all(earlier < later for (earlier, _), (later, _) in pairwise(client.words))


async def test_a_client_that_takes_no_word_gets_its_answer_all_the_same(clock: Clock):
    """F10: nobody waits for one who does not read."""
    until = asyncio.Event()
    async with Make(until=until) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        later = run(caller, Listens(is_deaf=True))
        await asyncio.sleep(4)
        until.set()
        is_the_same(await first, await later)
        assert clock.now < 4.5


async def test_one_who_gives_up_waiting_holds_nobody_up():
    """F10, F23: and takes no key with them."""
    until = asyncio.Event()
    async with Make(REFUSAL, until=until) as make, calling(None, at(make)) as caller:
        first = run(caller)
        await make.arrival()
        gone, later = run(caller), run(caller)
        await calm()
        gone.cancel()
        await calm()
        until.set()
        assert (await first).is_error
        assert not (await later).is_error
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert make.writes == 2
