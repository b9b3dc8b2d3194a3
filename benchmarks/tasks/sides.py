"""The two sides, each a server over stdio in front of a practice account of its own."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import make_sandbox
from client import Client
from servers import MAKE, OURS, Server, environment, make, ours
from tasks.account import Account, reading
from tasks.playing import Answer, Ask

FOLDER: Final = Path(__file__).parent
SIDES: Final = (OURS, MAKE)


@asynccontextmanager
async def practice() -> AsyncGenerator[int]:
    """A fresh practice account over HTTP: its port."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(FOLDER / "practice.py"), stdin=pipe, stdout=pipe, env=environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def server(side: str, port: int) -> Server:
    return ours(port) if side == OURS else make(port)


@asynccontextmanager
async def at_table(side: str) -> AsyncGenerator[tuple[Account, Ask]]:
    """A fresh account, and a way to call this side's tools on it.

    Raises:
        NotMeasuredError: Make's SDK does not run here.
    """
    async with practice() as port, reading(f"http://127.0.0.1:{port}") as account:
        started = server(side, port)
        own = started.environment | {"MAKE_API_KEY": make_sandbox.TOKEN}
        async with Client(started.command, own) as client:
            await client.initialize()

            async def ask(tool: str, arguments: Mapping[str, Any]) -> Answer:
                return _answer(await client.answer("tools/call", {"name": tool, "arguments": arguments}))

            yield account, ask


def _answer(whole: Mapping[str, Any]) -> Answer:
    """Hosts show a model the text of a result, and the message of an error."""
    if "error" in whole:
        return Answer(text=str(whole["error"]["message"]), is_error=True)
    result = whole["result"]
    text = "".join(part.get("text", "") for part in result["content"])
    return Answer(text=text, is_error=bool(result.get("isError", False)))
