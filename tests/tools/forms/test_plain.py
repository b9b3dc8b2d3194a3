"""What nobody sees is gone, and what anybody writes stays."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make_tools.forms.plain import has_unseen, plain, plainly
from make_tools.wording import safe

SEEN = {
    "ascii": "Order intake: webhook to Sheets and ERP\n\tsecond line",
    "umlauts": "Bestellungen für Zürich, déjà vu",
    "combining": "e\u0301 a\u0308 \u0e01\u0e33",
    "chinese": "订单同步 葛城",
    "hebrew": "הזמנות",
    "arabic": "طلبات جديدة",
    "persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "hindi": "क\u094d\u200dष र\u094d\u200c",
    "malayalam": "ന\u0d4d\u200d",
    "family": "👨\u200d👩\u200d👧\u200d👦",
    "heart": "❤\ufe0f and ❤\ufe0f\u200d🔥",
    "eye": "👁\ufe0f\u200d🗨\ufe0f",
    "skin": "👩🏽\u200d🚀",
    "keycap": "1\ufe0f\u20e3 #\ufe0f\u20e3",
    "flag": "🇨🇿 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "mongolian": "ᠠ\u180b ᠭ\u180eᠠ",
    "private": "\ue000 \ufffd",
}
HIDDEN = {
    "zero width": ("Or\u200bd\u200de\u200cr\u2060s\ufeff", "Orders"),
    "bidi": ("\u202eeurt\u202c \u2066x\u2069\u200f\u200e\u061c", "eurt x"),
    "tags": ("Orders\U000e0069\U000e0067\U000e006e\U000e007f", "Orders"),
    "tags behind a flag": ("🏴\U000e0069\U000e0067\U000e006e\U000e007f", "🏴"),
    "fillers": ("\u3164\u115fOr\u2800ders\uffa0\u1160", "Orders"),
    "soft hyphen": ("Or\xadders", "Orders"),
    "controls": ("a\x00b\x1b[2Jc\x7f\x9b\r\n\td\x85", "ab[2Jc\n\td"),
    "halves": ("a\ud800b\udfff", "ab"),
    "variation selectors": ("a\ufe0f\ufe00\U000e0100b", "ab"),
    "two on an emoji": ("❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f"),
    "joiners that join nothing": ("👨\u200d\u200d👩\u200d x\u200dy", "👨👩 xy"),
    "a joiner on what is gone": ("a\ufe0f\u200d👩", "a👩"),
    "a joiner between letters that need none": ("a\u200cb \u0e01\u200d\u0e02", "ab \u0e01\u0e02"),
    "grapheme joiner": ("a\u034fb", "ab"),
}
ODD = [*"ab1 \n\t👩❤نक\u094dᠠ🏴", *"\u200b\u200c\u200d\u200e\u202e\ufe0f\ufe0e\u20e3\u180b\xad\U000e0067\U000e007f\u3164\x00", "\ud800"]  # fmt: skip
texts = st.text(st.sampled_from(ODD) | st.characters(), max_size=12)
data: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_visible_writing_stays_and_is_the_same_object(text: str):
    assert plain(text) is text


@pytest.mark.parametrize(("text", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_is_gone(text: str, shown: str):
    assert plain(text) == shown


@given(texts)
def test_it_only_ever_takes_away_and_once_is_enough(text: str):
    shown = plain(text)
    rest = iter(text)
    assert all(character in rest for character in shown)
    assert plain(shown) is shown
    assert all(unicodedata.category(c) not in {"Cc", "Cs"} or c in "\n\t" for c in shown)


@given(texts)
def test_a_look_that_finds_nothing_is_right(text: str):
    assert has_unseen(text) or plain(text) is text
    assert not has_unseen(text) or has_unseen(f"x\n{text}")


@given(texts)
def test_it_leaves_whatever_shows(text: str):
    gone = set(text) - set(plain(text))
    # `safe`, which is stricter, shows none of them either.
    assert all(not safe(character) for character in gone)


def test_data_without_any_of_it_is_the_same_object():
    held = {"id": 5, "names": [*SEEN.values()], "x": {"y": None, "z": [1.5, True]}}
    assert plainly(held) is held


def test_data_is_changed_where_there_is_some_and_nowhere_else():
    kept = {"a": ["b"]}
    held = {"id": 5, "na\u200bme": "Or\xadders", "kept": kept, "list": ["x\u200e", kept]}
    shown: Any = plainly(held)
    assert shown == {"id": 5, "name": "Orders", "kept": kept, "list": ["x", kept]}
    assert shown["kept"] is kept
    assert list(shown) == ["id", "name", "kept", "list"]
    assert held["na\u200bme"] == "Or\xadders"


def test_names_that_look_alike_stay_apart():
    assert plainly({"a": 1, "a\u200b": 2, "a\u200c": 3}) == {"a": 1, "a (2)": 2, "a (3)": 3}
    assert plainly({"a\u200b": 1, "a": 2, "a (2)": 3}) == {"a (3)": 1, "a": 2, "a (2)": 3}


def test_a_name_within_a_flag_is_no_reason_to_change_anything():
    held = {"flag": SEEN["flag"]}
    assert plainly(held) is held


@given(data)
def test_data_keeps_its_form(value: Any):
    shown = plainly(value)
    assert plainly(shown) is shown
    assert form(shown) == form(value)


def form(value: Any) -> Any:
    """Data without its strings."""
    if isinstance(value, dict):
        return [form(item) for item in value.values()]  # pyright: ignore[reportUnknownVariableType]  # any JSON
    if isinstance(value, list):
        return [[form(item)] for item in value]  # pyright: ignore[reportUnknownVariableType]  # any JSON
    return "" if isinstance(value, str) else value


def test_no_depth_is_too_deep_where_nothing_changes():
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert plainly(deep) is deep
