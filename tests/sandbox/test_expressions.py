"""The expressions of blueprints: what they mean, and what becomes of those that mean nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from make_sandbox.mapping.budget import Budget
from make_sandbox.mapping.expressions import evaluate, render
from make_sandbox.mapping.nodes import UNKNOWN, Scope
from make_sandbox.mapping.values import TooLarge, Unknown

BUNDLE: dict[str, Any] = {
    "name": "John Doe",
    "email": "JOHN@EXAMPLE.COM",
    "count": 3,
    "price": "2.5",
    "paid": True,
    "nothing": None,
    "blank": "",
    "0": "first column",
    "first name": "John",
    "data": {"items": [{"x": "a", "n": 1}, {"x": "b", "n": 2}], "tags": ["red", "blue"]},
}
SCOPE = Scope(
    bundles={"1": BUNDLE, "2": UNKNOWN, "3": {"known": 1, "hidden": UNKNOWN}, "12": {"name": "twelve"}},
    variables={"input": {"name": "Ann", "amount": 5}},
    now=datetime(2026, 4, 14, 12, 0, 5, tzinfo=UTC),
)


def value(text: Any) -> Any:
    return evaluate(text, dataclasses.replace(SCOPE, budget=Budget()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no expression", "no expression"),
        ("", ""),
        ("{{1.name}}", "John Doe"),
        ("{{ 1.name }}", "John Doe"),
        ("{{12.name}}", "twelve"),
        ("{{1.count}}", 3),
        ("{{1.paid}}", True),
        ("{{1.`0`}}", "first column"),
        ("{{1.`first name`}}", "John"),
        ("{{1.data.items[1].x}}", "a"),
        ("{{1.data.items[2].x}}", "b"),
        ("{{1.data.items[].x}}", "a"),
        ("{{1.data.items[-1].x}}", "b"),
        ("{{1.data.tags}}", ["red", "blue"]),
        ("{{1}}", BUNDLE),
        ("{{7}}", 7),
        ("{{var.input.name}}", "Ann"),
        ("Hello, {{var.input.name}}!", "Hello, Ann!"),
        ("{{1.name}} has {{1.count}}", "John Doe has 3"),
        ("{{1.data.tags}} there", "red, blue there"),
        ("{{3.known}}", 1),
        ("{{now}}", "2026-04-14T12:00:05.000Z"),
    ],
)
def test_references_find_values_and_texts_are_joined(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{1.missing}}",
        "{{1.missing.deeper}}",
        "{{1.name.deeper}}",
        "{{1.data.items[3].x}}",
        "{{1.data.items[0].x}}",
        "{{9.name}}",
        "{{somewhere.else}}",
        "{{var.input.missing}}",
        "{{null}}",
        "{{}}",
        "{{1.}}",
        "{{lower(}}",
        "{{1.name +}}",
        "{{lower()}}",
        "{{lower(1.name; 2; 3)}}",
        "{{1.name * 2}}",
        "{{1 / 0}}",
        f"{{{{{'(' * 500}1{')' * 500}}}}}",
    ],
)
def test_what_is_not_there_or_cannot_be_read_is_null(text: str) -> None:
    assert value(text) is None
    assert value(f"<{text}>") == "<>"


@pytest.mark.parametrize("text", ["{{1.name", "a { b } c", "}} {{", "{{1.name}", '{{"open}}'])
def test_braces_that_do_not_close_are_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('ifempty(1.blank; "x")', "x"),
        ('ifempty(1.nothing; 1.blank; "last")', "last"),
        ('ifempty(1.name; "x")', "John Doe"),
        ('if(1.count > 2; "many"; "few")', "many"),
        ('if(1.count > 5; "many"; "few")', "few"),
        ('if(1.count > 5; "many")', None),
        ('switch(1.count; 2; "two"; 3; "three"; "other")', "three"),
        ('switch(1.name; 2; "two"; "other")', "other"),
        ("lower(1.email)", "john@example.com"),
        ("upper(1.name)", "JOHN DOE"),
        ('capitalize("two words")', "Two words"),
        ('trim("  x ")', "x"),
        ("length(1.name)", 8),
        ("length(1.data.items)", 2),
        ("substring(1.name; 0; 4)", "John"),
        ("substring(1.name; 5)", "Doe"),
        ('replace(1.name; "Doe"; "Roe")', "John Roe"),
        ('join(1.data.tags; " and ")', "red and blue"),
        ('split("a,b,c"; ",")', ["a", "b", "c"]),
        ("first(1.data.tags)", "red"),
        ("last(1.data.tags)", "blue"),
        ('get(1.data; "items.2.x")', "b"),
        ("get(1.data.tags; 2)", "blue"),
        ('map(1.data.items; "x")', ["a", "b"]),
        ('map(1.data.items; "x"; "n"; "2")', ["b"]),
        ('add(1.data.tags; "green")', ["red", "blue", "green"]),
        ("sum(1; 2; 3.5)", 6.5),
        ('sum(map(1.data.items; "n"))', 3),
        ("round(2.5)", 3),
        ("floor(2.9)", 2),
        ("ceil(2.1)", 3),
        ('parseNumber("1,234.5")', 1234.5),
        ('parseNumber("1.234,5"; ",")', 1234.5),
        ("toString(1.count)", "3"),
        ('formatDate(now; "YYYY-MM-DD HH:mm:ss")', "2026-04-14 12:00:05"),
        ('formatDate("2026-01-02T03:04:05Z"; "D.M.YY [at] H")', "2.1.26 at 3"),
        ('formatDate("2026-01-02T23:00:00Z"; "DD"; "Europe/Prague")', "03"),
        ('formatDate("yesterday"; "YYYY")', None),
        ('contains(1.name; "Doe")', True),
        ('lower(if(1.paid; "YES"; "NO"))', "yes"),
    ],
)
def test_functions(expression: str, expected: Any) -> None:
    assert value(f"{{{{{expression}}}}}") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("7 / 2", 3.5),
        ("7 % 4", 3),
        ("-1.count", -3),
        ("1.count * 1.price", 7.5),
        ("1.count + 1.price", 5.5),
        ('1.`first name` + " " + 1.count', "John 3"),
        ('1.`first name` " " 1.count', "John 3"),
        ("1.count = 3", True),
        ('1.count = "3"', True),
        ("1.name = 3", False),
        ("1.name != 3", True),
        ("1.blank = 1.nothing", True),
        ("1.count >= 3 & 1.paid = true", True),
        ("1.count < 3 | 1.paid = true", True),
        ("1.count <= 2 | 1.paid = false", False),
        ('"b" > "a"', True),
        ("1.nothing > 1", False),
        ("'single' + \"double\"", "singledouble"),
        (r'"a \"quoted\" text"', 'a "quoted" text'),
        ('"closing }} braces"', "closing }} braces"),
    ],
)
def test_operators(expression: str, expected: Any) -> None:
    assert value(f"{{{{{expression}}}}}") == expected


def test_objects_and_lists_are_evaluated_inside() -> None:
    given = {"a": ["{{1.count}}", {"b": "x{{1.count}}"}], "c": 5, "d": None}
    assert value(given) == {"a": [3, {"b": "x3"}], "c": 5, "d": None}


@pytest.mark.parametrize(
    "text",
    [
        "{{2.anything}}",
        "Hello {{2.name}}",
        "{{2}}",
        "{{3}}",
        "{{3.hidden}}",
        "{{3.hidden.deeper}}",
        "{{lower(2.name)}}",
        "{{1.name + 2.name}}",
        "{{ownFunction(1.name)}}",
        '{{replace(1.name; "/o+/g"; "")}}',
        '{{if(2.x = 1; "a"; "b")}}',
    ],
)
def test_what_an_app_would_answer_is_unknown(text: str) -> None:
    with pytest.raises(Unknown):
        value(text)
    with pytest.raises(Unknown):
        value({"deep": [text]})


def test_a_branch_that_is_not_taken_may_be_unknown() -> None:
    assert value('{{if(1.count = 3; "known"; 2.x)}}') == "known"
    assert value("{{ifempty(1.name; 2.x)}}") == "John Doe"
    assert value("{{1.count = 4 & 2.x = 1}}") is False


def test_an_answer_leaves_out_what_is_unknown() -> None:
    assert render("Hello {{2.name}}, {{1.count}}", SCOPE) == "Hello , 3"
    assert render("{{2.name}}", SCOPE) is None


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 50_000,
        "{{" + '\\"' * 50_000,
        "{{" + "1.a+" * 50_000 + "}}",
        "{{" + "lower(" * 1_000 + ")" * 1_000 + "}}",
        "{{" + "9" * 5_000 + "}}",
        "{{" + "9" * 90 + ("*" + "9" * 90) * 50 + "}}",
        '{{replace(replace(replace("' + "a" * 2_000 + '"; "a"; "' + "a" * 900 + '"); "a"; "' + "a" * 900 + '"); "a"; "b")}}',
        "{{formatDate(now; 1.count; \"../../etc/passwd\")}}",
    ],
)  # fmt: skip
def test_hostile_texts_come_to_an_end_and_stay_small(text: str) -> None:
    with contextlib.suppress(Unknown, TooLarge):
        assert len(json.dumps(value(text), allow_nan=False)) < 1_000_100
