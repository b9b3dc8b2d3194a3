"""What the practice account has and Make has not: a clock that can be moved, and a new beginning.

These addresses need no key, because there is nothing to protect, and lie apart from Make's and Maton's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from make_sandbox import errors, worlds
from make_sandbox.api.dispatch import METHODS, Answer, Practice, inside, origin, read_body, whole
from make_sandbox.api.fields import Field, read_json
from make_sandbox.automation import hooks, runs
from make_sandbox.model import tables
from make_sandbox.model.account import Account
from make_sandbox.model.present import is_frozen, show
from make_sandbox.model.selection import Selection
from make_sandbox.model.store import Document, Table

ROOT = "/sandbox"
LARGEST_SEED = 2**31
LONGEST = 366 * 24 * 3600
"""Seconds that the clock can be moved on at once."""


def routes() -> Iterator[Route]:
    yield Route("/", _answer(_show), methods=["GET"])
    yield Route(ROOT, _answer(_show), methods=["GET"])
    yield Route(f"{ROOT}/clock", _answer(_move), methods=["POST"])
    yield Route(f"{ROOT}/reset", _answer(_reset), methods=["POST"])
    for elsewhere in ("/", ROOT, f"{ROOT}/{{rest:path}}"):
        yield whole(Route(elsewhere, _nothing_here, methods=METHODS))


async def _nothing_here(_: Request) -> Response:
    there_is = f"GET {ROOT}, POST {ROOT}/clock and POST {ROOT}/reset"
    return Answer({"message": f"The practice account has {there_is}, and nothing here."}, status_code=404)


def _answer(work: Callable[[Practice, Request, bytes], None]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        practice: Practice = request.app.state.practice
        try:
            work(practice, request, await request.body())
        except errors.MakeError as refusal:
            return Answer(refusal.body, status_code=refusal.status)
        return Answer(inside(practice, lambda account: _state(account, origin(request)), writes=False))

    return answer


def _state(account: Account, address: str) -> Document:
    import make_sandbox

    world = worlds.held(account)
    return {
        "now": account.stamp(),
        "frozen": is_frozen(account.store),
        "world": world["name"],
        "seed": world["seed"],
        "make": {"url": f"{address}/api/v2", "token": make_sandbox.TOKEN},
        "maton": {"url": f"{address}/make/api/v2", "key": make_sandbox.KEY},
        "organizations": _rows(account, tables.ORGANIZATIONS, "id", "name", "isPaused"),
        "teams": _rows(account, tables.TEAMS, "id", "name", "organizationId"),
        "scenarios": _rows(account, tables.SCENARIOS, "id", "name", "teamId", "isActive", "isinvalid"),
        "hooks": [
            {name: row[name] for name in ("id", "name", "teamId", "scenarioId", "url")}
            for row in hooks.shown(account, account.store.select(tables.HOOKS, FIRST), address)
        ],
    }


MOST = 100
"""How many of a kind the state names. The API has them all."""

FIRST = Selection(limit=MOST)


def _rows(account: Account, table: Table, *names: str) -> list[Document]:
    return [{name: row[name] for name in names} for row in account.store.select(table, FIRST)]


def _show(_: Practice, __: Request, ___: bytes) -> None:
    """The state is what every address here answers with."""


CLOCK = (Field("now", "text"), Field("forward", "integer"), Field("frozen", "boolean"))


def _move(practice: Practice, _: Request, raw: bytes) -> None:
    """`now` sets the clock to a moment, `forward` moves it on by seconds, `frozen` stops it or lets it go again.

    It never goes back: what has happened stays. What comes due on the way happens at its own time.
    """
    wanted = read_json(CLOCK, read_body(raw), strict=True)
    if not wanted or {"now", "forward"} <= wanted.keys():
        raise errors.invalid_parameters(
            ["Give 'now' or 'forward' (seconds), 'frozen' (a boolean), or one with the other."]
        )

    def move(account: Account) -> None:
        now = account.now()
        forward = wanted.get("forward", 0)
        if "now" in wanted:
            forward = (_moment(wanted["now"]) - now).total_seconds()
        if not 0 <= forward <= LONGEST:
            raise errors.invalid_parameters(
                [f"The clock goes forward only, by a year at most: it is {account.stamp()}."]
            )
        moment = now + timedelta(seconds=forward)
        if runs.coming(account, moment) > runs.CATCH_UP:
            raise errors.invalid_parameters(
                [f"More than {runs.CATCH_UP:,} runs would come due on the way: take smaller steps, or stop scenarios."]
            )
        frozen = wanted.get("frozen", is_frozen(account.store))
        show(account.store, practice.outside, moment, frozen=frozen)

    inside(practice, move, writes=True)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid_parameters(["The parameter 'now' takes a moment as 2026-04-14T12:00:00Z."]) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


RESET = (Field("world", "text", choices=worlds.NAMES), Field("seed", "integer"))


def _reset(practice: Practice, _: Request, raw: bytes) -> None:
    """Starts over, with the same world and seed unless others are named, and with a clock that shows the real time."""
    wanted = read_json(RESET, read_body(raw), strict=True)
    if not 0 <= wanted.get("seed", 0) <= LARGEST_SEED:
        raise errors.invalid_parameters([f"The parameter 'seed' takes a number from 0 to {LARGEST_SEED}."])
    with practice.account.store.transaction():
        held = worlds.held(practice.account)
        world, seed = wanted.get("world", held["name"]), wanted.get("seed", held["seed"])
        practice.account.store.clear()
        worlds.fill(practice.account, world, seed)
