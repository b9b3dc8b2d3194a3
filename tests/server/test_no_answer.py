"""When no answer comes: a read changed nothing, a write that left may have taken effect, and nothing is sent twice."""

import asyncio
import gzip
import json
import socket
import struct
from typing import Any

import httpx2
import pytest
from tests.server.network import (
    ENDPOINTS,
    LINK,
    MAKE_KEY,
    MAKE_TOKEN,
    MATON_ONLY,
    SECRETS,
    WRITES,
    Answering,
    Listener,
    Network,
    calling,
    carried_out,
    changing,
    failing,
    json_answer,
)
from tests.tools.wire_cases import CASES

from make_mcp.calls import Answer
from make_tools import Endpoint

READ: tuple[str, dict[str, Any]] = ("scenarios_get", {"scenarioId": 5})
TEST: tuple[str, dict[str, Any]] = ("connections_test", {"connectionId": 5})
WRITE: tuple[str, dict[str, Any]] = ("scenarios_run", {"scenarioId": 5, "data": {"a": 1}})
DESTROY: tuple[str, dict[str, Any]] = ("hooks_delete", {"hookId": 5})
CALLS = [READ, TEST, WRITE, DESTROY]
OK = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'


def at(url: str) -> dict[str, Any]:
    return {"make_api_key": MAKE_TOKEN, "make_base_url": url}


def is_clear(answer: Answer, name: str) -> None:
    assert answer.is_error
    assert answer.text.startswith(f"{name}: ")
    assert "\n" not in answer.text
    assert "Traceback" not in answer.text
    assert "failed inside make-mcp" not in answer.text
    assert not any(secret in answer.text for secret in SECRETS)


def says_nothing_was_sent(answer: Answer, name: str) -> None:
    is_clear(answer, name)
    assert "Nothing was sent" in answer.text
    assert "may have taken effect" not in answer.text


def cannot_be_confirmed(answer: Answer) -> None:
    """A preview without a code, of something that could not be looked at."""
    assert answer.data is not None
    assert answer.data["nothingChanged"] is True
    assert "code" not in answer.data
    assert "cannot be confirmed" in answer.data["toConfirm"]
    assert answer.data["notRead"]


def says_the_outcome(answer: Answer, name: str) -> None:
    """That nothing was changed, or that it is unknown, with the tool that tells."""
    is_clear(answer, name)
    endpoint = ENDPOINTS[name]
    if endpoint.effect == "read":
        assert "Nothing was changed" in answer.text
        assert "may have taken effect" not in answer.text
    else:
        assert "outcome_unknown: " in answer.text
        assert "t may have taken effect: do not repeat it" in answer.text
        assert "fail" not in answer.text
        assert f"Next: {endpoint.truth}" in answer.text
        assert ENDPOINTS[endpoint.truth].effect == "read"
        assert "Nothing was" not in answer.text


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    bare: socket.socket = writer.get_extra_info("socket")
    bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def as_often_as_may_be(name: str, requests: list[bytes]) -> bool:
    """Three times for a tool that reads, once for one that writes, whatever its preview looked at."""
    endpoint = ENDPOINTS[name]
    return len(requests if endpoint.method == "GET" else changing(requests)) == (3 if endpoint.effect == "read" else 1)


def saying(data: bytes) -> Answering:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


