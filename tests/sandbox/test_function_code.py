"""The code of `/functions`: what is taken for one, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import CARE, NOWHERE, Door

CODE = 'function shout(text) { return text.toUpperCase() + "!"; }'
NEW: dict[str, Any] = {"name": "shout", "description": "Makes it loud.", "code": CODE}


async def add(make: Door, change: dict[str, Any] | None = None, status: int = 200) -> Any:
    return await make.post(f"/functions?teamId={CARE}", NEW | (change or {}), status)


@pytest.mark.parametrize(
    ("source", "args"),
    [
        ("f()", "()"),
        ("f( a,b )", "(a, b)"),
        ("f(a = [1, 2], ...rest)", "(a = [1, 2], ...rest)"),
        ("f({a, b} = {}, /* why */ c)", "({a, b} = {}, c)"),
    ],
)
async def test_the_arguments_come_from_the_code(make: Door, source: str, args: str) -> None:
    code = f"function {source} {{ return 1; }}"
    assert (await add(make, {"name": "f", "code": code}))["function"]["args"] == args


@pytest.mark.parametrize("name", ["for", "1st", "two words", "snake_case", "", "clamp-score", "élan"])
async def test_a_name_is_letters_and_digits_and_no_word_of_the_language(make: Door, name: str) -> None:
    code = f"function {name}(text) {{ return text; }}"
    assert (await add(make, {"name": name, "code": code}, 400))["code"] == "IM005"


async def test_the_name_has_to_be_the_one_in_the_code(make: Door) -> None:
    refusal = await add(make, {"name": "whisper"}, 400)
    assert refusal["code"] == "IM005"
    assert "'shout'" in refusal["detail"]
    assert (await make.get(f"/functions?teamId={CARE}"))["functions"] == []


GOOD = (
    CODE,
    "function f(input) { return input }",
    "// what it is for\nfunction f(a, b) {\n  /* { ( [ */\n  return a + b // )\n}\n",
    "function f(a) { return `${a}, ${a.map(x => `<${x}>`).join('')} and } {`; }",
    "function f(a) { return a.replace(/[/\"'{(]+/g, '') / 2; }",
    "function f(a) { return a / 2 + (a) / 3; }",
    'function f(a) { return "it\\"s {" + \'a "(" b\'; }',
    "function f(xs) { const out = []\n for (const x of xs) out.push({x, y: x ?? 0})\n return out }",
    "function f(x) { switch (x) { case 1: return 'a'; default: } let y = x++; return typeof y === 'number' ? y : -1; }",
    "function f(o) { const {a, ...rest} = o; return rest?.b?.[0] ?? [...a, 1e3, .5, 0xFF]; };",
    "function größe(ü) { return ü; }",
    "function f(s) { return String.raw`a\\b` + new Date(s).getTime(); }",
    "function f(o) { for (const k in o) if (k instanceof Object) delete o[k]; return class A { get x() { return 1 } } }",
)


@pytest.mark.parametrize("code", GOOD)
async def test_good_code_is_found_good(make: Door, code: str) -> None:
    assert await make.post(f"/functions/eval?teamId={CARE}", {"code": code}) == {"success": True, "error": None}


BAD = (
    "",
    "   // nothing\n",
    "return 1;",
    "const f = (x) => x;",
    "async function f(x) { return x; }",
    "function (x) { return x; }",
    "function f x) { return x; }",
    "function f(x)",
    "function f(x) return x;",
    "function for(x) { return x; }",
    "function* f(x) { yield x; }",
    "function f(x) { return x; ",
    "function f(x) { return x; }}",
    "function f(x) { return (x]; }",
    'function f(x) { return "x; }',
    "function f(x) { return 'a\nb'; }",
    "function f(x) { return `x; }",
    "function f(x) { return `${x; }",
    "function f(x) { /* return x; }",
    "function f(x) { return x * ; }",
    "function f(x) { retrun x; }",
    "function f(x) { return x 2; }",
    "function f(x) { return 1; } function g() {}",
    "function f(x) { return 1; } f(2)",
    "function f(x) { return x \\ 2; }",
    "not code at all",
)


@pytest.mark.parametrize("code", BAD)
async def test_bad_code_is_found_bad(make: Door, code: str) -> None:
    answer = await make.post(f"/functions/eval?teamId={CARE}", {"code": code})
    assert set(answer) == {"success", "error"}
    assert answer["success"] is False
    assert answer["error"].startswith("SyntaxError: ")
    refusal = await add(make, {"name": "f", "code": code}, 400)
    assert (refusal["code"], refusal["detail"]) == ("IM005", answer["error"])


async def test_a_check_keeps_nothing_and_needs_the_code(make: Door) -> None:
    await make.post(f"/functions/eval?teamId={CARE}", {"code": CODE})
    assert (await make.get(f"/functions?teamId={CARE}"))["functions"] == []
    await make.post(f"/functions/eval?teamId={CARE}", {}, 400)
    await make.post("/functions/eval", {"code": CODE}, 400)
    await make.post(f"/functions/eval?teamId={NOWHERE}", {"code": CODE}, 403)


async def test_a_check_needs_the_right_to_write(make: Door) -> None:
    body = {"label": "Reader", "scope": ["functions:read"]}
    token = (await make.post("/users/me/api-tokens", body))["apiToken"]["token"]
    make.client.headers["authorization"] = f"Token {token}"
    await make.get(f"/functions?teamId={CARE}")
    await make.post(f"/functions/eval?teamId={CARE}", {"code": CODE}, 403)
    await make.get(f"/keys?teamId={CARE}", 403)
