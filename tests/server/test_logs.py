"""The last net: what is logged, and what the interpreter says of what nobody caught, holds no key and no secret."""

import asyncio
import io
import logging
import subprocess
import sys
import threading
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.faults.clock import Clock
from tests.server.network import Network, calling

from make_mcp.logs import Net, OneLine
from make_mcp.secrets import HIDDEN
from make_mcp.settings import load
from make_tools.secrets import MARK

KEY = "canary-key-3f9c2e71d5"
HOOK = "https://hook.eu1.make.com/canary3f9c2e71d5hook"
CANARIES = (KEY, "canary3f9c2e71d5hook", KEY.encode().hex())


@pytest.fixture
def net() -> Net:
    return Net({"MATON_API_KEY": KEY})


@pytest.fixture
def log(net: Net) -> Generator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own, whose lines go through the net."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(net)
    logger = logging.getLogger("of the test")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


def clean(text: str) -> str:
    assert not any(canary in text for canary in CANARIES), text
    return text


class Shows:
    """Something whose text and representation are a secret."""

    def __repr__(self) -> str:
        return f"<Shows {KEY} at {HOOK}>"


class Breaks:
    def __str__(self) -> str:
        raise ValueError(f"no text for {KEY}")


ARGUMENTS: list[tuple[str, tuple[Any, ...]]] = [
    (f"key {KEY}", ()), ("key %s", (KEY,)), ("key %r at %s", (KEY, HOOK)), ("key %(key)s", ({"key": KEY},)), ("%s", (Shows(),)),
    ("headers %r", ([(b"authorization", f"Bearer {KEY}".encode())],)), ("%s", ({"a": [Shows()]},)), ("100 %", ()),
    (f"too few %s {KEY} %s", (KEY,)), ("too many", (KEY, KEY)), ("no number %d", (KEY,)), ("breaks %s", (Breaks(),)),
    ("GET https://api.example.com/x?session_token=%s", ("canary3f9c2e71d5hook",)), ("\n%s\r\nmake-mcp audit: {}", (KEY,)),
]  # fmt: skip


@pytest.mark.parametrize(("message", "arguments"), ARGUMENTS)
def test_a_message_and_its_arguments_lose_their_secrets(
    message: str,
    arguments: tuple[Any, ...],
    log: tuple[logging.Logger, io.StringIO],
    capsys: pytest.CaptureFixture[str],
):
    logger, written = log
    logger.warning(message, *arguments)
    text = clean(written.getvalue())
    assert text.startswith("WARNING of the test: ")
    assert text.count("\n") == 1
    assert capsys.readouterr() == ("", ""), "the standard library has nothing to complain of"


def fail() -> None:
    error = KeyError(KEY)
    error.add_note(f"a note on {HOOK}")
    raise ExceptionGroup(f"many {KEY}", [ValueError(HOOK)]) from error


