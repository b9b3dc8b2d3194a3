"""The issuer's keys over time: how often it is asked, and when they change."""

import anyio
import pytest
from tests.server.faults.clock import calm
from tests.server.signin.asking import status_of
from tests.server.signin.issuer import NOW, Seconds, fetched, issuing, keys, known, signer, when

from make_mcp.signin.jwks import GAP, LATE
from make_mcp.signin.source import FRESH

pytestmark = pytest.mark.usefixtures("clock")

OLD, NEW = signer(), signer("EdDSA", "new")


async def test_all_who_wait_share_one_fetch():
    async with issuing() as issuer, known(issuer, loaded=False) as (found, _):
        arrived = anyio.Event()
        issuer.answers(when(arrived, keys(OLD)))
        verifier, statuses = issuer.verifier(found), list[int]()

        async def come(number: int) -> None:
            statuses.append(await status_of(verifier, OLD.sign(issuer.claims(jti=str(number)))))

        async with anyio.create_task_group() as tasks:
            for number in range(64):
                tasks.start_soon(come, number)
            await issuer.upstream.has(1, "/jwks")
            await calm()
            arrived.set()
        assert (statuses, issuer.fetches) == ([200] * 64, 1)


async def test_keys_are_fetched_before_anybody_comes():
    async with issuing() as issuer, known(issuer, loaded=False) as (found, _):
        await issuer.upstream.has(1, "/jwks")
        assert await found.find(OLD.kid)
        assert issuer.fetches == 1


async def test_who_goes_away_takes_the_fetch_from_nobody():
    async with issuing() as issuer:
        goes_on = anyio.Event()
        issuer.answers(when(goes_on, keys(OLD)))
        async with known(issuer, loaded=False) as (found, _), anyio.create_task_group() as tasks:
            first = anyio.CancelScope()

            async def goes() -> None:
                with first:
                    await found.find(OLD.kid)

            async def stays() -> None:
                assert await found.find(OLD.kid)

            tasks.start_soon(goes)
            tasks.start_soon(stays)
            await issuer.upstream.has(1, "/jwks")
            first.cancel()
            goes_on.set()
        assert issuer.fetches == 1


async def test_keys_that_are_fresh_are_not_fetched_again():
    async with issuing() as issuer, known(issuer) as (found, clock):
        for clock.now in (1, GAP, FRESH - 1):
            assert await found.find(OLD.kid)
        await calm()
        assert issuer.fetches == 1


async def test_keys_are_fetched_anew_in_time_and_nobody_waits_for_it():
    async with issuing() as issuer, known(issuer) as (found, clock):
        goes_on = anyio.Event()
        issuer.answers(when(goes_on, keys(OLD, NEW)))
        clock.now = FRESH
        for _ in range(64):
            assert await found.find(OLD.kid)
        await issuer.upstream.has(2, "/jwks")
        assert await found.find(OLD.kid)
        goes_on.set()
        assert await found.find(NEW.kid)
        assert issuer.fetches == 2


MAX_AGE = [
    ("max-age=120", 120), ("public, max-age=300, must-revalidate", 300), ("Max-Age=90", 90), ('max-age="200"', 200),
    ("max-age=0", 60), ("max-age=31536000", 3600), ("no-store", FRESH), ("max-age=", FRESH), ("max-age=-5", FRESH), ("s-maxage=90", FRESH),
    ("max-age=" + "9" * 400, 3600), ("x-max-age=70", FRESH),
]  # fmt: skip


@pytest.mark.parametrize(("header", "seconds"), MAX_AGE, ids=[header[:40] for header, _ in MAX_AGE])
async def test_the_issuer_says_how_long_keys_are_fresh_within_bounds(header: str, seconds: float):
    async with issuing() as issuer:
        issuer.publish(OLD, cache_control=header)
        async with known(issuer) as (found, clock):
            clock.now = seconds - 0.5
            assert await found.find(OLD.kid)
            await calm()
            assert issuer.fetches == 1
            clock.now = seconds
            assert await found.find(OLD.kid)
            await fetched(issuer, found, 2)


