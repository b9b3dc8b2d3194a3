"""No Redis where there should be one, at the start: the server says what to do, and none of the address."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.clock import Clock

from make_mcp.settings import SettingsError
from make_mcp.upstream.pacing.shared import RedisSlots

PASSWORD = "canary-password-81c0"
Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def refused(url: str) -> str:
    """The error with which the start ends."""
    with pytest.raises(SettingsError) as caught:
        async with RedisSlots.open(url):
            pass
    assert caught.value.__suppress_context__
    text = str(caught.value)
    assert not any(part in text for part in (PASSWORD, "canary.example", "4711"))
    return text


async def refused_by(behave: Behave) -> str:
    """The same, where this stands in for Redis."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await behave(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listening:
        return await refused(f"redis://:{PASSWORD}@127.0.0.1:{listening.sockets[0].getsockname()[1]}/0")


@pytest.mark.parametrize(
    "address",
    [
        f"redis://:{PASSWORD}@canary.example:port/0",
        f"redis://:{PASSWORD}@canary.example:4711/0?unheard_of=1",
        f"redis://:{PASSWORD}@canary.example:4711/0?socket_timeout=soon",
        f"redis://:{PASSWORD}/and-more@canary.example:4711/0",
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_at_the_start(address: str):
    text = await refused(address)
    assert text.startswith("MAKE_MCP_REDIS_URL (or its file) holds an address that cannot be used")


async def test_a_port_at_which_nobody_listens_is_refused_at_the_start():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert "(ConnectionError): start it" in await refused(f"redis://:{PASSWORD}@127.0.0.1:{port}/0")


async def test_what_is_no_redis_is_refused_at_the_start():
    async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    assert "mend the address" in await refused_by(web_server)


async def test_a_redis_that_does_not_answer_is_refused_within_seconds(clock: Clock):
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass

    assert "TimeoutError" in await refused_by(silent)
    assert clock.now < 10


def test_without_the_package_the_start_says_how_to_install_it():
    # As where it was never installed: the import fails.
    program = (
        "import sys, asyncio; sys.modules['redis'] = None\n"
        "from make_mcp.settings import SettingsError\n"
        "from make_mcp.upstream.pacing.shared import RedisSlots\n"
        "async def start():\n"
        "    async with RedisSlots.open('redis://127.0.0.1:1/0'): pass\n"
        "try:\n"
        "    asyncio.run(start())\n"
        "except SettingsError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert "pip install 'make-mcp[redis]'" in done.stdout, done.stderr


def test_the_server_ends_with_one_line_and_without_the_password():
    variables = environment(MAKE_MCP_REDIS_URL=f"redis://:{PASSWORD}@127.0.0.1:1/0")
    done = subprocess.run(
        command(),
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Redis does not work for us" in done.stderr
    assert PASSWORD not in done.stderr
