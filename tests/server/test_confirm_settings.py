"""The settings of the gate: what does not fit stops the start, and is said."""

from pathlib import Path

import pytest
from tests.server.network import MAKE_KEY

from make_mcp.callers import open_caller
from make_mcp.cli import USAGE_ERROR, main
from make_mcp.settings import SettingsError, load

KEY = "a key of forty characters, or about so.."


async def problem(**flags: object) -> str:
    """Why a server with these settings does not start."""
    with pytest.raises(SettingsError) as error:
        async with open_caller(load({**MAKE_KEY, **flags})):
            pass
    return str(error.value)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_key_and_a_store_belong_together(tmp_path: Path):
    for flags in ({"confirm_key": KEY.replace(" ", "-")}, {"confirm_store": str(tmp_path / "used")}):
        told = await problem(**flags)
        assert "MAKE_MCP_CONFIRM_KEY" in told
        assert "MAKE_MCP_CONFIRM_STORE belong together" in told


async def test_a_short_key_is_refused_where_it_stands(tmp_path: Path):
    store = str(tmp_path / "used")
    file = tmp_path / "key"
    file.write_text("short")
    assert "the key of MAKE_MCP_CONFIRM_KEY is too short" in await problem(confirm_key="short", confirm_store=store)
    told = await problem(confirm_key_file=str(file), confirm_store=store)
    assert "the key of MAKE_MCP_CONFIRM_KEY_FILE is too short: give at least 32 characters" in told
    assert names(tmp_path) == ["key"]


async def test_one_key_has_one_source(tmp_path: Path):
    told = await problem(
        confirm_key="k" * 40, confirm_key_file=str(tmp_path / "key"), confirm_store=str(tmp_path / "used")
    )
    assert "MAKE_MCP_CONFIRM_KEY and MAKE_MCP_CONFIRM_KEY_FILE are both set" in told


async def test_a_store_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path):
    other = tmp_path / "other"
    other.write_text("something else, and long enough to be looked at by whoever reads the header of a database" * 3)
    key = {"confirm_key": "k" * 40}
    for store, why in (
        (tmp_path, "directory"),
        (tmp_path / "nowhere" / "used", "No such file"),
        (other, "it is no store of make-mcp"),
    ):
        told = await problem(**key, confirm_store=str(store))
        assert "MAKE_MCP_CONFIRM_STORE names" in told
        assert why in told
        assert "nothing was started" in told


def test_a_key_has_no_flag_and_the_variable_is_named(capsys: pytest.CaptureFixture[str]):
    assert main(["--confirm-key", "x", "tools"]) == USAGE_ERROR
    assert "set MAKE_MCP_CONFIRM_KEY, or give --confirm-key-file" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["STRICT", "off", "none", "auto", "true"])
def test_a_policy_that_does_not_exist_stops_the_start(policy: str, capsys: pytest.CaptureFixture[str]):
    assert main(["--confirm", policy, "tools"]) == USAGE_ERROR
    assert "MAKE_MCP_CONFIRM (--confirm) takes 'standard', 'strict' or 'human'" in capsys.readouterr().err


def test_config_says_where_a_policy_leaves_nothing_to_write(capsys: pytest.CaptureFixture[str]):
    for client, warned in (("claude-desktop", True), ("cursor", False)):
        assert main(["config", client, "--confirm", "human"]) == 0
        out, err = capsys.readouterr()
        assert "MAKE_MCP_CONFIRM" in out
        assert ("nothing can be changed from there" in err) is warned


def test_a_flag_between_the_arguments_of_a_call_is_told_its_place(capsys: pytest.CaptureFixture[str]):
    assert main(["call", "scenarios_delete", "--sandbox", "scenarioId=5"]) == USAGE_ERROR
    assert "flags stand before the tool's name, or after all its arguments" in capsys.readouterr().err
