"""What a refusal of Make means here: which setting, which scope, and who said no."""

import pytest
from mcp import Client, MCPError
from tests.end_to_end.accounts import text_of
from tests.server.network import BOTH_KEYS, ENDPOINTS, MAKE_KEY, MATON_ONLY, Network, always, calling, carried_out
from tests.server.test_answers import READ, READ_ARGUMENTS, stated
from tests.tools.wire_cases import CASES

from make_mcp.app import server_for
from make_mcp.callers import Same, open_common, open_served
from make_mcp.settings import load
from make_tools import Endpoint


async def test_401_names_the_setting_to_look_at():
    for flags, expected in ((MAKE_KEY, ("eu1.make.com", "MAKE_ZONE")), (MATON_ONLY, ("MATON_API_KEY",))):
        async with calling(Network(always(401, stated(message="Unauthorized"))), flags) as caller:
            text = (await caller.call(READ, READ_ARGUMENTS)).text
        assert all(word in text for word in expected), text
        assert ("MAKE_ZONE" in text) is (flags is MAKE_KEY)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
async def test_403_names_every_scope_that_the_tool_needs(endpoint: Endpoint[...]):
    arguments = next(dict(case.arguments) for case in CASES if case.tool == endpoint.name)
    body = stated(message="Forbidden", code="SC403")
    for prefer in ("make", "maton"):
        async with calling(Network(always(403, body)), {**BOTH_KEYS, "prefer": prefer}) as caller:
            text = (await carried_out(caller, endpoint.name, arguments)).text
        assert all(scope in text for scope in endpoint.scopes), text
        assert ("scope" in text.removeprefix(f"{endpoint.name}: ")) is bool(endpoint.scopes)


async def test_the_network_in_front_of_make_is_known_by_its_code_and_not_by_any_number():
    # Cloudflare answers as JSON where JSON is asked for, as it is here.
    structured = stated(
        title="Error 1010: Access denied", status=403, detail="Blocked.", error_code=1010, cloudflare_error=True
    )
    for body in (b"error code: 1010", b"<title>Access denied | example.com</title> Error 1010", structured):
        async with calling(Network(always(403, body)), MAKE_KEY) as caller:
            assert "network in front of Make" in (await caller.call(READ, READ_ARGUMENTS)).text
    for said in ("Scenario 1010 is not yours", "Team 21010", "Access denied to 10101"):
        async with calling(Network(always(403, stated(message=said, code="SC403"))), MAKE_KEY) as caller:
            assert "scenarios:read" in (await caller.call(READ, READ_ARGUMENTS)).text


DISTRACTING = ("zone", "scope", "link", "token", "scenarios_blueprint")


@pytest.mark.parametrize("prefer", ["maton", "make"])
async def test_the_practice_account_is_left_out_of_talk_about_keys(prefer: str):
    calls = {
        "scenarios_get": {"scenarioId": 99}, "scenarios_diagnose": {"scenarioId": 99}, "scenarios_export": {"scenarioId": 99},
        "incomplete_executions_delete": {"scenarioId": 99, "createdBefore": "2026-03-01"}, "organizations_get": {"organizationId": 9},
    }  # fmt: skip
    settings = load({"sandbox": True, "prefer": prefer})
    async with (
        open_common(settings) as common,
        open_served(settings, common) as served,
        Client(server_for(Same(served))) as client,
    ):
        for name, arguments in calls.items():
            text = text_of(await client.call_tool(name, arguments))
            # What was called comes first, whatever it reads.
            assert text.startswith(f"{name}: Make answered 403 SC403: ")
            assert "or not exist. Next: " in text
            assert not [word for word in DISTRACTING if word in text], text
        uri = "make://scenarios/99/blueprint"
        with pytest.raises(MCPError, match=f"^{uri}: Make answered 403") as error:
            await client.read_resource(uri)
        assert not [word for word in DISTRACTING if word in str(error.value)]


async def test_a_time_in_words_passes_the_protocol():
    settings = load({"sandbox": True})
    async with (
        open_common(settings) as common,
        open_served(settings, common) as served,
        Client(server_for(Same(served))) as client,
    ):
        listed = (await client.call_tool("scenarios_list", {"organizationId": 2767268})).structured_content
        assert listed is not None
        given = {"scenarioId": listed["scenarios"][0]["id"], "from": "2020-01-01", "status": "error"}
        assert not (await client.call_tool("scenarios_logs", given)).is_error
