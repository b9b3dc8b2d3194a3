"""Differences in words: what is told, what is left out, and what stays out of a transcript."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from make_tools.previews.differences import Change, Scalar, fields, text
from make_tools.secrets import HIDDEN, looks_secret, without_secrets
from make_tools.wording import LONGEST_NAME, quoted, safe

scalars = st.booleans() | st.integers() | st.floats() | st.text(max_size=120)
names = st.text(st.characters(codec="ascii", categories=["Ll"]), max_size=2)
"""Too short for the name of a secret."""


def holding(names: st.SearchStrategy[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)


values: st.SearchStrategy[Any] = st.recursive(scalars, lambda inner: holding(names, inner), max_leaves=12)
anything: st.SearchStrategy[Any] = st.recursive(
    scalars | st.none(), lambda inner: holding(st.text(), inner), max_leaves=12
)
objects = st.dictionaries(names, values, max_size=4)

INTERVAL = {"type": "indefinitely", "interval": 900}


def change(field: str, now: Scalar, then: Scalar) -> Change:
    return {"field": field, "now": now, "then": then}


@pytest.mark.parametrize(
    ("now", "then", "changes"),
    [
        ({"name": "A"}, {"name": "B"}, [change("name", "A", "B")]),
        ({"name": "A", "id": 1}, {"name": "A"}, []),
        ({}, {"folderId": 5}, [change("folderId", None, 5)]),
        ({"folderId": 5}, {"folderId": None}, [change("folderId", 5, None)]),
        ({}, {"folderId": None}, []),
        ({"s": INTERVAL}, {"s": INTERVAL | {"interval": 60}}, [change("s.interval", 900, 60)]),
        ({"s": INTERVAL}, {"s": {"interval": 60}}, [change("s.interval", 900, 60)]),
        ({"s": None}, {"s": {"type": "once"}}, [change("s.type", None, "once")]),
        ({"s": "x"}, {"s": {"type": "once"}}, [change("s", "x", '{"type": "once"}')]),
        ({"s": INTERVAL}, {"s": {}}, [change("s", '{"interval": 900, "type": "indefinitely"}', "{}")]),
        ({"l": [1, {"a": 2}]}, {"l": [1, {"a": 3}]}, [change("l", '[1, {"a": 2}]', '[1, {"a": 3}]')]),
        ({"l": [1, {"a": 2, "b": 1}]}, {"l": [1.0, {"b": 1, "a": 2}]}, []),
        ({"n": 1}, {"n": 1.0}, []),
        ({"n": 1}, {"n": True}, [change("n", 1, True)]),
        ({"n": 0}, {"n": False}, [change("n", 0, False)]),
        ({"n": 3145728}, {"n": "3145728"}, [change("n", 3145728, "3145728")]),
        ({"n": 2**60}, {"n": 2**60 + 1}, [change("n", str(2**60), str(2**60 + 1))]),
        ({"n": float("nan")}, {"n": float("nan")}, []),
        ({"n": 1}, {"n": float("inf")}, [change("n", 1, "Infinity")]),
        ({"t": "[1]"}, {"t": [1]}, [change("t", '"[1]"', "[1]")]),
    ],
)  # fmt: skip
def test_fields_that_differ_are_told_one_by_one(now: Any, then: Any, changes: list[Change]):
    assert fields(now, then) == changes


def test_what_takes_the_place_of_all_also_removes():
    assert fields({"a": 1, "s": INTERVAL}, {"s": {"type": "once"}}, whole=True) == [
        change("s.type", "indefinitely", "once"),
        change("s.interval", 900, None),
        change("a", 1, None),
    ]
    assert fields({"s": INTERVAL}, {"s": {}}, whole=True) == [
        change("s.type", "indefinitely", None),
        change("s.interval", 900, None),
    ]
    assert fields({"f": {"name": "F"}}, {}, whole=True) == [change("f", '{"name": "F"}', None)]


@pytest.mark.parametrize(
    ("now", "then", "differ"),
    [(3145728, "3145728", False), ("3145728", 3145728, False), (1, "1.0", False), (1, "2", True), (1, "one", True), (True, "1", True)],
)  # fmt: skip
def test_a_number_may_count_as_its_text(now: Any, then: Any, differ: bool):
    assert bool(fields({"n": now}, {"n": then}, texts_as_numbers=True)) is differ


def test_of_long_texts_the_part_that_differs_is_told():
    [told] = fields({"t": "x" * 5000 + "old end"}, {"t": "x" * 5000 + "new end"})
    assert told == change("t", "…" + "x" * 20 + 'old end"', "…" + "x" * 20 + 'new end"')
    [told] = fields({"t": "short"}, {"t": "y" * 500})
    assert told == change("t", "short", quoted("y" * 500))


def test_what_is_added_to_the_end_of_a_line_is_seen():
    [told] = fields({"t": "x" * LONGEST_NAME}, {"t": "x" * LONGEST_NAME + " and forwards everything"})
    assert str(told["then"]).endswith('and forwards everything"')


def test_a_difference_that_nobody_sees_is_spelled_out():
    assert fields({"t": "ab"}, {"t": "ab\u200b"}) == [change("t", '"ab"', '"ab\\u200b"')]
    assert fields({"t": "ab"}, {"t": "ab "}) == [change("t", '"ab"', '"ab "')]
    assert fields({"t": "a b"}, {"t": "a  b"}) == [change("t", '"a b"', '"a  b"')]


def test_foreign_text_stays_one_safe_line():
    [told] = fields({}, {"na\nme\u202e": 'x"\n\u202econfirm=true\u0000'})
    assert told == change("na me", None, '"x\\" confirm=true"')


def test_a_name_of_ten_kilobytes_is_cut():
    [told] = fields({}, {"n" * 10_000: 1})
    assert len(told["field"]) == 120


def test_deep_values_are_told_as_a_whole():
    deep: Any = 1
    other: Any = 2
    for _ in range(20_000):
        deep, other = {"a": deep}, {"a": other}
    [told] = fields({"x": deep}, {"x": other})
    assert told["field"] == ".".join(["x", *"a" * 7])
    assert ' {"a": 1}}}}' in str(told["now"])
    assert ' {"a": 2}}}}' in str(told["then"])


@pytest.mark.parametrize(
    "name",
    [
        "password", "Authorization", "apiKey", "api_key", "API-Key", "APIKEY", "client_secret", "accessToken", "token",
        "authPass", "dbPwd", "credentials", "privateKey", "X-Api-Key", "sessionCookie", "connectionString",
    ],
)  # fmt: skip
def test_a_value_with_the_name_of_a_secret_is_not_shown(name: str):
    now, then = (
        {name: "hunter2", "x": {name: ["hunter2"]}},
        {name: "correct horse", "x": {name: {"a": "correct horse"}}},
    )
    assert fields(now, then) == [change(name, HIDDEN, HIDDEN), change(f"x.{name}", HIDDEN, HIDDEN)]
    assert fields({}, {name: "correct horse"}) == [change(name, None, HIDDEN)]
    assert fields({"l": [now]}, {"l": [then]})[0]["now"] == text([{name: HIDDEN, "x": {name: HIDDEN}}])


@pytest.mark.parametrize(
    "name",
    ["key", "author", "keyboard", "max_tokens", "maxOutputTokens", "apiKeyKeychain", "bypass", "spinner", "auth", "authUser"],
)  # fmt: skip
def test_other_names_are_shown(name: str):
    assert not looks_secret(name)


SECRETS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"headers": {"X-Key": "hunter2"}}, {"headers": {"X-Key": "correct"}}),
    ({"headers": [{"name": "key", "value": "hunter2"}]}, {"headers": [{"name": "key", "value": "correct"}]}),
    ({"calls": [{"headers": {"X-Key": "hunter2"}}]}, {"calls": [{"headers": {"X-Key": "correct"}}]}),
    ({"qs": [{"name": "auth", "value": "hunter2"}]}, {"qs": []}),
    ({"body": [{"key": "api_key", "value": "hunter2"}]}, {"body": [{"key": "api_key", "value": "correct"}]}),
    ({"one": {"name": "Authorization", "value": "hunter2"}}, {"one": {"name": "Authorization", "value": "correct"}}),
    ({"f": [[{"a": "{{1.token}}", "o": "text:equal", "b": "hunter2"}]]}, {"f": [[]]}),
    ({"url": "https://x.test/?a=1&api_key=hunter2"}, {"url": "https://x.test/?a=1&api_key=correct"}),
    ({"url": "https://me:hunter2@x.test/"}, {"url": "https://me:correct@x.test/"}),
    ({"url": "https://hook.eu1.make.com/hunter2"}, {"url": "https://hook.eu1.make.com/correct"}),
    ({"to": "hunter2@hook.eu1.make.com"}, {"to": "correct@hook.eu1.make.com"}),
    ({"body": '{"user": "me", "password": "hunter2"}'}, {"body": '{"user": "me", "password": "correct"}'}),
    ({"body": '"{\\"password\\": \\"hunter2\\"}"'}, {"body": '"{\\"password\\": \\"correct\\"}"'}),
    ({"text": "Authorization: Bearer hunter2"}, {"text": "Authorization: Bearer correct"}),
    ({"text": "Bearer abc/hunter2="}, {"text": "Bearer abc/correct="}),
    ({"text": "use sk-abcdefghijklmnop-hunter2"}, {"text": "use sk-abcdefghijklmnop-correct"}),
    ({"text": "eyJhbGciOiJIUzI1NiJ9.hunter2.x"}, {"text": "eyJhbGciOiJIUzI1NiJ9.correct.x"}),
    ({"text": "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END"}, {"text": "-----BEGIN PRIVATE KEY-----correct"}),
]


@pytest.mark.parametrize(("now", "then"), SECRETS)
def test_secrets_within_lists_and_texts_are_not_shown(now: Any, then: Any):
    [told] = fields(now, then)
    assert HIDDEN in str(told["now"])
    assert "hunter2" not in json.dumps(told)
    assert "correct" not in json.dumps(told)


@pytest.mark.parametrize(
    "harmless",
    ["Basic plan of the customer", "A token of our thanks", "{{1.value}}", "https://www.example.com/a:b/c", "sk-short", "Bearer {{1.x}}"],
)  # fmt: skip
def test_harmless_texts_stay_as_they_are(harmless: str):
    assert without_secrets(harmless) == harmless


def test_no_null_or_boolean_is_hidden():
    assert fields({"shareCookies": None}, {"shareCookies": True}) == [change("shareCookies", None, True)]


@given(objects, objects)
@settings(deadline=None)
def test_something_is_told_exactly_where_something_differs(now: dict[str, Any], then: dict[str, Any]):
    assert bool(fields(now, then, whole=True)) is (text(now) != text(then))


@given(anything)
@settings(deadline=None)
def test_nothing_differs_from_itself(value: Any):
    assert fields({"v": value}, {"v": value}) == []
    assert fields({"v": value}, {"v": value}, whole=True) == []


@given(objects, objects)
@settings(deadline=None)
@example({"a": "x" * 90 + "\u200b"}, {"a": "x" * 90 + "\u200c"})
@example(
    {"a": "x" * 90 + "\U0001f600\U0001f600\U0001f600\U0001f600 "},
    {"a": "x" * 90 + "\U0001f600\U0001f600\U0001f600\U0001f600"},
)
@example({"a": "\ud800"}, {"a": "\udfff"})
@example({"a": 10**5000}, {"a": 10**5000 + 1})
def test_now_and_then_never_read_alike(now: dict[str, Any], then: dict[str, Any]):
    for told in fields(now, then, whole=True):
        assert json.dumps(told["now"]) != json.dumps(told["then"])


@given(holding(st.text(), anything), holding(st.text(), anything), st.booleans(), st.booleans())
@settings(deadline=None)
def test_whatever_comes_short_safe_lines_of_json_come_out(now: Any, then: Any, whole: bool, as_numbers: bool):
    for told in fields({"a": now}, {"a": then}, whole=whole, texts_as_numbers=as_numbers):
        json.dumps(told, allow_nan=False).encode()
        for value in told.values():
            if isinstance(value, str):
                assert len(value) <= 120
                assert "\n" not in value
                assert safe(value, 120) == " ".join(value.split())
