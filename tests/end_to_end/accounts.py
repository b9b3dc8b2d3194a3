"""An MCP client on the practice account, in process."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
from mcp import Client
from mcp_types import CallToolResult, TextContent

from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.settings import load

Json = dict[str, Any]


def text_of(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


KINDS: Mapping[object, type] = {"object": dict, "array": list}


def misfits(schema: Mapping[str, Any], answer: object) -> list[str]:
    """What of an answer does not fit a schema of the few words that ours have; another word is a misfit itself."""
    found = [word for word in schema if word not in {"type", "properties"}]
    if not isinstance(answer, KINDS[schema["type"]]):
        return [*found, f"{answer!r:.60} is no {schema['type']}"]
    for name, inner in schema.get("properties", {}).items():
        if name in cast("Json", answer):
            found += [f"{name}: {one}" for one in misfits(inner, cast("Json", answer)[name])]
    return found


class Account:
    """Calls tools as a client does."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._answers: Mapping[str, Json | None] | None = None

    async def ask(self, tool: str, /, **arguments: Any) -> Json:
        """The structured answer of a call that must succeed, checked against the text beside it and the tool's output schema."""
        result = await self.client.call_tool(tool, {name.rstrip("_"): value for name, value in arguments.items()})
        assert not result.is_error, f"{tool}: {text_of(result)}"
        assert json.loads(text_of(result)) == result.structured_content
        assert ", " not in text_of(result).split('"')[0], "the text is compact"
        answer = cast("Json", result.structured_content)
        if (schema := await self._schema(tool)) is not None:
            assert misfits(schema, answer) == []
        return answer

    async def _schema(self, tool: str) -> Json | None:
        if self._answers is None:
            self._answers = {each.name: each.output_schema for each in (await self.client.list_tools()).tools}
        return self._answers.get(tool)

    async def do(self, tool: str, /, **arguments: Any) -> Json:
        """A write: its preview first, which changes nothing, then the confirmed call."""
        preview = await self.ask(tool, **arguments)
        assert preview["status"] == "confirmation_required"
        assert preview["nothingChanged"] is True
        done = await self.ask(tool, **arguments, confirm=preview.get("code", True))
        if done.get("status") == "confirmation_required":
            # Make held it back, since something depends on it: its own code overrules that.
            assert "IM004" in done["why"]
            assert "confirmed=true" in done["request"]["url"]
            return await self.ask(tool, **arguments, confirm=done["code"])
        return done

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that must fail."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error
        assert result.structured_content is None
        return text_of(result)

    async def items(self, tool: str, key: str, /, **arguments: Any) -> Sequence[Json]:
        return (await self.ask(tool, **arguments))[key]


@asynccontextmanager
async def practice(mode: str = "auto", **settings: Any) -> AsyncGenerator[Account]:
    """A client on a fresh practice account, behind these settings."""
    async with (
        open_caller(load({"sandbox": True, "toolsets": "all", **settings})) as (caller, tools),
        Client(build(caller, tools), mode=mode) as client,
    ):
        yield Account(client)


class Recorder(httpx2.AsyncBaseTransport):
    """A network that answers every request with an empty object, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        return httpx2.Response(200, json={"app": "make"})
