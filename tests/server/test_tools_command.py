"""`make-mcp tools`: what is listed, what else there is, and what a listing costs."""

import json
import re
from typing import Any, NamedTuple

import pytest
from tests.server.network import ENDPOINTS, MAKE_TOKEN, MATON_KEY

from make_mcp.cli import main
from make_mcp.selection import catalogue
from make_tools import GROUPS
from make_tools.usual import USUAL

Capture = pytest.CaptureFixture[str]
BOTH = {"MATON_API_KEY": MATON_KEY, "MAKE_API_KEY": MAKE_TOKEN, "MAKE_ZONE": "eu1"}


class Ended(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: Capture):
    def run(*arguments: str) -> Ended:
        """`make-mcp` in this process."""
        status = main(list(arguments))
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    return run


@pytest.mark.parametrize(
    ("variables", "count"),
    [({}, 68), ({"MATON_API_KEY": MATON_KEY}, 59), ({"MAKE_API_KEY": MAKE_TOKEN, "MAKE_ZONE": "eu1"}, 64), (BOTH, 68),
     ({**BOTH, "MAKE_MCP_READ_ONLY": "true"}, 35)],
)  # fmt: skip
def test_tools_as_json_tells_of_each_tool_what_it_is(
    run: Any, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], count: int
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    status, out, err = run("tools", "--json", "--toolsets", "all")
    assert (status, err) == (0, "")
    entries = json.loads(out)
    assert len(entries) == count
    for entry in entries:
        if entry["name"] not in ENDPOINTS:
            assert (entry["effect"], entry["method"], entry["path"]) == ("read", None, None)
            continue
        endpoint = ENDPOINTS[entry["name"]]
        assert set(entry) == {"name", "title", "description", "group", "effect", "method", "path", "upstreams", "scope"}
        assert (entry["group"], entry["effect"], entry["method"]) == (endpoint.group, endpoint.effect, endpoint.method)
        assert entry["upstreams"] == list(endpoint.upstreams)
        assert entry["scope"] == (" ".join(endpoint.scopes) or None)
        assert entry["path"].startswith("/")
        assert "_id" not in entry["path"]
    every = [tool.name for tool in catalogue(GROUPS)]
    assert [entry["name"] for entry in entries] == [name for name in every if name in {e["name"] for e in entries}]
    listed = run("tools", "--toolsets", "all").out
    assert all(entry["name"] in listed for entry in entries)


def test_tools_without_a_choice_says_how_many_more_there_are(run: Any):
    out = run("tools").out
    assert f"\n{len(USUAL) + 5} tools. w: writes," in out
    assert out.endswith(
        f"\n{63 - len(USUAL)} more can be called, and are not listed: `--toolsets all` lists them, or the names of groups.\n"
    )
    assert len(json.loads(run("tools", "--json").out)) == len(USUAL) + 5


def test_tools_shows_the_three_in_place_of_a_listing(run: Any):
    three = ["tools_search", "tools_call_read", "tools_call_write"]
    out = run("tools", "--catalog").out
    assert [re.findall(r"tools_\w+", line)[0] for line in out.splitlines()[:3]] == three
    assert out.endswith("\n3 tools, which find and call 68 others. w: calls what changes things, with `confirm`.\n")
    entries = json.loads(run("tools", "--catalog", "--json").out)
    assert [(entry["name"], entry["effect"]) for entry in entries] == list(
        zip(three, ("read", "read", "write"), strict=True)
    )
    assert entries[0].keys() == json.loads(run("tools", "--json").out)[0].keys()
    assert len(json.loads(run("tools", "--catalog", "--read-only", "--json").out)) == 2
    assert "leave no tool" in run("tools", "--catalog", "--tools", "users_update", "--read-only").out


def test_tools_tells_what_they_cost(run: Any):
    shown = run("tools", "--cost")
    assert (shown.status, shown.err) == (0, "")
    assert [line.split()[0] for line in shown.out.splitlines()[:4]] == ["toolset", "default", "all", "catalog"]
    told = json.loads(run("tools", "--cost", "--json", "--toolsets", "hooks").out)
    assert set(told) == {"budget", "toolsets", "listed", "tools"}
    assert set(told["toolsets"]) == {"default", "all", "catalog", "account", *(group.name for group in GROUPS)}
    assert told["listed"] == told["toolsets"]["hooks"]
    assert sum(tool["bytes"] for tool in told["tools"].values()) == told["listed"]["bytes"]
    assert told["listed"]["tokens"] == round(told["listed"]["whole"] / 4)
