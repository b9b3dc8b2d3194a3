"""What a key, or a secret of the account, leaves behind in prompts, resources and completions: nothing, wherever it stood."""

import base64
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from tests.server.network import MAKE_TOKEN, json_answer
from tests.server.offers.asking import BLUEPRINT, RUNS, World, asking

HOOK = "abcdefghijklmnopqrstuvwxyz123456"
SAID = f"bad {MAKE_TOKEN} {MAKE_TOKEN.upper()} {base64.b64encode(MAKE_TOKEN.encode()).decode()} https://hook.eu1.make.com/{HOOK}"
PROMPTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("diagnose_scenario", {"scenario": "orders"}),
    ("diagnose_scenario", {"scenario": "5"}),
    ("diagnose_scenario", {"scenario": MAKE_TOKEN}),
    ("diagnose_scenario", {"scenario": f"https://hook.eu1.make.com/{HOOK}"}),
    ("diagnose_scenario", {"scenario": "x" * 60 + MAKE_TOKEN}),
    ("change_scenario_safely", {"scenario": "5", "change": MAKE_TOKEN}),
    ("move_scenario", {"scenario": "5", "team": "orders"}),
    ("move_scenario", {"scenario": MAKE_TOKEN, "team": MAKE_TOKEN}),
    ("review_account", {}),
    ("review_account", {"organization": "orders"}),
    ("review_account", {"organization": MAKE_TOKEN}),
    ("review_account", {MAKE_TOKEN: MAKE_TOKEN}),
    ("review_account", {"x" * 60 + MAKE_TOKEN: ""}),
    (MAKE_TOKEN, {}),
    ("x" * 60 + MAKE_TOKEN, {}),
)
ADDRESSES = (
    "make://account",
    BLUEPRINT.format(id=5),
    RUNS.format(id=5),
    f"make://{MAKE_TOKEN}",
    "x" * 1980 + MAKE_TOKEN,
)


class Talkative(World):
    """A Make that repeats what it should keep to itself, in errors of this status, or in answers."""

    def __init__(self, status: int, *, padding: int = 0) -> None:
        super().__init__()
        self.status = status
        self.said = " ".join(["x" * padding, SAID])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.status != 200 and not request.url.path.endswith("/organizations"):
            return json_answer({"message": self.said, "detail": self.said, "code": "SC403"}, self.status)
        if self.status not in {200, 404}:
            return json_answer({"message": self.said, "code": "SC403"}, self.status)
        thing: dict[str, Any] = {"id": 5, "name": self.said, "teamId": 1, "organizationId": 1}
        names = ("organizations", "teams", "scenarios", "scenarioLogs")
        return json_answer({name: [thing] for name in names} | {"scenario": thing})


async def everything(client: Client) -> list[tuple[object, str]]:
    """What each request brought, or how it was refused."""
    found: list[tuple[object, str]] = []
    for name, arguments in PROMPTS:
        try:
            found.append(((name, arguments), (await client.get_prompt(name, arguments)).model_dump_json()))
        except MCPError as error:
            found.append(((name, arguments), f"{error.error.message} {error.error.data}"))
    for address in ADDRESSES:
        try:
            found.append((address, (await client.read_resource(address)).model_dump_json()))
        except MCPError as error:
            found.append((address, f"{error.error.message} {error.error.data}"))
    return found


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("padding", [0, 300, 330, 345])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
async def test_no_key_and_no_secret_is_repeated(status: int, padding: int):
    async with asking(Talkative(status, padding=padding)) as client:
        found = await everything(client.client)
    assert len(found) == len(PROMPTS) + len(ADDRESSES)
    parts = (MAKE_TOKEN[:12], MAKE_TOKEN.upper()[:12], base64.b64encode(MAKE_TOKEN.encode()).decode()[:16], HOOK[:20])
    assert [(asked, part) for asked, text in found for part in parts if part in text] == []


async def test_an_id_that_make_cannot_have_is_refused_by_the_name_that_a_client_knows():
    async with asking(World()) as client:
        with pytest.raises(MCPError, match="`scenarioId`") as caught:
            await client.client.read_resource(RUNS.format(id=9999999999999999))
        assert "scenario_id" not in caught.value.error.message


@pytest.mark.parametrize("id_", [True, 0, -1, 2**60, "5", None])
async def test_what_is_no_id_is_not_offered(id_: Any):
    async with asking(World(scenarios={1: [(id_, "Orders"), (7, "Orders")]})) as client:
        assert await client.scenarios("orders") == [7]


async def test_what_is_longer_than_any_name_is_not_looked_for():
    async with asking(World()) as client:
        assert await client.scenarios("a " * 100_000) == []
        assert client.network.sent == []
