"""What a review by attack has found: each once, so that it stays mended."""

import socket
from contextlib import suppress

import anyio
import pytest
from starlette.types import Receive, Scope, Send
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.clock import Clock

from make_mcp.connections import IDLE, TAKEN_WITHIN, Crowd
from make_mcp.ending import Ending
from make_mcp.listening import run

LITTLE = 60_000
"""Bytes of an answer that is too small for uvicorn to wait until it is taken, and too large for the system's own memory here."""


@pytest.fixture
def narrow() -> socket.socket:
    """A listening socket whose connections hold little of what nobody takes."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


async def answers(_: Scope, __: Receive, send: Send) -> None:
    headers = [(b"content-length", str(LITTLE).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * LITTLE})


async def nothing(_: Ending) -> None:
    """There is nothing to wait for."""


async def test_who_does_not_take_the_rest_of_an_answer_does_not_hold_a_connection(clock: Clock, narrow: socket.socket):
    crowd = Crowd()
    ending = Ending(lambda _, __: None, grace=0)
    with narrow, socket.socket() as silent:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run, answers, narrow, ending, nothing, crowd)
            # Less than half of it fits into what the system keeps for both ends.
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.settimeout(PATIENCE)
            silent.connect(narrow.getsockname())
            silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with anyio.fail_after(PATIENCE):
                while not crowd.open:
                    await anyio.lowlevel.checkpoint()
            clock.restart()
            await anyio.sleep(IDLE + TAKEN_WITHIN + 1)
            assert crowd.open == 0
            ending.begun.set()
        taken = b""
        with suppress(ConnectionResetError):
            while data := silent.recv(65_536):
                taken += data
        assert len(taken) < LITTLE
