"""Answers that are not what they should be: one typed error each, short and safe, and the server goes on."""

import json
from typing import Any

import pytest
from tests.server.faults.calls import (
    HIDDEN,
    LETTERS,
    READ,
    READS,
    RUN,
    START,
    Call,
    is_short_and_safe,
    is_whole,
    says_unknown,
    told,
)
from tests.server.faults.manners import answer, keep_open, raw
from tests.server.faults.upstream import Upstream
from tests.server.network import ENDPOINTS, calling

KIND = "application/json"
PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome back" + "<p>x</p>" * 5000

# Body, content type: 200 with each of these is no answer of Make.
BAD: dict[str, tuple[bytes, str]] = {
    "a page": (PAGE.encode(), "text/html; charset=utf-8"),
    "a page that says it is JSON": (PAGE.encode(), KIND),
    "a page in other letters": (PAGE.encode("utf-16"), "text/html; charset=utf-16"),
    "nothing": (b"", KIND),
    "blanks": (b"  \r\n ", KIND),
    "null": (b"null", KIND),
    "a list": (b'[{"id":5}]', KIND),
    "a text": (b'"ok"', KIND),
    "a number": (b"42", KIND),
    "true": (b"true", KIND),
    "a word": (b"OK", "text/plain"),
    "not a number": (b'{"id":NaN}', KIND),
    "infinity": (b'{"a":[Infinity,-Infinity]}', KIND),
    "a key given twice": (b'{"id":5,"id":6}', KIND),
    "a key given twice inside": (b'{"scenario":{"id":5,"name":"a","id":6}}', KIND),
    "truncated": (b'{"scenarios":[{"id":5},', KIND),
    "truncated in a letter": ('{"name":"ä'.encode()[:-1], KIND),
    "two answers": (b'{"a":1}{"b":2}', KIND),
    "a comma too many": (b'{"a":1,}', KIND),
    "single quotes": (b"{'a': 1}", KIND),
    "Latin letters of one byte": ('{"name":"Café"}'.encode("latin-1"), "application/json; charset=iso-8859-1"),
    "UTF-16": ('{"name":"Orders"}'.encode("utf-16"), "application/json; charset=utf-16"),
    "bytes that are no text": (b"\xff\xfe\x00\x80" * 50, "application/octet-stream"),
    "letters that hide": (LETTERS.encode() + b"<html>", "text/html"),
    "a charset that nobody knows": (b"<html>", "text/html; charset=klingon-8"),
    "a type of 10 kB": (b"<html>", "text/html" + "x" * 10_000),
    "deep": (b"[" * 1_000_000, KIND),
    "deep in order": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, KIND),
    "deeper than clients read": (b'{"a":' * 300 + b"1" + b"}" * 300, KIND),
}  # fmt: skip

# 200 with an error inside.
ERRORS: dict[str, tuple[Any, str]] = {
    "an error as an object": ({"error": {"name": "Error", "message": "Entity is locked", "stack": HIDDEN}}, "Entity is locked"),
    "an error as text": ({"error": "Entity is locked"}, "Entity is locked"),
    "an error beside data": ({"scenario": {"id": 5}, "error": {"message": "Entity is locked"}}, "Entity is locked"),
    "an error without words": ({"error": True}, "200"),
    "an error with a debug block": ({"error": {"message": "m"}, "debug": {"stack": HIDDEN}}, "200"),
}  # fmt: skip


def shown_of(text: str) -> str:
    """What is quoted of the answer."""
    return text.partition('"')[2].rpartition('"')[0]


@pytest.mark.parametrize("call", READS, ids=str)
@pytest.mark.parametrize("form", BAD)
async def test_an_answer_that_is_none_is_a_typed_error(call: Call, form: str):
    """F19: 200 with a page, nothing, null, a list, NaN, keys twice, another charset, half of it. F26: nested too deep."""
    body, kind = BAD[form]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer(body, content_type=kind))
        text = is_short_and_safe(await call.by(caller), call)
        assert "200" in text
        assert "stumbled" not in text, "it is known for what it is"
        assert len(shown_of(text)) <= 200
        assert "may have taken effect" not in text
        # Nothing says that it will be better the next time.
        assert len(upstream.arrived) == 1
        upstream.on(call.path, answer({"a": 1}))
        assert is_whole(await call.by(caller)) == {"a": 1}