async def test_a_new_key_is_taken_as_soon_as_somebody_comes_with_it():
    async with issuing() as issuer, known(issuer) as (found, clock):
        verifier = issuer.verifier(found)
        issuer.publish(OLD, NEW)
        clock.now = GAP
        for one in (NEW, OLD):
            assert await status_of(verifier, one.sign(issuer.claims())) == 200
        assert issuer.fetches == 2


async def test_names_of_keys_that_nobody_has_do_not_make_us_ask_more_often():
    async with issuing() as issuer, known(issuer) as (found, clock):

        async def come(number: int) -> None:
            assert not await found.find(f"made-up-{number}")

        for clock.now, fetches in ((GAP - 1, 1), (GAP, 2), (2 * GAP - 1, 2), (2 * GAP, 3)):
            async with anyio.create_task_group() as tasks:
                for number in range(64):
                    tasks.start_soon(come, number)
            assert issuer.fetches == fetches
        assert await found.find(OLD.kid)


async def test_a_key_that_the_issuer_withdraws_ends():
    async with issuing() as issuer, known(issuer) as (found, clock):
        issuer.publish(NEW)
        clock.now = FRESH
        await found.find(OLD.kid)
        await fetched(issuer, found, 2)
        assert not await found.find(OLD.kid)
        assert await found.find(NEW.kid)


async def test_after_a_long_silence_the_new_keys_are_waited_for():
    async with issuing() as issuer, known(issuer) as (found, clock):
        issuer.publish(NEW)
        clock.now = FRESH + LATE
        assert not await found.find(OLD.kid)
        assert issuer.fetches == 2


async def test_an_issuer_without_any_key_lets_nobody_in(caplog: pytest.LogCaptureFixture):
    async with issuing() as issuer, known(issuer) as (found, clock):
        issuer.publish()
        clock.now = FRESH + LATE
        assert not await found.find(OLD.kid)
        assert caplog.messages == [f"{issuer.name} has no key by which a token could be signed: nobody can sign in"]
        # It has answered: who comes now does not make us ask again at once.
        clock.now += GAP - 1
        assert not await found.find(OLD.kid)
        assert issuer.fetches == 2


# ---- Tokens that were good a moment ago


async def test_a_token_that_was_good_is_not_checked_again_for_a_minute():
    async with issuing() as issuer, known(issuer) as (found, clock):
        time = Seconds()
        verifier, token = issuer.verifier(found, time), OLD.sign(issuer.claims())
        assert await status_of(verifier, token) == 200
        issuer.publish(NEW)
        clock.now = FRESH + LATE
        assert not await found.find(OLD.kid)
        for time.now, status in ((NOW + 59, 200), (NOW - 1, 401), (NOW + 60, 401)):
            assert await status_of(verifier, token) == status


async def test_a_token_that_was_good_still_expires():
    async with issuing() as issuer, known(issuer) as (found, _):
        time = Seconds()
        verifier, token = issuer.verifier(found, time), OLD.sign(issuer.claims(exp=NOW + 5))
        for time.now, status in ((NOW, 200), (NOW + 34, 200), (NOW + 35, 401)):
            assert await status_of(verifier, token) == status


async def test_only_so_many_tokens_are_remembered():
    async with issuing() as issuer:
        issuer.publish(OLD, NEW)
        async with known(issuer) as (found, clock):
            verifier = issuer.verifier(found)
            tokens = [NEW.sign(issuer.claims(jti=str(number))) for number in range(1_001)]
            for token in tokens:
                assert await verifier.verify_token(token)
            issuer.publish(OLD)
            clock.now = FRESH + LATE
            assert await verifier.verify_token(tokens[-1])
            assert await verifier.verify_token(tokens[1])
            assert await verifier.verify_token(tokens[0]) is None
