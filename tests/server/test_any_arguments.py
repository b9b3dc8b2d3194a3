"""Any JSON as the arguments of any tool: a result or a clear error, nothing leaves that has not the form of its endpoint, and
the server goes on.
"""

import asyncio
import itertools
import json
import math
import re
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, cast

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp_types import INVALID_PARAMS
from tests.end_to_end.processes import PATIENCE
from tests.server.network import ENDPOINTS, LINK, MAKE_TOKEN, MATON_KEY, Network, calling, json_answer
from tests.server.test_any_answer import is_readable, no_number
from tests.server.test_stdio import INITIALIZE, ask, server
from tests.tools.wire_cases import CASES

from make_mcp.calls import Answer
from make_tools import Endpoint
from make_tools.previews import PLANS

Json = dict[str, Any]
BASES = {
    "https://eu1.make.com/api/v2": f"Token {MAKE_TOKEN}",
    "https://api.maton.ai/make/api/v2": f"Bearer {MATON_KEY}",
}
LINKS = "https://api.maton.ai"
FLAGS = {"make_api_key": MAKE_TOKEN, "make_zone": "eu1.make.com", "maton_api_key": MATON_KEY}


def nested(depth: int) -> Any:
    value: Any = "in the middle"
    for number in range(depth):
        value = [value] if number % 2 else {"a": value}
    return value


def odd_values() -> list[Any]:
    """Each time anew: a test may change one."""
    return [
        True, False, None, 0, -0.0, -1, 1.0, 1e308, math.nan, math.inf, -math.inf, 2**53, 2**63, 10**400, "", " ", "5", "true", "null",
        "\ud800", "half \udfff of one", "\x00", "\r\nx: y", "../../x", "%2e%2e", "\u202e", "x" * 300_000, [], {}, [[]], {"": {}}, [None],
        {"__proto__": {}}, {"$ref": "#"}, {"confirm": True}, "a" * 65, nested(50), nested(190), nested(210), nested(600),
    ]  # fmt: skip


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=12)
)
odd = st.integers(0, len(odd_values()) - 1).map(lambda number: odd_values()[number])
anything = st.one_of(
    odd,
    scalars,
    st.recursive(
        scalars | odd,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=8,
    ),
)
confirms = st.one_of(
    st.sampled_from([False, None, "true", "yes", 1, 1.0]),
    anything,
    st.from_regex(r"[A-Za-z0-9_-]{20,60}", fullmatch=True),
)


@st.composite
def arguments(draw: st.DrawFn, tool: str) -> Json:
    """Arguments that fit the tool, with something put in place of some, taken away or added; or anything at all."""
    endpoint, how = ENDPOINTS[tool], draw(st.integers(0, 19))
    if how == 0:
        names = st.sampled_from([a.name for a in endpoint.arguments]) if endpoint.arguments else st.nothing()
        return draw(st.dictionaries(st.text(max_size=6) | names, anything, max_size=5))
    fitting = [case.arguments for case in CASES if case.tool == tool]
    given_: Json = json.loads(json.dumps(draw(st.sampled_from(fitting))))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
        _change(draw, given_)
    if how < 4:
        return {**given_, "confirm": draw(confirms)}
    return {**given_, "confirm": True} if how < 12 and endpoint.effect == "write" else given_


def _change(draw: st.DrawFn, holder: Json) -> None:
    """Changes one thing, here or further in."""
    names = [
        *holder,
        draw(st.text(max_size=4) | st.sampled_from(["id", "confirmed", "path", "method_", "self", "fields"])),
    ]
    name = draw(st.sampled_from(names))
    inner = holder.get(name)
    if isinstance(inner, dict) and draw(st.booleans()):
        _change(draw, cast("Json", inner))
    elif isinstance(inner, list) and inner and draw(st.booleans()):
        cast("list[Any]", inner)[0] = draw(anything)
    elif draw(st.integers(0, 4)) == 0:
        holder.pop(name, None)
    else:
        holder[name] = draw(anything)


def form(endpoint: Endpoint[...]) -> re.Pattern[str]:
    """Where the requests of an endpoint may go, on every way that offers it."""
    bases = [LINKS] if endpoint.api == "maton" else [*BASES]
    path = re.sub(r"\{\w+\}", "[A-Za-z0-9_-]+", endpoint.path)
    return re.compile(f"(?:{'|'.join(map(re.escape, bases))}){path}")


FORMS = {endpoint.name: form(endpoint) for endpoint in ENDPOINTS.values()}
LOOKS = [
    *(FORMS[e.name] for e in ENDPOINTS.values() if e.effect == "read" and e.method == "GET"),
    re.compile(r"https://[a-z0-9.]+(?:/make)?/api/v2/scenarios/[0-9]+/blueprint"),
]


def fits(request: httpx2.Request, endpoint: Endpoint[...]) -> None:
    """It has the method and the path of its endpoint, or is a look of its preview; the key is that of its way; JSON is JSON."""
    address = str(request.url.copy_with(query=None))
    if request.method == "GET" and endpoint.method != "GET":
        assert any(look.fullmatch(address) for look in LOOKS), address
        # The gateway's own links are looked at before they are touched.
        assert endpoint.name in PLANS or endpoint.api == "maton"
    else:
        assert request.method == endpoint.method
        assert FORMS[endpoint.name].fullmatch(address), address
    key = next(
        (key for base, key in BASES.items() if address.startswith(base)), BASES["https://api.maton.ai/make/api/v2"]
    )
    assert request.headers["authorization"] == key
    assert request.url.query.isascii()
    assert not set(request.url.query) & set(b"\r\n #")
    if request.content:
        assert isinstance(json.loads(request.content.decode(), parse_constant=no_number), dict)