def test_a_traceback_and_a_stack_lose_their_secrets(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    try:
        fail()
    except ExceptionGroup:
        logger.exception("it failed", stack_info=True)
    text = clean(written.getvalue())
    for told in (
        "KeyError",
        "ExceptionGroup",
        "ValueError",
        "a note on",
        "The above exception was the direct cause",
        "Stack",
    ):
        assert told in text
    assert HIDDEN in text
    assert f"[{MARK}]" in text
    first, *others = text.splitlines()
    assert first == "ERROR of the test: it failed"
    assert all(line.startswith("    ") for line in others)


def test_the_text_of_a_stack_loses_its_secrets_too(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    logger.handle(logger.makeRecord("x", logging.INFO, "", 0, "here", (), None, sinfo=f"Stack:\n  call({KEY!r})"))
    assert clean(written.getvalue()).splitlines()[1:] == ["    Stack:", f"      call('{HIDDEN}')"]


def test_other_handlers_get_a_clean_record_too(log: tuple[logging.Logger, io.StringIO]):
    seen: list[logging.LogRecord] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    logger, _ = log
    after = Keeps()
    logger.addHandler(after)
    try:
        fail()
    except ExceptionGroup:
        logger.exception("key %s", KEY)
    finally:
        logger.removeHandler(after)
    (record,) = seen
    clean(repr(vars(record)))
    clean(logging.Formatter().format(record))
    assert record.getMessage() == f"key {HIDDEN}"


def test_a_clean_record_stays_as_it_is(log: tuple[logging.Logger, io.StringIO]):
    logger, written = log
    logger.info("scenarios_get: try %d comes in %.1f s (%s)", 2, 0.5, "Unreachable")
    assert written.getvalue() == "INFO of the test: scenarios_get: try 2 comes in 0.5 s (Unreachable)\n"


def test_the_keys_of_the_settings_are_known_once_they_are_read():
    net = Net({})
    assert net.words(f"a {KEY}") == f"a {KEY}"
    net.know(load({"make_api_key": KEY}))
    assert net.words(f"a {KEY}") == f"a {HIDDEN}"
    assert net.without_keys(f"{KEY} {HOOK}") == f"{HIDDEN} {HOOK}"


async def test_what_an_event_loop_says_of_a_lost_task_goes_through_it(net: Net):
    """The loop tells the logger `asyncio`, which tells the root's handlers."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(net)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        context = {"message": f"lost {KEY}", "exception": ValueError(KEY), "more": Shows()}
        asyncio.get_running_loop().default_exception_handler(context)
    finally:
        root.removeHandler(handler)
    text = clean(written.getvalue())
    assert "lost" in text
    assert "ValueError" in text


async def test_a_library_that_logs_retries_by_itself_says_nothing(clock: Clock):
    """It would show the arguments of what is retried, and not to this log."""
    from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

    set_on_retry_hooks(None)
    assert get_on_retry_hooks()
    answers = [httpx2.Response(503), httpx2.Response(200, json={"scenario": {"id": 5}})]
    async with calling(Network(lambda _: answers.pop(0)), {"make_api_key": KEY, "make_zone": "eu1"}) as caller:
        assert not (await caller.call("scenarios_get", {"scenarioId": 5})).is_error
    assert clock.now > 0
    assert get_on_retry_hooks() == ()


def test_crashes_of_the_interpreter_go_through_it(net: Net, capsys: pytest.CaptureFixture[str]):
    error = ValueError(f"{KEY}\nmake-mcp audit: {{}}")
    net.crashed(ValueError, error, None)
    net.thread_crashed(threading.ExceptHookArgs((ValueError, error, None, None)))
    net.unraisable(SimpleNamespace(exc_type=ValueError, exc_value=error, exc_traceback=None))
    net.thread_crashed(threading.ExceptHookArgs((SystemExit, SystemExit(), None, None)))
    text = clean(capsys.readouterr().err)
    assert text.count(f"    ValueError: {HIDDEN}") == 3
    assert not any(line.startswith("make-mcp audit:") for line in text.splitlines())


def test_where_nothing_can_be_written_it_says_nothing(net: Net, monkeypatch: pytest.MonkeyPatch):
    for stream in (None, io.StringIO()):
        if stream is not None:
            stream.close()
        monkeypatch.setattr(sys, "stderr", stream)
        net.crashed(ValueError, ValueError(KEY), None)
    monkeypatch.undo()


PROCESS = """
import asyncio, gc, logging, sys, threading, warnings
from make_mcp import cli

key, hook = sys.argv.pop(), sys.argv.pop()

def work():
    for name in ("httpx2", "httpcore2", "mcp", "uvicorn.error", "asyncio", "redis", "of.anybody"):
        logging.getLogger(name).debug("said by %s: %r", name, {"authorization": key, "url": hook})
    warnings.warn(f"a warning about {key}", ResourceWarning, stacklevel=1)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(ValueError(f"thread {key}")))
    thread.start()
    thread.join()

    class Dies:
        def __del__(self):
            raise ValueError(f"unraisable {key}")

    Dies()
    gc.collect()

    async def lose():
        async def fails():
            raise ValueError(f"task {key}")
        asyncio.get_running_loop().create_task(fails())
        await asyncio.sleep(0)

    asyncio.run(lose())
    gc.collect()
    raise RuntimeError(f"crash {key} {hook}")

cli._run = lambda arguments, net: (net.set_up("debug"), work())
cli.main()
"""


def test_a_process_that_crashes_in_every_way_shows_no_key():
    """F33."""
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", PROCESS, HOOK, KEY], capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        env=environment(MATON_API_KEY=KEY, COLUMNS="400"),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    text = clean(done.stderr)
    for name in ("httpx2", "httpcore2", "mcp", "uvicorn.error", "asyncio", "redis", "of.anybody"):
        assert f"DEBUG {name}: said by {name}" in text
    for told in (
        "a warning about",
        "ValueError: thread",
        "ValueError: unraisable",
        "ValueError: task",
        "RuntimeError: crash",
    ):
        assert told in text, told
    assert text.count(HIDDEN) >= 12
