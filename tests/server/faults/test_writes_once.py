"""A write is sent once. What nobody knows is called unknown, with the tool that tells; never that it did not happen."""

import socket

import pytest
from tests.server.faults.calls import (
    CREATE,
    DELETE,
    READ,
    RENAME,
    RUN,
    SET_DATA,
    START,
    WRITES,
    Call,
    is_whole,
    says_nothing_was_sent,
    says_unknown,
    told,
)
from tests.server.faults.certificates import Authority
from tests.server.faults.clock import Clock, calm
from tests.server.faults.manners import (
    HALF_A_BODY,
    HALF_A_CHUNK,
    HALF_A_HEAD,
    HANG_IN_THE_BODY,
    HANG_IN_THE_HEAD,
    NO_HTTP,
    NO_LAST_CHUNK,
    RESET_IN_THE_BODY,
    Exchange,
    Greeting,
    Manner,
    after,
    answer,
    closes_at_once,
    closes_in_the_head,
    drip,
    hang,
    hang_up,
    head,
    keep_open,
    never_reads,
    raw,
    reset,
)
from tests.server.faults.upstream import SEEN, Upstream, tally
from tests.server.network import ENDPOINTS, calling
from tests.server.network import WRITES as ENDPOINTS_THAT_WRITE
from tests.tools.wire_cases import CASES

from make_tools import Endpoint

pytestmark = pytest.mark.usefixtures("clock")

BREAKS: dict[str, Manner] = {
    "closed before the answer": hang_up, "reset before the answer": reset, "half a head": HALF_A_HEAD, "half a body": HALF_A_BODY,
    "half a chunk": HALF_A_CHUNK, "no last chunk": NO_LAST_CHUNK, "reset within the body": RESET_IN_THE_BODY, "no HTTP": NO_HTTP,
    "no answer in time": hang, "half a head in time": HANG_IN_THE_HEAD, "half a body in time": HANG_IN_THE_BODY,
    "an answer that drips": drip(0.5),
}  # fmt: skip
GREETINGS: dict[str, Greeting] = {"closed at once": closes_at_once, "closed within the request": closes_in_the_head}

by_write = pytest.mark.parametrize("call", WRITES, ids=str)


# ---- F4: the bytes have left


@by_write
@pytest.mark.parametrize("how", BREAKS)
async def test_a_write_that_may_have_arrived_is_not_sent_again(call: Call, how: str, clock: Clock):
    """F4: reset or timeout after the bytes were sent: once, unknown, and the tool that verifies."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(BREAKS[how])
        says_unknown(await call.by(caller), call)
        assert tally(upstream.writes) == {f"{call.method} {call.path}": 1}
    assert clock.now < 60


@pytest.mark.parametrize("endpoint", ENDPOINTS_THAT_WRITE, ids=lambda e: e.name)
async def test_every_tool_that_writes_does_so_once(endpoint: Endpoint[...], clock: Clock):
    """F4: the same of each tool, with the tool that its record names."""
    arguments = next(dict(case.arguments) for case in CASES if case.tool == endpoint.name)
    call = Call(endpoint.name, arguments, endpoint.method, "")
    async with Upstream() as upstream:
        flags = upstream.maton() if endpoint.upstreams == ("maton",) else upstream.make()
        async with calling(None, flags) as caller:
            upstream.on_writes(reset)
            says_unknown(await call.by(caller), call)
            assert [request.method for request in upstream.writes] == [endpoint.method]
    assert clock.now < 60


@pytest.mark.parametrize("how", GREETINGS)
async def test_a_write_on_a_connection_that_was_taken_and_closed_is_unknown(how: str, clock: Clock):
    """F4: nobody can tell what of it was read."""
    async with Upstream(greetings=[GREETINGS[how]]) as upstream, calling(None, upstream.make()) as caller:
        says_unknown(await START.by(caller), START)
        assert (upstream.connections, upstream.arrived) == (1, [])
    assert clock.now < 1


async def test_a_write_that_nobody_reads_is_unknown(clock: Clock):
    """F4: it lies in the buffers of the network."""
    async with Upstream(greetings=[never_reads]) as upstream, calling(None, upstream.make()) as caller:
        says_unknown(await CREATE.by(caller), CREATE)
        assert upstream.connections == 1
    assert 25 < clock.now <= 45


# ---- F5: nothing was sent


@by_write
async def test_a_connection_that_is_refused_took_nothing(call: Call, clock: Clock):
    """F5: ConnectError on a write: it says so, and within the deadline."""
    if ENDPOINTS[call.tool].effect == "destroy":
        # Without a look at the target there is no code for it, and nothing to send.
        async with Upstream() as upstream:
            flags = upstream.make()
        async with calling(None, flags) as caller:
            preview = is_whole(await caller.call(call.tool, call.arguments))
            assert (preview["nothingChanged"], preview.get("code")) == (True, None)
        return
    with socket.socket() as taken:
        # Bound, and not listening.
        taken.bind(("127.0.0.1", 0))
        flags = {**Upstream().make(), "make_base_url": f"http://127.0.0.1:{taken.getsockname()[1]}"}
        async with calling(None, flags) as caller:
            says_nothing_was_sent(await call.by(caller), call, "unreachable")
    assert clock.now < 45


async def test_a_name_that_is_not_found_took_nothing(clock: Clock):
    """F5: DNS on a write. No name below `invalid` is ever found (RFC 6761)."""
    async with calling(None, {**Upstream().make(), "make_base_url": "https://make.invalid"}) as caller:
        text = says_nothing_was_sent(await START.by(caller), START, "unreachable")
        assert "make.invalid" in text
        text = told(await READ.by(caller), READ, "unreachable")
    assert clock.now < 45


@pytest.mark.parametrize("call", [START, RUN, CREATE, RENAME, DELETE, READ], ids=str)
@pytest.mark.parametrize("how", ["closed", "slow"])
async def test_what_did_not_leave_is_sent_on_a_fresh_connection(
    call: Call, how: str, authority: Authority, clock: Clock
):
    """F5: ConnectError or ConnectTimeout (within TLS, before the request): once more, and it arrives once."""
    greeting = closes_at_once if how == "closed" else never_reads
    async with Upstream(tls=authority.server(), greetings=[greeting]) as upstream:
        async with calling(None, upstream.make()) as caller:
            is_whole(await call.by(caller))
        assert tally(upstream.of(call.path, call.method)) == {f"{call.method} {call.path}": 1}
        assert upstream.arrived[0].connection == 2
    assert clock.now <= (10 if how == "closed" else 15)


@pytest.mark.parametrize("how", ["closed", "slow"])
async def test_a_write_that_did_not_leave_is_tried_twice_at_the_most(how: str, authority: Authority, clock: Clock):
    """F5: once more, and not again and again."""
    greeting = closes_at_once if how == "closed" else never_reads
    async with Upstream(tls=authority.server(), greetings=[greeting] * 10) as upstream:
        async with calling(None, upstream.make()) as caller:
            says_nothing_was_sent(await START.by(caller), START, "unreachable")
        assert (upstream.connections, upstream.arrived) == (2, [])
    assert clock.now <= (10 if how == "closed" else 20)


# ---- F6: a connection that was kept open


@by_write
async def test_a_write_takes_no_connection_that_was_kept_and_one_that_ends_without_a_byte_is_unknown(
    call: Call, clock: Clock
):
    """F6: the server could close a kept connection as the request arrives, so a write has its own; and it is sent once."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on_writes(hang_up)
        is_whole(await READ.by(caller))
        says_unknown(await call.by(caller), call)
        assert tally(upstream.writes) == {f"{call.method} {call.path}": 1}
        *looks, write = upstream.arrived
        assert write.connection not in {look.connection for look in looks}
    assert clock.now < 1


