"""How large an answer may be: what is above is refused while it comes, and costs no memory."""

import asyncio
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from tests.end_to_end.processes import PATIENCE
from tests.server.faults.calls import READ, RUN, START, Call, is_whole, told
from tests.server.faults.manners import Exchange, Manner, answer, head
from tests.server.faults.upstream import Upstream
from tests.server.network import ENDPOINTS, MAKE_TOKEN, calling

MEGABYTE = 10**6
LIST = Call("scenarios_list", {"teamId": 22}, "GET", "/scenarios")
TEMPLATE = Call("templates_blueprint", {"templateId": 8}, "GET", "/templates/8/blueprint")
"""Bulky: it holds a blueprint."""
LOGS = Call("scenarios_logs", {"scenarioId": 5}, "GET", "/scenarios/5/logs")

CAPS = [pytest.param(LIST, 5, id="list"), pytest.param(TEMPLATE, 20, id="blueprint")]


def of_size(size: int) -> bytes:
    """JSON of exactly so many bytes."""
    frame = b'{"name":""}'
    return frame[:-2] + b"x" * (size - len(frame)) + frame[-2:]


def chunked(body: bytes, piece: int = 65536) -> Manner:
    """The body in chunks, with no length told before."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(head(200, [("content-type", "application/json"), ("transfer-encoding", "chunked")]))
        for start in range(0, len(body), piece):
            part = body[start : start + piece]
            await exchange.send(b"%x\r\n%b\r\n" % (len(part), part))
        await exchange.send(b"0\r\n\r\n")

    return manner


def never_ending(exchange_of: list[int]) -> Manner:
    """Chunks for as long as somebody takes them; how many bytes went out is noted."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(head(200, [("content-type", "application/json"), ("transfer-encoding", "chunked")]))
        while True:
            await exchange.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
            exchange_of[0] += 65536
            await asyncio.sleep(0)

    return manner


def promising(length: int) -> Manner:
    """A head that promises so many bytes, and then none of them."""

    async def manner(exchange: Exchange) -> None:
        await exchange.send(head(200, [("content-type", "application/json"), ("content-length", str(length))]))
        await asyncio.Event().wait()

    return manner


@cache
def bomb(megabytes: int, form: str = "gzip") -> bytes:
    """JSON of so many megabytes, packed into a thousandth."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if form == "gzip" else 15)

    def parts() -> Iterator[bytes]:
        yield packer.compress(b'{"name":"')
        for _ in range(megabytes):
            yield packer.compress(b" " * MEGABYTE)
        yield packer.compress(b'"}') + packer.flush()

    return b"".join(parts())


# ---- The caps


@pytest.mark.parametrize(("call", "megabytes"), CAPS)
@pytest.mark.parametrize("how", ["with a length", "in chunks", "packed"])
async def test_an_answer_up_to_the_cap_is_taken_whole(call: Call, megabytes: int, how: str):
    """F25: 5 MB, and 20 MB where blueprints come."""
    body = of_size(megabytes * MEGABYTE)
    manner = {
        "with a length": answer(body),
        "in chunks": chunked(body),
        "packed": answer(gzip.compress(body, 1), content_encoding="gzip"),
    }[how]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, manner)
        found = is_whole(await call.by(caller))
        shown = found.get("answer", found)
        # All of it arrived: the whole length is told of what was too long to show.
        assert shown["name"].rstrip("…") == "x" * (len(shown["name"]) - 1)
        assert f"of {len(json.loads(body)['name']):,} characters" in found["note"]
        assert len(json.dumps(shown)) < 26_000


@pytest.mark.parametrize(("call", "megabytes"), CAPS)
@pytest.mark.parametrize("how", ["with a length", "in chunks", "packed", "deflated"])
async def test_an_answer_over_the_cap_is_refused(call: Call, megabytes: int, how: str):
    """F25: by a byte, or by far; and not asked for again."""
    over = of_size(megabytes * MEGABYTE + 1)
    manner = {
        "with a length": answer(over),
        "in chunks": chunked(over),
        "packed": answer(bomb(megabytes + 1), content_encoding="gzip"),
        "deflated": answer(bomb(megabytes + 1, "deflate"), content_encoding="deflate"),
    }[how]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(call.path, manner)
        text = told(await call.by(caller), call, "bad_upstream_response")
        assert f"{megabytes} MB" in text
        assert len(upstream.arrived) == 1
        upstream.on(call.path, answer({"a": 1}))
        found = is_whole(await call.by(caller))
        assert found.get("answer", found) == {"a": 1}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("length", [5 * MEGABYTE + 1, 10**9, 10**18])
async def test_a_length_over_the_cap_is_enough_to_refuse(length: int):
    """F25: at once, before the first byte of it: this one never sends any."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(LIST.path, promising(length))
        text = told(await LIST.by(caller), LIST, "bad_upstream_response")
        assert "5 MB" in text
        assert len(upstream.arrived) == 1


async def test_an_answer_without_end_is_cut_while_it_streams():
    """F25: chunked over the cap: little more than the cap is ever taken."""
    sent = [0]
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(LIST.path, never_ending(sent))
        told(await LIST.by(caller), LIST, "bad_upstream_response")
    # What lies in the buffers of both ends comes on top.
    assert sent[0] < 40 * MEGABYTE


