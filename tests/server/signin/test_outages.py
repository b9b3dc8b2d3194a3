"""An issuer that does not answer, or not as it should: who gets in meanwhile, and what the server does about it."""

import logging

import pytest
from tests.server.faults.clock import Clock
from tests.server.faults.manners import answer, hang, hang_up
from tests.server.signin.asking import status_of
from tests.server.signin.issuer import NOW, Seconds, Signer, fetched, issuing, keys, known, signer

from make_mcp.signin.jwks import GAP, GAP_WITHOUT_KEYS, KEPT
from make_mcp.signin.source import FRESH

pytestmark = pytest.mark.usefixtures("clock")

OLD, NEW = signer(), signer("EdDSA", "new")
DOWN = answer(b"out of order", 503)


async def test_nobody_gets_in_while_there_are_no_keys_and_everybody_soon_after(caplog: pytest.LogCaptureFixture):
    async with issuing() as issuer:
        issuer.answers(DOWN)
        async with known(issuer, loaded=False) as (found, clock):
            verifier, token = issuer.verifier(found), OLD.sign(issuer.claims())
            assert await status_of(verifier, token) == 401
            for clock.now in (1, GAP_WITHOUT_KEYS - 1):
                assert await status_of(verifier, token) == 401
            assert issuer.fetches == 1
            clock.now = GAP_WITHOUT_KEYS
            assert await status_of(verifier, token) == 401
            assert issuer.fetches == 2
            issuer.publish(OLD)
            clock.now = 2 * GAP_WITHOUT_KEYS
            assert await status_of(verifier, token) == 200
    assert caplog.messages == [
        f"the keys of {issuer.name} cannot be fetched (status 503): nobody can sign in until they can",
        f"the keys of {issuer.name} can be fetched again",
    ]


async def test_an_outage_is_survived_for_a_day_without_making_anybody_wait(caplog: pytest.LogCaptureFixture):
    async with issuing() as issuer, known(issuer) as (found, clock):
        time = Seconds()
        verifier = issuer.verifier(found, time)

        async def comes(one: Signer = OLD) -> int:
            time.now = NOW + clock.now
            return await status_of(verifier, one.sign(issuer.claims(exp=time.now + 60)))

        issuer.answers(DOWN)
        clock.now = FRESH
        assert await comes() == 200
        await fetched(issuer, found, 2)
        # It is tried again now and then, whoever comes.
        for number in range(3, 6):
            clock.now += GAP - 1
            assert (await comes(), await comes(NEW)) == (200, 401)
            assert issuer.fetches == number - 1
            clock.now += 1
            assert await comes() == 200
            await fetched(issuer, found, number)
        clock.now = KEPT
        assert await comes() == 200
        await fetched(issuer, found, 6)
        clock.now = KEPT + 1
        assert await comes() == 401
        clock.now += GAP
        assert await comes() == 401
        issuer.publish(OLD)
        clock.now += GAP
        assert await comes() == 200
    assert caplog.messages == [
        f"the keys of {issuer.name} cannot be fetched (status 503): those of before serve for a day at most",
        f"the keys of {issuer.name} can be fetched again",
    ]


async def test_nobody_waits_for_an_issuer_that_is_known_not_to_answer(clock: Clock):
    async with issuing() as issuer, known(issuer) as (found, seconds):
        issuer.answers(DOWN, hang)
        seconds.now = FRESH
        assert await found.find(OLD.kid)
        await fetched(issuer, found, 2)
        began, seconds.now = clock.now, KEPT / 2
        assert await found.find(OLD.kid)
        await issuer.upstream.has(3, "/jwks")
        assert await found.find(OLD.kid)
        assert clock.now == began


async def test_each_outage_is_told_once(caplog: pytest.LogCaptureFixture):
    async with issuing() as issuer, known(issuer) as (found, clock):
        for number, manner in enumerate((DOWN, DOWN, hang_up, keys(OLD), DOWN, keys(OLD)), 2):
            issuer.answers(manner)
            clock.now += FRESH
            await found.find(OLD.kid)
            await fetched(issuer, found, number)
    assert [("cannot" in message, "again" in message) for message in caplog.messages] == [
        (True, False),
        (False, True),
    ] * 2
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
