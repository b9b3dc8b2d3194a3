"""The official client against the server as a process: stdio, Streamable HTTP and SSE, each in both protocol eras."""

import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.sse import sse_client
from mcp_types import INVALID_PARAMS
from tests.end_to_end.accounts import text_of
from tests.end_to_end.processes import PATIENCE, listening

import make_sandbox
from make_mcp.recipes import RECIPES
from make_tools.usual import USUAL

Connect = Callable[[str], AbstractAsyncContextManager[Client]]
ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}


@pytest.fixture(scope="module")
def addresses() -> Generator[dict[str, str]]:
    serve = ("serve", "--sandbox", "--port", "0", "--transport")
    with (
        listening(*serve, "http") as http,
        listening(*serve, "sse") as sse,
    ):
        yield {"http": http, "sse": sse}


@asynccontextmanager
async def connect(transport: str, mode: str, addresses: dict[str, str]) -> AsyncGenerator[Client]:
    if transport == "stdio":
        server = StdioServerParameters(command=sys.executable, args=["-m", "make_mcp", "--sandbox"])
    else:
        server = addresses["http"] if transport == "http" else sse_client(addresses["sse"])
    with anyio.fail_after(PATIENCE):
        async with Client(server, mode=mode) as client:
            yield client


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
async def test_the_tools_are_listed_and_called(transport: str, mode: str, addresses: dict[str, str]):
    async with connect(transport, mode, addresses) as client:
        assert client.server_info is not None
        assert client.server_info.name == "make-mcp"
        # SSE knows no discovery, so that a client there falls back to the handshake.
        assert client.protocol_version == (
            ERAS["legacy"] if transport == "sse" and mode == "legacy" else client.protocol_version
        )
        tools = (await client.list_tools()).tools
        assert len(tools) == len(USUAL) + len(RECIPES)
        assert [t.name for t in (await client.list_tools()).tools] == [t.name for t in tools]
        result = await client.call_tool("organizations_list", {})
        assert result.structured_content is not None
        assert result.structured_content["organizations"]
        assert "takes a whole number" in text_of(await client.call_tool("teams_list", {"organizationId": "5"}))
        if transport == "stdio":
            with pytest.raises(MCPError, match="There is no tool") as caught:
                await client.call_tool("scenarios_destroy_everything", {})
            assert caught.value.error.code == INVALID_PARAMS
        else:
            # There the protocol's error would be a status that clients take for a broken connection.
            refused = await client.call_tool("scenarios_destroy_everything", {})
            assert refused.is_error
            assert "There is no tool" in text_of(refused)
        prompts = {one.name for one in (await client.list_prompts()).prompts}
        assert prompts == {"diagnose_scenario", "review_account", "change_scenario_safely", "move_scenario"}
        assert [one.uri for one in (await client.list_resources()).resources] == ["make://account"]
        templates = (await client.list_resource_templates()).resource_templates
        assert {one.uri_template for one in templates} == {
            "make://scenarios/{id}/blueprint",
            "make://scenarios/{id}/runs",
        }


async def test_many_calls_at_once_get_each_its_own_answer(addresses: dict[str, str]):
    for transport in ("stdio", "http"):
        async with connect(transport, "auto", addresses) as client:
            listed = await client.call_tool("scenarios_list", {"organizationId": 2767268})
            assert listed.structured_content is not None
            ids = [s["id"] for s in listed.structured_content["scenarios"]]
            answers: dict[int, int] = {}

            async def ask(
                n: int, client: Client = client, ids: list[int] = ids, answers: dict[int, int] = answers
            ) -> None:
                result = await client.call_tool("scenarios_get", {"scenarioId": ids[n % len(ids)]})
                assert result.structured_content is not None
                answers[n] = result.structured_content["scenario"]["id"]

            async with anyio.create_task_group() as tasks:
                for n in range(64):
                    tasks.start_soon(ask, n)
            assert answers == {n: ids[n % len(ids)] for n in range(64)}


@pytest.mark.parametrize("transport", ["http", "sse"])
def test_a_request_for_another_host_or_from_a_web_page_is_turned_away(transport: str, addresses: dict[str, str]):
    url = addresses[transport]
    port = httpx2.URL(url).port
    for header, value in [
        ("host", "evil.example.com"),
        ("host", f"localhost:{port}.evil.example.com"),
        ("host", f"127.0.0.1:{port}@evil.example.com"),
        ("origin", f"http://localhost:{port}.evil.example.com"),
        ("origin", f"https://localhost:{port}"),
        ("origin", "http://localhost"),
        ("origin", "null"),
        ("origin", "https://evil.example.com"),
    ]:
        answer = httpx2.get(url, headers={header: value, "accept": "text/event-stream"}, trust_env=False)
        assert answer.status_code in {403, 421}, (header, value)


def test_any_http_client_can_use_the_practice_account():
    with (
        listening("sandbox", "--port", "0") as root,
        httpx2.Client(trust_env=False, timeout=PATIENCE) as client,
    ):
        base = root.removesuffix("/api/v2")
        me = client.get(f"{base}/api/v2/users/me", headers={"authorization": f"Token {make_sandbox.TOKEN}"})
        assert me.json()["authUser"]["id"]
        key = {"authorization": f"Bearer {make_sandbox.KEY}"}
        assert client.get(f"{base}/make/api/v2/organizations", headers=key).json()["organizations"]
        assert client.get(f"{base}/api/v2/users/me").status_code == 401