@pytest.mark.parametrize("call", [START, RUN], ids=str)
async def test_a_write_whose_answer_is_too_large_may_have_taken_effect(call: Call):
    """F25: it is not sent again, and the tool that tells is named."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(bomb(6), content_encoding="gzip"))
        text = told(await call.by(caller), call, "bad_upstream_response")
        assert "may have taken effect" in text
        assert ENDPOINTS[call.tool].truth in text
        assert len(upstream.writes) == 1


@pytest.mark.parametrize("status", [400, 404, 429, 500])
async def test_an_error_page_without_end_is_not_read_to_its_end(status: int):
    """F25: what it says first is enough, and it is still the error that it is."""
    body = json.dumps({"message": "No such thing"}).encode() + b" " * 30 * MEGABYTE
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(answer(body, status, retry_after="3600"))
        text = told(await START.by(caller), START)
        assert f"answered {status}" in text
        assert "No such thing" in text


# ---- Packing


async def test_only_what_can_be_unpacked_piece_by_piece_is_asked_for():
    """F25: some packings hand out in one piece whatever a few bytes swell to."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for call in (READ, START, RUN):
            await call.by(caller)
        wanted = {request.headers["accept-encoding"] for request in upstream.arrived}
    assert {part.strip() for each in wanted for part in each.split(",")} <= {"gzip", "deflate", "identity"}


@pytest.mark.parametrize(
    "packing", ["br", "zstd", "compress", "gzip, gzip", "br, gzip", "aes128gcm", "x-gzip", "x" * 200]
)
async def test_an_answer_that_is_packed_in_another_way_is_refused(packing: str):
    """F25: nobody asked for it; a list of packings could be a bomb in a bomb."""
    body = gzip.compress(gzip.compress(b'{"a":1}')) if packing == "gzip, gzip" else b"\x28\xb5\x2f\xfd" + b"x" * 50
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer(body, content_encoding=packing))
        told(await READ.by(caller), READ, "bad_upstream_response")
        upstream.on(START.path, answer(body, content_encoding=packing))
        assert "may have taken effect" in told(await START.by(caller), START, "bad_upstream_response")
        assert len(upstream.arrived) == 2


@pytest.mark.parametrize("form", ["gzip", "deflate", "GZIP", "identity"])
async def test_what_was_asked_for_is_unpacked(form: str):
    """F25: the usual packings, however they are written."""
    body = b'{"a":"' + b"y" * 1000 + b'"}'
    packed = {"identity": body, "deflate": zlib.compress(body)}.get(form) or gzip.compress(body)
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer(packed, content_encoding=form))
        assert is_whole(await READ.by(caller)) == {"a": "y" * 1000}


# ---- Memory

# The server's own way of a call, in a process of its own, so that its peak is nobody else's.
CHILD = """
import asyncio, json, resource, sys
from tests.server.network import calling
from make_mcp.settings import load

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

async def main(url, token):
    async with calling(None, {"make_api_key": token, "make_base_url": url, "pace": "off"}) as caller:
        for _ in range(3):
            warm = await caller.call("scenarios_list", {"teamId": 1})
            assert not warm.is_error, warm.text
        before = peak()
        told = [(await caller.call(name, arguments)).text[:300] for name, arguments in json.loads(sys.argv[3])]
        print(json.dumps({"grown": peak() - before, "told": told}))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def grown_by(url: str, *calls: Call) -> tuple[int, list[str]]:
    """The bytes by which the peak of a process grew over these calls, and what their errors said."""
    given = json.dumps([[call.tool, call.arguments] for call in calls])
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, MAKE_TOKEN, given, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await child.communicate()
    assert child.returncode == 0
    found: dict[str, Any] = json.loads(out)
    return found["grown"], found["told"]


BOMBS = {
    "gzip": answer(bomb(300), content_encoding="gzip"),
    "deflate": answer(bomb(300, "deflate"), content_encoding="deflate"),
    "gzip without its name": answer(bomb(300), content_encoding="gzip", content_type="text/html"),
    "chunks": never_ending([0]),
    "a long error": answer(bomb(300), 500, content_encoding="gzip"),
}


@pytest.mark.parametrize("how", BOMBS)
async def test_a_bomb_costs_little_memory(how: str):
    """F25: 300 kB of gzip that unpack to 300 MB cost less than 50 MB, over a list and where blueprints come."""
    assert len(bomb(300)) < 400_000
    small = answer({"scenarios": []})
    async with Upstream() as upstream:
        upstream.on(LIST.path, small)
        for call in (LOGS, TEMPLATE):
            upstream.on(call.path, BOMBS[how])
        grown, texts = await grown_by(upstream.url, LOGS, LOGS, TEMPLATE)
        assert len(upstream.of(LOGS.path)) == 2
    assert grown < 50 * MEGABYTE, f"{grown / MEGABYTE:.0f} MB"
    for call, text in zip((LOGS, LOGS, TEMPLATE), texts, strict=True):
        assert text.startswith(f"{call.tool}: ")
        assert ("500" if how == "a long error" else "bad_upstream_response") in text
