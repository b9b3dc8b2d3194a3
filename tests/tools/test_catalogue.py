"""Rules over the whole catalogue: what hosts accept, what a model can read, what the budgets allow."""

import re
from typing import cast

import pytest
from tests.generated.documents import ENDPOINTS, TOOLS, listing

from make_mcp.recipes import AnyTool
from make_tools import GROUPS, Endpoint

NAMES = {tool.name for tool in TOOLS}
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e.name)
every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)

# What the hosts' issue threads name as refused or silently dropped, and what costs tokens for nothing.
UNWANTED = {
    "$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf", "not", "const", "format", "title", "examples",
    "exclusiveMinimum", "exclusiveMaximum", "additionalProperties", "minItems", "maxItems", "patternProperties", "nullable",
}  # fmt: skip


def keys_of(schema: object) -> set[str]:
    """Every key of a schema, the names of properties apart."""
    if isinstance(schema, list):
        return {key for item in cast("list[object]", schema) for key in keys_of(item)}
    if not isinstance(schema, dict):
        return set()
    found: set[str] = set()
    for key, value in cast("dict[str, object]", schema).items():
        inner = list(cast("dict[str, object]", value).values()) if key == "properties" else value
        found |= {key} | keys_of(inner)
    return found


def test_there_are_63_tools_and_no_two_of_a_name():
    assert len(ENDPOINTS) == len({endpoint.name for endpoint in ENDPOINTS}) == 63
    assert len(TOOLS) == len(NAMES) == 68


def test_the_order_is_that_of_the_table_of_contents():
    assert [e.group for e in ENDPOINTS] == [group.name for group in GROUPS for _ in group.endpoints]


@every_tool
def test_a_name_is_short_and_says_resource_and_action(tool: AnyTool):
    assert re.fullmatch(r"[a-z][a-z_]{2,47}", tool.name)
    # What is about the account as a whole has no resource.
    assert tool.group == "account" or tool.name.startswith(tool.group + "_")


@every_tool
def test_a_description_is_short_and_ends_like_a_sentence(tool: AnyTool):
    assert 15 <= len(tool.description) <= 120
    assert tool.description[0].isupper()
    assert tool.description[-1] in ".?"
    assert "\n" not in tool.description


@every_tool
def test_a_tool_named_in_a_text_exists(tool: AnyTool):
    texts = [tool.description, *(argument.about for argument in tool.arguments)]
    mentioned = {word for text in texts for word in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text)}
    assert mentioned <= NAMES


@every_tool
def test_every_argument_is_described_and_typed(tool: AnyTool):
    for argument in tool.arguments:
        listed = tool.schema["properties"][argument.name]
        assert listed["type"] in {"integer", "string", "boolean", "array", "object"}
        # A description that the listing leaves out stands in the documents and in refusals; a bundle lists its keys.
        assert argument.about or argument.keys or argument.name in SAY_IT_ALL
        if argument.keys:
            assert listed["description"]


SAY_IT_ALL = {"email", "name", "public", "status", "to"}
"""Arguments whose name is their description."""


@every_endpoint
def test_an_id_says_which_tool_yields_it(endpoint: Endpoint[...]):
    for argument in endpoint.arguments:
        if argument.place == "path":
            source = re.fullmatch(r"From (\w+)(?:: [^.]+)?\.", argument.about)
            assert source is not None
            assert source[1] in NAMES


@every_tool
def test_the_schema_is_of_the_dialect_that_every_host_accepts(tool: AnyTool):
    schema = listing(tool)["inputSchema"]
    assert schema["type"] == "object"
    assert isinstance(schema["properties"], dict)
    assert not keys_of(schema) & UNWANTED
    for listed in schema["properties"].values():
        assert isinstance(listed["type"], str), "a list of types is a union"
    assert set(schema.get("required", [])) <= set(schema["properties"])


@every_tool
def test_the_hints_follow_from_the_effect(tool: AnyTool):
    hints = listing(tool)["annotations"]
    # These three are asked of every tool by hosts' directories; that twice is as once is no by default, and says nothing of reads.
    is_as_once = tool.effect != "read" and tool.idempotent
    more = {"idempotentHint"} if is_as_once else set[str]()
    assert set(hints) == {"readOnlyHint", "destructiveHint", "openWorldHint"} | more
    assert hints.get("idempotentHint", False) is is_as_once
    assert hints["readOnlyHint"] is (tool.effect == "read")
    assert hints["destructiveHint"] is (tool.effect == "destroy")
    assert listing(tool)["title"]


@every_endpoint
def test_only_what_reads_by_nature_departs_from_its_method(endpoint: Endpoint[...]):
    usual = {"GET": "read", "POST": "write", "PATCH": "write", "PUT": "write", "DELETE": "destroy"}[endpoint.method]
    departures = {"connections_test": "read", "connections_check_scopes": "read", "connections_set_data": "destroy"}
    assert endpoint.effect == departures.get(endpoint.name, usual)


@every_tool
def test_confirm_stands_on_tools_that_write_and_on_no_other(tool: AnyTool):
    assert ("confirm" in listing(tool)["inputSchema"]["properties"]) is (tool.effect != "read")
    assert "confirm" not in {argument.name for argument in tool.arguments}


def test_every_group_can_be_listed_since_errors_point_there():
    assert {f"{group.name}_list" for group in GROUPS} <= NAMES


@every_endpoint
def test_an_argument_that_is_not_listed_can_be_left_out_and_is_documented(endpoint: Endpoint[...]):
    for argument in endpoint.arguments:
        is_listed = argument.name in listing(endpoint)["inputSchema"]["properties"]
        assert is_listed is not argument.is_rare
        assert not (argument.is_rare and argument.required)
        assert argument.about or is_listed or argument.keys