def is_clear(answer: Answer, tool: str) -> None:
    assert answer.text.startswith((f"{tool} was not called: ", f"{tool}: ")), answer.text[:500]
    assert "inside make-mcp" not in answer.text, answer.text
    assert "Traceback" not in answer.text
    assert len(answer.text) < 10_000
    answer.text.encode()


async def stands(tool: str, given_: Json) -> None:
    """One call with these arguments, and one after it."""
    endpoint = ENDPOINTS[tool]
    network = Network(lambda r: json_answer(LINK if r.url.path.startswith("/connections/") else {"ok": True}))
    async with calling(network, FLAGS) as caller:
        answer = await caller.call(tool, given_)
        for request in network.sent:
            fits(request, endpoint)
        if answer.data is None:
            is_clear(answer, tool)
        else:
            is_readable(answer)
        writes = [request for request in network.sent if request.method != "GET"]
        if endpoint.effect != "read":
            assert len(writes) <= (given_.get("confirm") is True)
        if endpoint.effect == "destroy":
            assert writes == []
        assert (await caller.call("users_me", {})).data == {"ok": True}


@pytest.mark.parametrize("tool", ENDPOINTS)
def test_any_arguments_end_in_a_result_or_a_clear_error_and_what_leaves_has_its_form(tool: str):
    with asyncio.Runner() as runner:

        @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
        @given(given_=arguments(tool))
        def each(given_: Json) -> None:
            runner.run(stands(tool, given_))

        each()


# Over the wire, as bytes: what no Python value is made of.

RAW: list[bytes] = [
    b"{}", b"null", b"[]", b"5", b'"x"', b"true", b'{"scenarioId":1e999}', b'{"scenarioId":-0}', b'{"scenarioId":5.0}', b'{"scenarioId":NaN}',
    b'{"scenarioId":Infinity}', b'{"scenarioId":' + b"9" * 5000 + b"}", b'{"scenarioId":1' + b"0" * 100_000 + b"}", b'{"scenarioId":0005}',
    b'{"scenarioId":1,"scenarioId":"2"}', b'{"scenarioId":4667500,"confirm":true,"confirm":false}', b'{"name":"\\ud800"}', b'{"name":"\xff"}',
    b'{"name":"\\u0000"}', b'{"\\ud800":1}', b'{"name":"' + b"x" * 2_000_000 + b'"}', b'{"a":' * 150 + b"1" + b"}" * 150,
    b'{"a":' * 230 + b"1" + b"}" * 230, b"[" * 100_000, b'{"a":' * 50_000, b"[" * 50_000 + b"]" * 50_000, b"{", b"}", b"", b'{"a":1}}', b"\xef\xbb\xbf{}",
    b'{"scenarioId":5}\r', b'{"_meta":{}}', b'{"scenarioId":{"$ref":"#"}}', b"{" + b",".join(b'"%d":1' % i for i in range(2_000)) + b"}",
]  # fmt: skip
raw = st.one_of(
    st.sampled_from(RAW),
    st.dictionaries(st.text(max_size=6), anything, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.tuples(st.sampled_from(["scenarioId", "hookId", "teamId", "data", "confirm"]), st.sampled_from(RAW)).map(
        lambda pair: b'{"%b":%b}' % (pair[0].encode(), pair[1])
    ),
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")),
)
ILL_FORMED = {-32700, -32600}


@contextmanager
def watched(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Whoever waits for a line of it in vain gets an end of the stream in its place."""
    timer = Timer(PATIENCE, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_over_stdio_any_bytes_for_arguments_are_answered_once_and_the_server_goes_on(tmp_path: Path):
    numbers = itertools.count(2)
    with server("--sandbox", stderr=tmp_path / "log") as process, watched(process):
        ask(process, INITIALIZE)

        @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
        @given(tool=st.sampled_from([*ENDPOINTS]), arguments_=raw)
        def each(tool: str, arguments_: bytes) -> None:
            number, after = next(numbers), next(numbers)
            line = b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%b","arguments":%b}}\n'
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(line % (number, tool.encode(), arguments_))
            # The answer to a ping may overtake that to the call.
            two = [
                ask(process, {"jsonrpc": "2.0", "id": after, "method": "ping"}),
                json.loads(process.stdout.readline()),
            ]
            assert {"jsonrpc": "2.0", "id": after, "result": {}} in two
            (told,) = (one for one in two if one["id"] != after)
            # A line that is no JSON has no number; one that is not well formed otherwise may have.
            assert told["id"] in {number, None}
            if "error" in told:
                assert told["error"]["code"] in {*ILL_FORMED, INVALID_PARAMS}
                assert "Traceback" not in told["error"]["message"]
                return
            answer = Answer(told["result"]["content"][0]["text"], told["result"].get("structuredContent"))
            assert answer.is_error is told["result"].get("isError", False)
            if answer.data is None:
                is_clear(answer, tool)
            else:
                is_readable(answer)

        for tool, data in itertools.product(["users_me", "scenarios_run"], RAW):
            example(tool=tool, arguments_=data)(each)
        each()
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
