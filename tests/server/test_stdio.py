"""The stdio transport: whole lines in both directions, a clean wire, and an end when the client goes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCRequest, JSONRPCResponse
from tests.end_to_end.processes import PATIENCE, command, environment

from make_mcp.stdio import Incoming, Outgoing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the SDK's own transport serves")


@pytest.fixture
def pipe() -> Generator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.close(fd)
        except OSError:
            continue


async def unread(line: bytes) -> None:
    raise AssertionError(f"{line!r} should have been read")


def request(number: int, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping", "params": params}).encode() + b"\n"


def answer(number: int, size: int = 0) -> SessionMessage:
    return SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=number, result={"padding": "x" * size}))


async def received(stream: Incoming) -> JSONRPCRequest:
    message = await stream.receive()
    assert isinstance(message, SessionMessage)
    assert isinstance(message.message, JSONRPCRequest)
    return message.message


async def test_messages_arrive_whole_however_they_are_cut(pipe: tuple[int, int]):
    stream = Incoming(pipe[0], unread)
    lines = request(1) + b"\r\n\n" + request(2, text="ü") + request(3)

    async def drip() -> None:
        for position in range(0, len(lines), 7):
            os.write(pipe[1], lines[position : position + 7])
            await anyio.lowlevel.checkpoint()
        os.close(pipe[1])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(drip)
        assert [(await received(stream)).id for _ in range(3)] == [1, 2, 3]
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()


NO_MESSAGES: list[tuple[bytes, int | None, int | str | None]] = [
    (b'{"jsonrpc": "2.0", oops', -32700, None), (b"\xff\xfe", -32700, None), (b"[1, 2]", -32600, None), (b"5", -32600, None),
    (b'{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}', -32600, 7), (b'{"id":"a","method":"ping"}', -32600, "a"),
    (b'{"jsonrpc":"2.0","id":8,"method":5}', -32600, 8), (b'{"jsonrpc":"2.0","id":9,"method":"p","params":{"a":"\\ud800"}}', -32600, 9),
    (b'{"jsonrpc":"2.0","id":10,"method":"p","params":{"a":' + b"[" * 300 + b"]" * 300 + b"}}", -32600, 10),
    (b'{"jsonrpc":"2.0","id":true,"method":5}', -32600, None), (b'{"jsonrpc":"2.0","method":"notifications/x","params":[]}', None, None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "number"), NO_MESSAGES)
async def test_a_line_that_is_no_message_is_answered_and_the_next_one_is_read(
    line: bytes, code: int | None, number: int | str | None, pipe: tuple[int, int]
):
    back_reading, back_writing = os.pipe()
    os.set_blocking(back_writing, False)
    stream = Incoming(pipe[0], Outgoing(back_writing).refuse)
    os.write(pipe[1], line + b"\n" + request(4))
    assert (await received(stream)).id == 4
    os.close(back_writing)
    with os.fdopen(back_reading, "rb") as answers:
        told = [json.loads(answer) for answer in answers]
    assert [(t["id"], t["error"]["code"]) for t in told] == ([] if code is None else [(number, code)])


async def test_a_message_of_several_megabytes_passes_both_ways(pipe: tuple[int, int]):
    size = 5 * 2**20
    outgoing, incoming = Outgoing(pipe[1]), bytearray()

    async def read_slowly() -> None:
        while not incoming.endswith(b"\n"):
            await anyio.wait_readable(pipe[0])
            incoming.extend(os.read(pipe[0], 2**16))

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(outgoing.send, answer(1, size))
            tasks.start_soon(read_slowly)
    assert len(json.loads(incoming)["result"]["padding"]) == size

    big = request(2, padding="y" * size)
    stream = Incoming(pipe[0], unread)

    async def write() -> None:
        left = memoryview(big)
        while left:
            await anyio.wait_writable(pipe[1])
            left = left[os.write(pipe[1], left) :]

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write)
            assert (await received(stream)).id == 2


async def test_answers_of_calls_at_once_do_not_mix_when_the_reader_is_slow(pipe: tuple[int, int]):
    outgoing, incoming = Outgoing(pipe[1]), bytearray()
    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(outgoing.send, answer(number, 100_000))
        while incoming.count(b"\n") < 8:
            await anyio.wait_readable(pipe[0])
            incoming.extend(os.read(pipe[0], 2**15))
    assert sorted(json.loads(line)["id"] for line in incoming.splitlines()) == list(range(8))


async def test_a_cancelled_answer_is_written_to_its_end(pipe: tuple[int, int]):
    outgoing, incoming = Outgoing(pipe[1]), bytearray()

    async def read_all() -> None:
        while not incoming.endswith(b"\n"):
            await anyio.wait_readable(pipe[0])
            incoming.extend(os.read(pipe[0], 2**16))

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as writing:
                writing.start_soon(outgoing.send, answer(1, 300_000))
                await anyio.wait_readable(pipe[0])
                scope.cancel()
                tasks.start_soon(read_all)
    assert json.loads(incoming)["id"] == 1


async def test_a_reader_that_is_gone_is_an_error_of_the_stream(pipe: tuple[int, int]):
    os.close(pipe[0])
    with pytest.raises(anyio.BrokenResourceError):
        await Outgoing(pipe[1]).send(answer(1))


# The rest needs the process: what it does with its descriptors, and how it ends.

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@contextmanager
def server(*arguments: str, stderr: Path, **variables: str) -> Generator[subprocess.Popen[bytes]]:
    with stderr.open("wb") as log:
        process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment(**variables),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for end in (process.stdin, process.stdout):
            assert end is not None
            end.close()


def ask(process: subprocess.Popen[bytes], message: object) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_the_server_ends_when_its_client_goes(tmp_path: Path):
    with server("--sandbox", stderr=tmp_path / "log") as process:
        assert ask(process, INITIALIZE)["result"]["serverInfo"]["name"] == "make-mcp"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert process.stdout.read() == b""
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_when_it_is_told_to(number: signal.Signals, tmp_path: Path):
    with server("--sandbox", stderr=tmp_path / "log") as process:
        ask(process, INITIALIZE)
        process.send_signal(number)
        assert process.wait(PATIENCE) == -number
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""


def test_what_a_library_prints_does_not_reach_the_protocol(tmp_path: Path):
    # A module that prints at import, and writes to descriptor 1, comes before the real one.
    noisy = tmp_path / "noisy"
    noisy.mkdir()
    (noisy / "sitecustomize.py").write_text(
        "import sys\n"
        "class Noise:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'make_mcp.app':\n"
        "            import os\n"
        "            print('a print at import', flush=True)\n"
        "            os.write(1, b'raw bytes at import\\n')\n"
        "            os.system('echo from a child')\n"
        "sys.meta_path.insert(0, Noise())\n",
        encoding="utf-8",
    )
    with server("--sandbox", stderr=tmp_path / "log", PYTHONPATH=str(noisy)) as process:
        assert ask(process, INITIALIZE)["id"] == 1
        assert ask(process, {"jsonrpc": "2.0", "id": 2, "method": "ping"})["id"] == 2
    told = (tmp_path / "log").read_text(encoding="utf-8")
    assert all(noise in told for noise in ("a print at import", "raw bytes at import", "from a child"))


def test_a_file_or_a_terminal_works_in_place_of_pipes(tmp_path: Path):
    # These cannot be waited on: the SDK's transport takes over.
    questions = tmp_path / "in"
    questions.write_text(json.dumps(INITIALIZE) + "\n", encoding="utf-8")
    with questions.open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        done = subprocess.run(
            command("--sandbox"), stdin=stdin, stdout=stdout, env=environment(), timeout=PATIENCE, check=False
        )
    assert done.returncode == 0
    assert json.loads((tmp_path / "out").read_text(encoding="utf-8"))["id"] == 1