@pytest.mark.parametrize("before", [READ, RENAME], ids=str)
async def test_what_was_sent_too_much_on_a_kept_connection_is_no_answer_to_a_write(before: Call, clock: Clock):
    """F6: a second answer behind the first, which nobody asked for, must not say what a write did."""
    surplus = b'HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n{"executionId":"0stale"}'
    too_much = raw(head(200, [("content-length", "2")]) + b"{}" + surplus, then=keep_open)
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(before.path, too_much, method=before.method)
        upstream.on(START.path, answer({"scenario": {"id": 5}}))
        is_whole(await before.by(caller))
        assert is_whole(await START.by(caller)) == {"scenario": {"id": 5}}
        assert tally(upstream.of(START.path)) == {"POST /scenarios/5/start": 1}
    assert clock.now < 1


async def test_a_write_takes_no_connection_of_another_write(clock: Clock):
    """F6: theirs are not kept either."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for call in (START, RENAME, START):
            is_whole(await call.by(caller))
        assert len({write.connection for write in upstream.writes}) == len(upstream.writes) == 3
    assert clock.now < 1


async def test_a_connection_that_was_closed_while_nobody_used_it_is_not_used(clock: Clock):
    """F6: seen in time it costs nothing, and the write arrives once."""

    async def farewell(exchange: Exchange) -> None:
        await answer(SEEN)(exchange)
        exchange.hang_up()

    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, farewell)
        is_whole(await READ.by(caller))
        await calm()
        is_whole(await START.by(caller))
        assert tally(upstream.writes) == {"POST /scenarios/5/start": 1}
        assert upstream.connections == 2
    assert clock.now < 1


async def test_a_look_on_a_kept_connection_is_tried_again(clock: Clock):
    """F6: a look loses nothing by it."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        upstream.on(READ.path, answer(SEEN), hang_up, answer(SEEN))
        is_whole(await READ.by(caller))
        is_whole(await READ.by(caller))
        assert len(upstream.arrived) == 3
    assert clock.now < 10


async def test_a_slow_success_is_a_success(clock: Clock):
    """F4: an answer within the time is taken, however late."""
    async with Upstream() as upstream, calling(None, upstream.make()) as caller:
        for call in (SET_DATA, RENAME, CREATE):
            upstream.on_writes(after(25, answer({"done": True})))
            assert is_whole(await call.by(caller)) == {"done": True}
        assert len(upstream.writes) == 3
    assert 75 <= clock.now < 80
