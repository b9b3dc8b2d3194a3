"""Nothing that changes an account leaves without `confirm`, and what a preview shows is what then leaves."""

import ast
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import TextContent
from tests.server.network import BOTH_KEYS, ENDPOINTS, READS, WRITES, Network, body_of, calling
from tests.tools.wire_cases import CASES, Case

from make_mcp.app import build
from make_mcp.callers import open_caller
from make_mcp.confirmation import Policy, schema
from make_mcp.selection import tool
from make_mcp.settings import load
from make_tools import Endpoint

ROOT = Path(__file__).parents[2]
MISSING: Any = object()
REFUSED: list[Any] = [
    "true", "True", "yes", "on", "1", "", "null", 1, 0, -1, 1.0, 0.0, float("nan"), [], [True], {}, {"confirm": True}, (),
]  # fmt: skip

WRITE_CASES = [pytest.param(c, id=f"{c.tool}-{i}") for i, c in enumerate(CASES) if ENDPOINTS[c.tool].effect != "read"]
READ_CASES = [pytest.param(c, id=f"{c.tool}-{i}") for i, c in enumerate(CASES) if ENDPOINTS[c.tool].effect == "read"]


def least(endpoint: Endpoint[...]) -> dict[str, Any]:
    """The first arguments of the table that fit the tool."""
    return dict(next(case.arguments for case in CASES if case.tool == endpoint.name))


def previewed(tool: str) -> list[Any]:
    """What is no yes, and says so: true is none where a code is needed."""
    return [MISSING, False, None, *([True] if ENDPOINTS[tool].effect == "destroy" else [])]


def with_confirm(arguments: Any, confirm: Any) -> dict[str, Any]:
    return dict(arguments) if confirm is MISSING else {**arguments, "confirm": confirm}


def test_thirty_tools_read_and_thirty_three_write():
    assert (len(READS), len(WRITES)) == (30, 33)
    assert {case.tool for case in CASES} == {e.name for e in (*READS, *WRITES)}


@pytest.mark.parametrize("case", WRITE_CASES)
async def test_a_write_that_is_not_confirmed_changes_nothing_and_gets_a_preview(case: Case):
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        for confirm in previewed(case.tool):
            answer = await caller.call(case.tool, with_confirm(case.arguments, confirm))
            assert answer.data is not None, answer.text
            assert answer.data["status"] == "confirmation_required"
            assert answer.data["nothingChanged"] is True
            assert (answer.data["tool"], answer.data["effect"]) == (case.tool, ENDPOINTS[case.tool].effect)
            assert answer.data["what"]
            assert ("code" in answer.data) is (ENDPOINTS[case.tool].effect == "destroy")
            how = "the code above, good once" if "code" in answer.data else "true."
            assert f"call {case.tool} again with the same arguments and `confirm`: {how}" in answer.data["toConfirm"]
            assert json.loads(answer.text) == answer.data
    assert {request.method for request in network.sent} <= {"GET"}


@pytest.mark.parametrize("case", WRITE_CASES)
async def test_what_only_looks_like_a_confirmation_sends_nothing_and_is_refused(case: Case):
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        for confirm in REFUSED:
            answer = await caller.call(case.tool, with_confirm(case.arguments, confirm))
            assert answer.is_error, confirm
            if ENDPOINTS[case.tool].effect == "destroy" and isinstance(confirm, str):
                assert answer.text.startswith(f"{case.tool}: `confirm` takes the code of a preview"), answer.text
            else:
                takes = (
                    "the code of a preview as a string" if ENDPOINTS[case.tool].effect == "destroy" else "true or false"
                )
                assert answer.text.startswith(f"{case.tool} was not called: `confirm` takes {takes}"), answer.text
                assert "nothing was changed" in answer.text
            assert network.sent == [], confirm


@pytest.mark.parametrize("case", WRITE_CASES)
@pytest.mark.parametrize("prefer", ["maton", "make"])
@pytest.mark.parametrize("policy", ["standard", "strict"])
async def test_a_confirmed_call_sends_exactly_what_the_preview_showed(case: Case, prefer: str, policy: str):
    network = Network()
    async with calling(network, {**BOTH_KEYS, "prefer": prefer, "confirm": policy}) as caller:
        preview = (await caller.call(case.tool, case.arguments)).data
        assert preview is not None
        answer = await caller.call(case.tool, {**case.arguments, "confirm": preview.get("code", True)})
    assert answer.data is not None, answer.text
    assert ("code" in preview) is (policy == "strict" or ENDPOINTS[case.tool].effect == "destroy")
    # What is looked at before is read; what changes something is one request, and the last.
    assert {request.method for request in network.sent[:-1]} <= {"GET"}
    sent = network.sent[-1]
    assert sent.method != "GET"
    shown = preview["request"]
    assert (shown["method"], shown["url"]) == (sent.method, str(sent.url))
    assert ("body" in shown) == (sent.content != b"")
    assert shown.get("body") == body_of(sent)
    assert "confirm" not in (body_of(sent) or {})
    assert "confirm" not in sent.url.params


