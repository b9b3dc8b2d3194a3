"""The clock and the counting of these tests: what they rest on must be right itself."""

import asyncio
import hashlib

import anyio
import pytest
from anyio import to_thread
from tests.server.faults.clock import Clock, JumpingLoop, calm
from tests.server.faults.upstream import most_in


def work() -> str:
    """What takes a thread a moment."""
    return hashlib.pbkdf2_hmac("sha256", b"a", b"b", 50_000).hex()


async def test_an_hour_passes_when_there_is_nothing_else_to_do(clock: Clock):
    before = clock.now
    await asyncio.sleep(3600)
    assert clock.now - before == pytest.approx(3600)
    with anyio.move_on_after(90):
        await anyio.sleep_forever()
    assert clock.now - before == pytest.approx(3690)


async def test_timers_go_off_in_their_order(clock: Clock):
    order: list[int] = []

    async def note(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    async with asyncio.TaskGroup() as tasks:
        for seconds in (30, 10, 20, 5):
            tasks.create_task(note(seconds))
    assert order == [5, 10, 20, 30]
    assert clock.now == pytest.approx(30)


async def test_no_time_passes_while_bytes_are_on_their_way(clock: Clock):
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for _ in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            async with asyncio.timeout(0.001):
                assert await reader.read(5) == b"hello"
            writer.close()
            await writer.wait_closed()
    assert clock.now == 0


async def test_no_time_passes_while_a_thread_is_at_work(clock: Clock):
    async with asyncio.timeout(0.001):
        assert await asyncio.get_running_loop().run_in_executor(None, work) == await to_thread.run_sync(work)
    assert clock.now == 0


async def test_calm_comes_when_everything_else_has_happened(clock: Clock):
    happened: list[int] = []

    async def steps() -> None:
        for step in range(50):
            await asyncio.sleep(0)
            happened.append(step)

    task = asyncio.ensure_future(steps())
    await calm()
    assert len(happened) == 50
    await task
    assert clock.now < 0.001


def test_a_test_that_nothing_will_move_on_fails():
    loop = JumpingLoop(patience=0.01)
    waiting = loop.create_task(asyncio.Event().wait())
    try:
        with pytest.raises(TimeoutError, match="for ever"):
            loop.run_until_complete(waiting)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(waiting)
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("seconds", "times", "most"),
    [
        (1, [], 0),
        (1, [5], 1),
        (1, [0, 0.5, 0.999], 3),
        (1, [0, 0.5, 1], 2),
        (1, [1, 0.5, 0], 2),
        (1, [0, 0, 0, 1, 1, 2], 3),
        (60, [0, 10, 59, 60, 69], 4),
    ],
)
def test_the_most_within_a_span_is_counted(seconds: float, times: list[float], most: int):
    assert most_in(seconds, times) == most
