"""Whatever comes back over the wire, byte for byte: a result or a clear error, and the server goes on."""

import asyncio
import json
import math
import re
import socket
import struct
import unicodedata
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp_types import CallToolResult, JSONRPCResponse, TextContent, jsonrpc_message_adapter
from tests.server.any_answers import any_bytes, framed, packed
from tests.server.faults.clock import JumpingLoop
from tests.server.network import ENDPOINTS, MAKE_TOKEN, SECRETS, SEEN, Listener, calling, carried_out

from make_mcp.calls import Answer, Caller
from make_mcp.upstream.breaker import LOOKED_AT, TOO_MANY
from make_tools.forms.plain import plainly
from make_tools.schema import SAFE_INTEGER

READ: tuple[str, dict[str, Any]] = ("scenarios_get", {"scenarioId": 5})
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    READ,
    ("connections_test", {"connectionId": 5}),
    ("scenarios_run", {"scenarioId": 5, "data": {"a": 1}}),
    ("hooks_delete", {"hookId": 5}),
)
TRIES = 3
GOOD = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"id":5}'


@dataclass
class Upstream:
    """What the listener answers: to whatever a preview looks at a good answer, to all else these bytes."""

    says: bytes = GOOD
    resets: bool = False
    answers_looks: bool = False
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.listener = Listener(self._answer)

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.answers_looks and self.listener.requests[-1].startswith(b"GET "):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(SEEN), SEEN))
            return
        writer.write(self.says)
        if self.resets:
            bare: socket.socket = writer.get_extra_info("socket")
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def answered(upstream: Upstream, caller: Caller, tool: str, arguments: Mapping[str, Any]) -> tuple[Answer, int]:
    """The answer to a call, and how many requests left for it beside the looks of its preview."""
    upstream.answers_looks = ENDPOINTS[tool].effect != "read"
    upstream.listener.requests.clear()
    answer = await carried_out(caller, tool, arguments)
    method = ENDPOINTS[tool].method.encode()
    return answer, sum(request.startswith(method + b" ") for request in upstream.listener.requests)


class Loop(JumpingLoop):
    """It may run for as long as there are examples."""

    def __init__(self) -> None:
        super().__init__()
        self._latest = math.inf


@contextmanager
def calls(upstream: Upstream) -> Generator[tuple[BlockingPortal, Caller]]:
    """A server's way through real sockets, on a clock that does not wait for what waits."""
    with (
        start_blocking_portal("asyncio", {"loop_factory": Loop}) as portal,
        portal.wrap_async_context_manager(upstream.listener),
    ):
        flags = {"make_api_key": MAKE_TOKEN, "make_base_url": upstream.listener.url}
        with portal.wrap_async_context_manager(calling(None, flags)) as caller:
            yield portal, caller


def is_clear(text: str, tool: str) -> None:
    """One line that begins with the tool, says what it means, and can be shown to anybody."""
    assert text.startswith(f"{tool}: "), text
    assert "inside make-mcp" not in text
    assert "Traceback" not in text
    assert len(text) < 3000
    # No control characters, halves of characters or direction marks.
    assert not [c for c in text if unicodedata.category(c)[0] == "C"], repr(text)
    assert not any(secret in text for secret in SECRETS)
    # What a write did is known if Make turned it away, and otherwise open.
    is_open = ENDPOINTS[tool].effect != "read" and not re.match(rf"{tool}: Make answered 4[0-9][0-9]\b", text)
    assert ("outcome_unknown: " in text) >= is_open
    assert ("may have taken effect: do not repeat it before you have checked" in text) >= is_open
    assert "may have taken effect" not in text or ENDPOINTS[tool].effect != "read"


def no_number(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


def is_readable(answer: Answer) -> None:
    """The text and the data agree, and a client can read both."""
    assert json.loads(answer.text, parse_constant=no_number) == answer.data
    result = CallToolResult(content=[TextContent(type="text", text=answer.text)], structured_content=answer.data)
    sent = JSONRPCResponse(jsonrpc="2.0", id=1, result=result.model_dump(by_alias=True, mode="json", exclude_none=True))
    read = jsonrpc_message_adapter.validate_json(sent.model_dump_json(by_alias=True))
    assert isinstance(read, JSONRPCResponse)
    assert read.result["structuredContent"] == answer.data


async def stands(upstream: Upstream, caller: Caller, says: bytes, *, resets: bool) -> None:
    """Calls of each kind are answered so, and then one is answered well."""
    for tool, arguments in CALLS:
        upstream.says, upstream.resets = says, resets
        answer, sent = await answered(upstream, caller, tool, arguments)
        # A write is sent once, whatever comes back; a read three times at the most.
        assert 1 <= sent <= (TRIES if ENDPOINTS[tool].effect == "read" else 1)
        if answer.data is None:
            is_clear(answer.text, tool)
        else:
            is_readable(answer)
    upstream.says, upstream.resets = GOOD, False
    # As many as keep the breaker from opening over what comes next.
    for _ in range(LOOKED_AT - TOO_MANY + 2):
        answer, _ = await answered(upstream, caller, *READ)
        assert answer.data == {"id": 5}, answer.text


def test_any_bytes_in_place_of_an_answer_end_in_a_result_or_a_clear_error():
    upstream = Upstream()
    with calls(upstream) as (portal, caller):

        @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
        @given(says=any_bytes, resets=st.booleans())
        @example(says=b"", resets=False)
        @example(says=b"\r\n\r\n", resets=False)
        @example(
            says=b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello", resets=False
        )
        @example(says=b'HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n{"a":1}', resets=False)
        def each(says: bytes, *, resets: bool) -> None:
            async def once() -> None:
                await stands(upstream, caller, says, resets=resets)

            portal.call(once)

        each()


# ---- what is right comes through

whole = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=5),
    max_leaves=30,
)


def shown(value: Any) -> Any:
    """What an agent sees of a value that holds nothing invisible: integers that would be rounded somewhere are text."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [shown(item) for item in cast("list[Any]", value)]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE_INTEGER:
        return str(value)
    return value


@pytest.mark.parametrize("effect", ["read", "write"])
def test_any_json_comes_through_as_it_is_however_it_is_packed_and_framed(effect: str):
    """What reads leaves out what nobody sees; the outputs of a run may be sent on, and stay."""
    tool, arguments = next(call for call in CALLS if ENDPOINTS[call[0]].effect == effect)
    upstream = Upstream()
    with calls(upstream) as (portal, caller):

        @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
        @given(
            value=whole,
            packing=st.sampled_from(["", "gzip", "deflate"]),
            framing=st.sampled_from(["length", "no length", "chunked"]),
            status=st.sampled_from(["200 OK", "201 Created", "202 Accepted"]),
            letters=st.booleans(),
        )
        def each(value: Any, packing: str, framing: str, status: str, *, letters: bool) -> None:
            body = json.dumps(value, ensure_ascii=letters).encode("utf-8", "surrogatepass")
            body = packed(body, {"gzip": "gzip", "deflate": "zlib"}.get(packing, ""))
            packs = f"content-encoding: {packing}\r\n" if packing else ""
            upstream.says = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{packs}".encode() + framed(
                body, framing
            )

            async def once() -> tuple[Answer, int]:
                return await answered(upstream, caller, tool, arguments)

            answer, sent = portal.call(once)
            assert sent == 1
            if isinstance(value, dict):
                assert answer.data == (plainly(shown(value)) if effect == "read" else shown(value)), answer.text
                is_readable(answer)
            else:
                is_clear(answer.text, tool)

        each()