async def test_a_preview_shows_numbers_as_they_will_be_sent():
    network = Network()
    arguments = {"scenarioId": 1, "data": {"n": 2**60}}
    async with calling(network, BOTH_KEYS) as caller:
        preview = (await caller.call("scenarios_run", arguments)).data
        await caller.call("scenarios_run", {**arguments, "confirm": True})
    assert preview is not None
    assert preview["request"]["body"] == body_of(network.sent[-1])


@pytest.mark.parametrize("case", READ_CASES)
async def test_a_tool_that_reads_takes_no_confirm_and_needs_none(case: Case):
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        for confirm in (True, False, "true"):
            answer = await caller.call(case.tool, {**case.arguments, "confirm": confirm})
            assert answer.is_error
            assert "there is no argument `confirm`" in answer.text
        assert network.sent == []
        assert (await caller.call(case.tool, case.arguments)).data is not None
    assert len(network.sent) == 1


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda e: e.name)
async def test_an_argument_that_does_not_fit_stops_a_confirmed_call_before_it_leaves(endpoint: Endpoint[...]):
    network = Network()
    unfit: list[dict[str, Any]] = [
        {name: True} for name in ("confirmation", "Confirm", "CONFIRM", "confirm ", "force", "__proto__", "", "method_")
    ]
    unfit += [{argument.name: object()} for argument in endpoint.arguments]
    async with calling(network, BOTH_KEYS) as caller:
        for extra in unfit:
            answer = await caller.call(endpoint.name, {**least(endpoint), **extra, "confirm": True})
            assert answer.is_error, extra
            assert answer.text.startswith(f"{endpoint.name} was not called: "), answer.text
        for missing in endpoint.schema.get("required", ()):
            partial = {key: value for key, value in least(endpoint).items() if key != missing}
            answer = await caller.call(endpoint.name, {**partial, "confirm": True})
            assert answer.is_error
            assert f"`{missing}` is missing" in answer.text
    assert network.sent == []


@pytest.mark.parametrize("name", [e.name for e in WRITES if e.effect == "destroy"])
async def test_makes_own_guard_is_the_gates_to_answer_and_no_argument(name: str):
    network = Network()
    async with calling(network, BOTH_KEYS) as caller:
        answer = await caller.call(name, {**least(ENDPOINTS[name]), "confirmed": True})
    assert "there is no argument `confirmed`" in answer.text
    assert network.sent == []


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda e: e.name)
async def test_without_a_key_even_a_confirmed_write_sends_nothing_and_names_the_variable(endpoint: Endpoint[...]):
    network = Network()
    async with calling(network, {}) as caller:
        for confirm in (MISSING, True):
            answer = await caller.call(endpoint.name, with_confirm(least(endpoint), confirm))
            assert answer.is_error
            assert "_API_KEY" in answer.text
    assert network.sent == []


@pytest.mark.parametrize("policy", ["standard", "strict", "human"])
def test_the_listing_of_a_write_has_confirm_in_the_form_that_the_policy_wants_and_that_of_a_read_has_none(
    policy: Policy,
):
    for endpoint in itertools.chain(READS, WRITES):
        properties = tool(endpoint, schema(policy, endpoint)).input_schema["properties"]
        code = policy != "standard" or endpoint.effect == "destroy"
        expected = None if endpoint.effect == "read" else "string" if code else "boolean"
        assert properties.get("confirm", {}).get("type") == expected
        assert "confirm" not in endpoint.schema["properties"]
        assert "confirm" not in schema(policy, endpoint).get("required", ())


async def test_over_the_protocol_a_write_needs_the_json_boolean_or_the_code_too():
    async with open_caller(load({"sandbox": True})) as (caller, tools), Client(build(caller, tools)) as client:
        for endpoint in WRITES:
            for confirm in (MISSING, False, None, "true", 1, [True]):
                result = await client.call_tool(endpoint.name, with_confirm(least(endpoint), confirm))
                is_previewed = confirm is MISSING or not confirm
                assert bool(result.is_error) is not is_previewed
                text = result.content[0]
                assert isinstance(text, TextContent)
                if is_previewed:
                    assert result.structured_content is not None
                    assert result.structured_content["nothingChanged"] is True
                    assert json.loads(text.text) == result.structured_content
                else:
                    assert result.structured_content is None
                    assert "`confirm` takes" in text.text


def test_only_the_gate_makes_permits():
    makers: set[str] = set()
    for path in (p for root in ("server", "tools", "sandbox") for p in (ROOT / root).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = (
                    called.id
                    if isinstance(called, ast.Name)
                    else called.attr
                    if isinstance(called, ast.Attribute)
                    else ""
                )
                # `replace` could turn one permit into another.
                copied = name == "replace" and bool(node.args) and "permit" in ast.unparse(node.args[0]).lower()
                if name == "Permit" or copied:
                    makers.add(path.name)
    assert makers == {"gate.py"}


def test_only_one_file_talks_to_make():
    # The others look whether an address answers at all, without a key, and fetch the public keys of an issuer.
    speakers = {
        path.name
        for path in (ROOT / "server").rglob("*.py")
        if "AsyncClient(" in path.read_text(encoding="utf-8") or "httpx2.Client(" in path.read_text(encoding="utf-8")
    }
    assert speakers == {"wire.py", "reach.py", "source.py"}