@pytest.mark.parametrize("call", [START, RUN], ids=str)
@pytest.mark.parametrize("form", BAD)
async def test_a_write_with_such_an_answer_may_have_taken_effect(call: Call, form: str):
    """F19: it is sent once, and the tool that tells is named."""
    body, kind = BAD[form]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(body, content_type=kind))
        text = is_short_and_safe(await call.by(caller), call)
        assert "may have taken effect" in text
        assert ENDPOINTS[call.tool].truth in text
        assert "othing was changed" not in text
        assert len(upstream.writes) == 1


@pytest.mark.parametrize("form", ERRORS)
@pytest.mark.parametrize("call", [READ, START], ids=str)
async def test_an_error_inside_a_success_is_an_error(call: Call, form: str):
    """F19: 200 with an error body."""
    body, words = ERRORS[form]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, answer(body))
        text = is_short_and_safe(await call.by(caller), call)
        assert words in text
        assert len(upstream.arrived) == 1


async def test_no_content_is_a_success_of_a_write():
    """F19: 204 is how Make says that there is nothing to say."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(raw(b"HTTP/1.1 204 No Content\r\n\r\n"))
        assert is_whole(await START.by(caller)) == {}


@pytest.mark.parametrize("status", [201, 202, 203])
async def test_other_statuses_of_success_are_read_like_200(status: int):
    """F19: 201 and 202 come from Make too."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer({"a": 1}, status), answer(b"<html>", status, content_type="text/html"))
        assert is_whole(await START.by(caller)) == {"a": 1}
        assert str(status) in is_short_and_safe(await START.by(caller), START)


@pytest.mark.parametrize(
    "kind", [KIND, "application/json; charset=UTF-8", "text/plain", "text/html", "", "application/vnd.api+json"]
)
async def test_an_answer_is_judged_by_what_it_is_and_not_by_its_name(kind: str):
    """F19: the JSON counts, whatever type it claims."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer('{"name":"Café €"}'.encode(), content_type=kind))
        assert is_whole(await READ.by(caller)) == {"name": "Café €"}


@pytest.mark.parametrize("status", [403, 404, 503])
@pytest.mark.parametrize("form", [form for form in BAD if form != "deep in order"])
async def test_an_error_that_is_no_json_is_short_and_safe_too(status: int, form: str):
    """F19: the page of whatever stands in between."""
    body, kind = BAD[form]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(body, status, content_type=kind))
        text = told(await START.by(caller), START)
        assert f"answered {status}" in text
        assert text.isprintable()
        assert len(text) < 1500
        assert len(upstream.writes) == 1


CLOUDFLARE = [
    (b"error code: 1010", "text/plain"),
    (b"<html><title>Access denied</title>Error 1010 Ray ID: 8a9</html>", "text/html"),
    (json.dumps({"title": "Error 1010: Access denied", "status": 403, "error_code": 1010}).encode(), KIND),
]


@pytest.mark.parametrize(("body", "kind"), CLOUDFLARE)
async def test_the_network_in_front_of_make_is_told_from_make(body: bytes, kind: str):
    """F19: Cloudflare's 1010: not a matter of rights, and not of the call."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer(body, 403, content_type=kind))
        for call in (READ, START):
            text = told(await call.by(caller), call)
            assert "network in front of Make" in text
            assert "scenarios:write" not in text
            assert "may have taken effect" not in text
        assert len(upstream.arrived) == 2


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_a_debug_block_is_not_passed_on(status: int):
    """F19: it holds paths, queries and sometimes keys."""
    hidden = {"debug": {"stack": HIDDEN, "sql": HIDDEN}, "stack": HIDDEN, "trace": [HIDDEN]}
    body = {"message": "Oops", "code": "IM001", **hidden}
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer(body, status))
        for call in (READ, START):
            text = told(await call.by(caller), call)
            assert f'{status} IM001: "Oops".' in text
            assert HIDDEN not in text


