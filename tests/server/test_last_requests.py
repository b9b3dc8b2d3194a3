"""Requests that come while a server ends: each is answered as a whole, or never begins."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from select import select
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from mcp import MCPError
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.clock import calm
from tests.server.faults.manners import answer
from tests.server.faults.served import Watched
from tests.server.faults.test_grace import AN_HOUR, PATH, READ, Hosted, hosted
from tests.server.hosting.wire import modern, to

from make_mcp.connections import Gathering
from make_mcp.ending import Ending
from make_mcp.hosting.serve import InFlight
from make_mcp.listening import listen
from make_mcp.newcomers import turn_away

CAN_TURN_AWAY = sys.platform == "linux"
FOUND = {"scenario": {"id": 5}}


async def turns(number: int) -> None:
    """So many turns of the event loop."""
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


def call(server: Hosted) -> bytes:
    name, arguments = READ
    return modern("tools/call", {"name": name, "arguments": arguments}, [to(server.port), ("connection", "close")])


def knock(server: Hosted, *, sends: bytes) -> socket.socket:
    """A connection that is there for the system, and of which the server knows nothing yet."""
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(sends)
    client.setblocking(False)
    return client


async def heard(client: socket.socket) -> bytes:
    """All that the server says until it closes the connection."""
    said = b""
    with anyio.fail_after(PATIENCE), client:
        while data := await asyncio.get_running_loop().sock_recv(client, 65536):
            said += data
    return said


def is_answer(said: bytes) -> bool:
    head, _, body = said.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 200 ") and json.loads(body)["result"]["structuredContent"] == FOUND


@pytest.mark.parametrize("number", [*range(12), 15, 20, 30, 50, 100])
async def test_who_is_there_before_the_end_is_answered_however_far_they_got(number: int):
    async with Watched() as upstream, hosted("http", upstream) as server:
        upstream.on(PATH, answer(FOUND))
        assert is_answer(await heard(knock(server, sends=call(server))))
        client = knock(server, sends=call(server))
        await turns(number)
        server.ending.told(signal.SIGTERM)
        assert is_answer(await heard(client))
        await server.ends()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("arrived", [0, 20, 300, -1])
async def test_a_request_that_has_begun_to_arrive_is_waited_for(arrived: int):
    async with Watched() as upstream, hosted("http", upstream) as server:
        upstream.on(PATH, answer(FOUND))
        request = call(server)
        client = knock(server, sends=request[:arrived])
        await turns(20)
        server.ending.told(signal.SIGTERM)
        await anyio.sleep(0.1)
        client.sendall(request[arrived:])
        assert is_answer(await heard(client))
        await server.ends()


@pytest.mark.parametrize("number", [0, 1, 2, 5, 20])
async def test_a_call_that_begins_while_the_last_one_ends_may_finish(number: int):
    calls = InFlight()
    ending = Ending(lambda _, __: None, grace=AN_HOUR)
    request: Any = SimpleNamespace(method="tools/call")
    first, second = anyio.Event(), anyio.Event()
    done: list[str] = []

    def until(event: anyio.Event, name: str) -> Callable[[object], Awaitable[Any]]:
        async def work(_: object) -> None:
            await event.wait()
            done.append(name)

        return work

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(calls, request, until(first, "first"))
        await turns(3)
        tasks.start_soon(calls.finish, ending)
        await turns(3)
        first.set()
        await turns(number)
        tasks.start_soon(calls, request, until(second, "second"))
        await turns(200)
        second.set()
    assert done == ["first", "second"]
    with pytest.raises(MCPError, match="nothing was done"):
        await calls(request, until(second, "third"))


def knocks_in_vain(address: tuple[str, int]) -> bool:
    """Whether the system lets somebody wait who would connect; it answers within the call where it does not."""
    with socket.socket() as late:
        late.setblocking(False)
        late.connect_ex(address)
        return not select([], [late], [], 0)[1]


@pytest.mark.usefixtures("clock")
async def test_nobody_new_comes_in_once_the_end_has_begun():
    async with Watched() as upstream, hosted("http", upstream) as server:
        upstream.on(PATH, answer(FOUND))
        assert is_answer(await heard(knock(server, sends=call(server))))
        assert not knocks_in_vain(("127.0.0.1", server.port))
        server.ending.told(signal.SIGTERM)
        await turns(10)
        assert knocks_in_vain(("127.0.0.1", server.port)) == CAN_TURN_AWAY
        await server.ends()


def test_who_was_there_before_a_socket_turns_others_away_stays():
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as early:
        turn_away(listening)
        early.sendall(b"here")
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(4) == b"here"
            accepted.sendall(b"there")
            assert early.recv(5) == b"there"
        assert knocks_in_vain(listening.getsockname()) == CAN_TURN_AWAY


class Noting(asyncio.Transport):
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.noted.append(bytes(data))

    def close(self) -> None:
        self.noted.append("closed")


@pytest.mark.usefixtures("clock")
async def test_what_is_written_in_one_turn_leaves_as_one():
    below = Noting()
    transport = Gathering(below, asyncio.get_running_loop())
    for part in (b"head", b"body", b""):
        transport.write(part)
    await calm()
    transport.write(b"event")
    await calm()
    for part in (b"last ", b"words"):
        transport.write(part)
    transport.close()
    await calm()
    assert [each for each in below.noted if each] == [b"headbody", b"event", b"last words", "closed"]
