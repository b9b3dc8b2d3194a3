"""Any answer fits, and says what it lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make_mcp.shaping.fitting import fitted

SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=200)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=20), inner, max_size=30)
)


def size(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=30), st.integers(2000, 6000))
def test_whatever_it_is_it_fits(data: dict[str, Any], most: int):
    shown = fitted(data, most)
    assert size(shown) <= most
    if size(data) <= most:
        assert shown is data
    else:
        assert "Cut at" in shown["note"]


LARGE: dict[str, dict[str, Any]] = {
    "a list": {"id": 5, "rows": [{"n": n, "text": "x" * 50} for n in range(3000)]},
    "a text": {"id": 5, "text": "€" * 100_000},
    "thousands of keys": {"id": 5, "all": {f"key {n}": n for n in range(30_000)}},
    "thousands of keys at the top": {f"key {n}": n for n in range(30_000)},
    "one item that is too large": {"id": 5, "rows": [{"body": "y" * 200_000}]},
    "lists in lists": {"id": 5, "rows": [[list(range(50))] * 50] * 50},
    "a deep one": {"id": 5, "a": json.loads('{"a":' * 150 + '"' + "z" * 50_000 + '"' + "}" * 150)},
}


@pytest.mark.parametrize("what", LARGE)
def test_what_is_small_stays_and_what_was_left_out_is_named(what: str):
    data = LARGE[what]
    shown = fitted(data, 25_000, "Ask for less.")
    assert size(shown) <= 25_000
    assert shown.get("id") == data.get("id")
    assert shown["note"].startswith("Cut at 25,000 bytes: ")
    assert shown["note"].endswith("Ask for less.")
    assert len(shown["note"]) < 800
    # Most of the room is used.
    assert size(shown) > 10_000 or what == "a deep one"


def test_a_note_of_ours_is_kept():
    assert fitted({"note": "Mind this.", "text": "x" * 5000}, 2000)["note"].startswith("Mind this. Cut at")


def test_a_list_loses_its_end_and_says_how_much():
    shown = fitted({"rows": list(range(10_000))}, 2000)
    assert shown["rows"] == list(range(len(shown["rows"])))
    assert f"rows shows {len(shown['rows'])} of 10,000" in shown["note"]