# ---- F26: JSON that is right, and absurd


ABSURD: dict[str, bytes] = {
    "an integer of 5,000 digits": b'{"id":' + b"7" * 5000 + b"}",
    "half a character": b'{"name":"half \\ud83d here"}',
    "half a character as a key": b'{"\\udc00":1}',
    "100,000 keys": b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
    "a number beyond all": b'{"a":1e999}',
    "a number with many places": b'{"a":0.' + b"1" * 10_000 + b"}",
    "a list in a list": b'{"a":' + b"[" * 190 + b"]" * 190 + b"}",
    "a text of 4 MB": b'{"a":"' + b"\\u00e9" * 600_000 + b'"}',
    "200,000 empty lists": b'{"a":[' + b",".join([b"[]"] * 200_000) + b"]}",
}


@pytest.mark.parametrize("form", ABSURD)
async def test_absurd_json_is_data_or_an_error_and_no_crash(form: str):
    """F26: the server is alive after it, and text and structure agree."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, answer(ABSURD[form]))
        for call in (READ, START):
            outcome = await call.by(caller)
            if outcome.is_error:
                is_short_and_safe(outcome, call)
            else:
                is_whole(outcome)
                outcome.text.encode()
        upstream.on(None, answer({"a": 1}))
        assert is_whole(await READ.by(caller)) == {"a": 1}


# ---- F27: more than a model can read


async def test_a_long_answer_is_cut_at_an_item_and_says_so():
    """F27: not in silence."""
    scenarios = [{"id": n, "name": f"Orders € {n} " + "x" * 80, "isActive": n % 2 == 0} for n in range(20_000)]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on("/scenarios", answer({"scenarios": scenarios}))
        outcome = is_whole(await caller.call("scenarios_list", {"teamId": 22, "limit": 20_000}))
        shown = len(outcome["scenarios"])
        assert outcome["scenarios"] == scenarios[:shown]
        assert outcome["more"]
        assert f"{shown} of the 20,000" in outcome["note"]


# ---- F19: what is no HTTP


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "words",
    [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"\x16\x03\x01\x02\x00", b"HTTP/1.1 200 OK\r\nx: "
     + b"y" * 200_000, b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}", b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
     b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
async def test_what_is_no_http_is_no_answer(words: bytes):
    """F19: a look is tried again, a write is open."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(None, raw(words))
        told(await READ.by(caller), READ, "unreachable")
        assert len(upstream.arrived) == 3
        says_unknown(await START.by(caller), START)
        assert len(upstream.writes) == 1


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"])
async def test_more_than_was_promised_does_not_stand_in_the_next_answer(first: bytes):
    """F19: a wrong Content-Length: what comes after the end is no part of anything."""
    sent = first + b'{"a":1}' + b'{"from":"nobody"}'
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(START.path, raw(sent, then=keep_open))
        upstream.on(READ.path, answer({"b": 2}))
        is_whole(await START.by(caller))
        assert is_whole(await READ.by(caller)) == {"b": 2}


@pytest.mark.parametrize(
    "before",
    [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n" * 9],
)  # fmt: skip
async def test_what_comes_before_the_answer_is_no_answer(before: bytes):
    """F19: interim answers, of which a proxy may send some."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        answered = before + b'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{"a":1}'
        upstream.on(None, raw(answered, then=keep_open))
        for call in (READ, START):
            assert is_whole(await call.by(caller)) == {"a": 1}
        assert len(upstream.arrived) == 2


@pytest.mark.parametrize(
    "status", [b"101 Switching Protocols", b"299 Odd", b"304 Not Modified", b"418 Teapot", b"599 Odd", b"999 Odd"]
)
async def test_a_status_of_no_meaning_here_is_an_error_in_words(status: bytes):
    """F19: whatever the number, a write is sent once."""
    body = b"" if status[:3] in {b"101", b"304"} else b"odd"
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(raw(b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)))
        text = told(await START.by(caller), START)
        assert status[:3].decode() in text or status.startswith(b"101")
        assert "may have taken effect" in text
        assert len(upstream.writes) == 1
