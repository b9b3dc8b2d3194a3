"""A host that starts a server and does not read what it says on stderr."""

import json
import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager, redirect_stderr

import pytest
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.served import OPENING, Json

from make_mcp.errstream import Stderr

FULL = 65_536
"""Bytes that a pipe holds."""


def asking(number: int, tool: str, arguments: Json) -> Json:
    return {"id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def lines(*messages: Json) -> bytes:
    return b"".join(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n" for message in messages)


def answers(process: "subprocess.Popen[bytes]") -> Iterator[Json]:
    assert process.stdout is not None
    for line in process.stdout:
        message = json.loads(line)
        if message.get("id"):
            yield message


def test_a_host_that_does_not_read_stderr_gets_its_answers_and_an_end():
    """F34: each refused write is a line of the audit log on stderr; a thousand of them fill any pipe."""
    process = subprocess.Popen(
        command("--sandbox"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(lines(*OPENING))
        process.stdin.flush()
        found = answers(process)
        for number in range(1, 1001):
            process.stdin.write(lines(asking(number, "scenarios_stop", {"scenarioId": 5, "confirm": "yes"})))
            process.stdin.flush()
            assert next(found)["id"] == number
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        said = process.stderr.read()
    assert len(said) <= FULL
    whole = [line for line in said.splitlines() if line.startswith(b"make-mcp audit: {") and line.endswith(b"}")]
    assert len(whole) > 100


@contextmanager
def piped() -> Generator[int]:
    """The end where stderr, now a pipe, is read."""
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as stream, redirect_stderr(stream):
            yield reading
    finally:
        os.close(reading)


def test_what_was_left_out_is_told_once_there_is_room():
    """F34: nobody takes what is there for the whole."""
    stream = Stderr()
    with piped() as pipe:
        for number in range(300):
            stream.write(f"{number} {'x' * 995}\n")
        held = os.read(pipe, 2 * FULL)
        stream.write("and on\n")
        after = os.read(pipe, 2 * FULL).decode()
    kept = held.decode().splitlines()
    assert [line.split()[0] for line in kept] == [str(number) for number in range(len(kept))]
    assert 0 < len(kept) < 300
    assert after == f"make-mcp: {300 - len(kept)} lines were left out here, since nobody read them\nand on\n"


def test_a_long_line_is_written_whole_where_there_is_room():
    """F34: a traceback is longer than what a pipe takes at once."""
    line = "é" * 20_000 + "\n"
    with piped() as pipe:
        Stderr().write(line)
        assert os.read(pipe, 2 * FULL).decode() == line


def test_a_reader_that_is_gone_is_no_fault(monkeypatch: pytest.MonkeyPatch):
    """F34: neither is a stderr that was closed, or is none."""
    stream = Stderr()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    with piped() as pipe:
        # Its other end is nobody's any more.
        os.dup2(nowhere, pipe)
        assert stream.write("to nobody\n") == len("to nobody\n")
    os.close(nowhere)
    monkeypatch.setattr("sys.stderr", None)
    assert stream.write("to nowhere\n") == len("to nowhere\n")


def test_where_stderr_is_no_pipe_it_is_written_as_ever(capsys: pytest.CaptureFixture[str]):
    """F34: a terminal, a file, or whatever a program that embeds us put there."""
    stream = Stderr()
    stream.write("one\n")
    stream.flush()
    stream.write("two\n")
    assert capsys.readouterr().err == "one\ntwo\n"