BOMB = gzip.compress(b"{}" + b" " * 100)
BROKEN: dict[str, Answering] = {
    "nothing at all": hang_up,
    "a reset": reset,
    "half a status line": saying(b"HTTP/1.1 20"),
    "half the headers": saying(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"),
    "half the body": saying(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'),
    "half a chunk": saying(b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"a":'),
    "no HTTP": saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "headers without end": saying(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000),
    "a length that is none": saying(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}"),
    "a promise of gzip": saying(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}"),
    "half of a gzip": saying(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % (len(BOMB) - 8) + BOMB[:-8]
    ),
}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("form", [form for form in BROKEN if "gzip" not in form])
async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_of_a_write_open_and_is_not_tried_again(
    form: str,
):
    for name, arguments in CALLS:
        async with Listener(BROKEN[form], for_tool=name) as listener:
            async with calling(None, at(listener.url)) as caller:
                says_the_outcome(await carried_out(caller, name, arguments), name)
            assert as_often_as_may_be(name, listener.requests)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("form", [form for form in BROKEN if "gzip" in form])
async def test_an_answer_that_cannot_be_unpacked_is_an_error_in_words_or_what_was_in_it(form: str):
    for name, arguments in CALLS:
        async with Listener(BROKEN[form], for_tool=name) as listener:
            async with calling(None, at(listener.url)) as caller:
                answer = await carried_out(caller, name, arguments)
            # It came, and would come so again.
            assert len(changing(listener.requests) or listener.requests) == 1
        if answer.is_error:
            is_clear(answer, name)
            assert ("may have taken effect" in answer.text) is (ENDPOINTS[name].effect != "read")


@pytest.mark.usefixtures("clock")
async def test_a_connection_that_is_refused_sends_nothing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        # Bound and not listening: whoever connects is refused.
        flags = at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        for name, arguments in (READ, TEST, WRITE):
            async with calling(None, flags) as caller:
                answer = await carried_out(caller, name, arguments)
            says_nothing_was_sent(answer, name)
            assert "127.0.0.1" in answer.text
        async with calling(None, flags) as caller:
            cannot_be_confirmed(await carried_out(caller, *DESTROY))


@pytest.mark.usefixtures("clock")
async def test_a_host_that_does_not_exist_sends_nothing():
    # RFC 6761: no name below `invalid` is ever found.
    async with calling(None, at("https://make.invalid")) as caller:
        for name, arguments in (READ, WRITE):
            answer = await carried_out(caller, name, arguments)
            says_nothing_was_sent(answer, name)
            assert "make.invalid" in answer.text


@pytest.mark.usefixtures("clock")
async def test_a_server_that_does_not_speak_tls_gets_nothing():
    for words in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"):

        def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes = words) -> None:
            writer.write(words)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server, calling(None, at(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")) as caller:
            for name, arguments in (READ, WRITE):
                says_nothing_was_sent(await carried_out(caller, name, arguments), name)


NOT_SENT = [
    httpx2.ConnectError("no route"),
    httpx2.ConnectTimeout("slow"),
    httpx2.PoolTimeout("busy"),
    httpx2.UnsupportedProtocol("x"),
]
SENT = [
    httpx2.ReadTimeout("slow"), httpx2.WriteTimeout("slow"), httpx2.ReadError("gone"), httpx2.WriteError("gone"),
    httpx2.RemoteProtocolError("odd"), httpx2.CloseError("gone"), httpx2.DecodingError("odd"), httpx2.ReadError(""),
]  # fmt: skip


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("endpoint", WRITES, ids=lambda e: e.name)
async def test_every_write_tells_an_unknown_outcome_from_a_request_that_never_left(endpoint: Endpoint[...]):
    arguments = next(case.arguments for case in CASES if case.tool == endpoint.name)
    flags = MATON_ONLY if endpoint.upstreams == ("maton",) else MAKE_KEY
    network = Network()

    def breaking(error: Exception) -> None:
        def respond(request: httpx2.Request) -> httpx2.Response:
            # The look at a link of the gateway succeeds, so that it is the write that fails.
            return json_answer(LINK) if request.method == "GET" else failing(error)(request)

        network.respond = respond
        network.sent.clear()

    for error in (*SENT, *NOT_SENT):
        breaking(error)
        async with calling(network, flags) as caller:
            answer = await carried_out(caller, endpoint.name, arguments)
        tried = [r.method for r in network.sent if r.method != "GET"]
        if error in SENT:
            says_the_outcome(answer, endpoint.name)
            assert tried == [endpoint.method]
        else:
            says_nothing_was_sent(answer, endpoint.name)
            assert tried == [endpoint.method] * 2


@pytest.mark.usefixtures("clock")
async def test_the_words_of_an_exception_do_not_reach_the_agent():
    for error in (httpx2.ReadError(f"secret {MAKE_TOKEN}"), httpx2.ConnectError(f"secret {MAKE_TOKEN}")):
        async with calling(Network(failing(error)), MAKE_KEY) as caller:
            assert "secret" not in (await caller.call(*READ)).text


async def test_a_write_on_a_connection_that_the_server_had_closed_is_sent_once_at_most():
    closed = asyncio.Event()

    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with Listener(once) as listener, calling(None, at(listener.url)) as caller:
        assert (await caller.call(*READ)).data == {"ok": True}
        await closed.wait()
        answer = await carried_out(caller, *WRITE)
        if answer.is_error:
            says_the_outcome(answer, WRITE[0])
        posts = [request for request in listener.requests if request.startswith(b"POST")]
        assert len(posts) == (0 if answer.is_error else 1)


async def test_many_calls_at_once_each_get_their_own_answer_and_a_cancelled_one_leaves_the_rest_alone():
    async def echo(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = listener.requests[-1].split(b" ")[1].rsplit(b"/", 1)[1]
        body = b'{"id":' + number + b"}"
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async with Listener(echo) as listener, calling(None, at(listener.url)) as caller:
        calls = [asyncio.ensure_future(caller.call("scenarios_get", {"scenarioId": i})) for i in range(1, 65)]
        calls[7].cancel()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers.pop(7), asyncio.CancelledError)
    assert [json.loads(a.text)["id"] for a in answers if isinstance(a, Answer)] == [i for i in range(1, 65) if i != 8]
