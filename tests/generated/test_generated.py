"""What is generated from the catalogue is what stands in the repository. `pytest --accept` writes it anew."""

import json

import pytest
from tests.conftest import ROOT, Accepted
from tests.generated.documents import (
    TOOLS,
    as_json,
    between_markers,
    listing,
    manifest,
    nginx_reads,
    previews_table,
    readme_table,
    settings_table,
    tools_document,
)

from make_mcp.recipes import AnyTool

SNAPSHOTS = ROOT / "tests" / "generated" / "snapshots"


@pytest.mark.parametrize("record", TOOLS, ids=lambda record: record.name)
def test_the_listing_of_a_tool_changes_only_on_purpose(record: AnyTool, accepted: Accepted):
    accepted(SNAPSHOTS / f"{record.name}.json", as_json(listing(record)))


def test_no_snapshot_is_left_of_a_tool_that_is_gone():
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == {record.name for record in TOOLS}


def test_the_tool_table_of_the_readme_is_up_to_date(accepted: Accepted):
    path = ROOT / "README.md"
    accepted(path, between_markers(path.read_text(encoding="utf-8"), "tools", readme_table()))


def test_the_settings_table_of_the_readme_is_up_to_date(accepted: Accepted):
    path = ROOT / "README.md"
    accepted(path, between_markers(path.read_text(encoding="utf-8"), "settings", settings_table()))


def test_the_table_of_previews_is_up_to_date(accepted: Accepted):
    path = ROOT / "docs" / "safety.md"
    accepted(path, between_markers(path.read_text(encoding="utf-8"), "previews", previews_table()))


def test_the_tool_pages_are_up_to_date(accepted: Accepted):
    accepted(ROOT / "docs" / "tools.md", tools_document())


def test_what_nginx_may_send_again_is_up_to_date(accepted: Accepted):
    accepted(ROOT / "deploy" / "nginx-reads.conf", nginx_reads())


def test_the_manifest_is_up_to_date(accepted: Accepted):
    accepted(ROOT / "manifest.json", as_json(manifest()))


def test_what_the_manifest_names_exists():
    # The bundle's own validator checks neither of these.
    held = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    assert (ROOT / held["server"]["entry_point"]).is_file()
    assert (ROOT / held["icon"]).is_file()
    placeholders = {
        value.removeprefix("${user_config.").removesuffix("}") for value in held["server"]["mcp_config"]["env"].values()
    }
    assert placeholders == set(held["user_config"])
    assert all("default" in option for option in held["user_config"].values())
    assert not set(held["display_name"]) & set("&()")
