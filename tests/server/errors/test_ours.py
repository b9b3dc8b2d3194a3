"""Errors that are not Make's: each says what happened and what to do next, and changes only on purpose."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest
from tests.conftest import Accepted
from tests.server.errors.reading import calls, names
from tests.server.errors.test_snapshots import SNAPSHOTS
from tests.server.network import (
    ENDPOINTS,
    MAKE_KEY,
    MATON_ONLY,
    SECRETS,
    Network,
    Respond,
    always,
    calling,
    failing,
    json_answer,
)
from tests.server.test_codes import every_refusal

from make_mcp.calls import Caller
from make_mcp.confirmation import NotConfirmed
from make_mcp.confirmation.person import Reply, agreed
from make_mcp.confirmation.previews import MAY_NOT_WRITE, NO_PERSON, NOT_READ, STILL_ASKED
from make_mcp.idempotency import Ended, InMemory, KeyRefused, Waiting, again, named, same
from make_mcp.idempotency_in_redis import UNAVAILABLE
from make_mcp.settings import Settings, load
from make_mcp.upstream import NotConfigured
from make_mcp.upstream.doors import Doors, open_doors
from make_mcp.upstream.guard import Guard, GuardError
from make_mcp.upstream.wire import LARGEST

pytestmark = pytest.mark.usefixtures("clock")
Call = tuple[str, dict[str, Any]]
READ: Call = ("scenarios_get", {"scenarioId": 77})
LIST: Call = ("teams_list", {"organizationId": 11})
WRITE: Call = ("scenarios_run", {"scenarioId": 77, "data": {"a": "x"}, "confirm": True})
LINK: Call = ("maton_connections_get", {"matonConnectionId": "21fd90f9"})
Texts = dict[str, str]


async def text_of(caller: Caller, call: Call) -> str:
    answer = await caller.call(*call)
    assert answer.is_error, answer.text
    return answer.text


async def after(respond: Respond, *made: Call, flags: Mapping[str, Any] = MAKE_KEY) -> str:
    """What the last of these calls ends with, on a network that answers so."""
    text = ""
    async with calling(Network(respond), dict(flags)) as caller:
        for call in made:
            text = (await caller.call(*call)).text
    return text


def missing(settings: Settings, tool: str) -> str:
    with pytest.raises(NotConfigured) as error:
        open_doors(settings).door(ENDPOINTS[tool])
    return str(error.value)


def without_a_key() -> Texts:
    nobody = Doors({}, "make", nobody="this server keeps no key for you. Next: the user asks its operator to add one.")
    with pytest.raises(NotConfigured) as error:
        nobody.door(ENDPOINTS["users_me"])
    return {
        "no key": missing(load({}), "users_me"),
        "no key, and only Maton offers it": missing(load({}), "maton_connections_list"),
        "no key, and only Make offers it": missing(load({}), "notifications_list"),
        "no zone": missing(load({"make_api_key": "a" * 40}), "users_me"),
        "no key for this caller": str(error.value),
    }


async def no_answer() -> Texts:
    refused, broken = httpx2.ConnectError("no"), httpx2.ReadError("no")
    with pytest.raises(GuardError) as guarded:
        Guard(["https://eu1.make.com/api/v2"]).check("https://eu1.make.com/api/v2/../x")
    long: Call = ("scenarios_list", {"teamId": 22, "fields": ["x" * 100_000]})
    return {
        "no connection, read": await after(failing(refused), READ),
        "no connection, write": await after(failing(refused), WRITE),
        "no answer, read": await after(failing(broken), READ),
        "no answer, write": await after(failing(broken), WRITE),
        "an address that is too long": await after(failing(httpx2.InvalidURL("no")), long),
        "an address outside": str(guarded.value),
        "a link of another app": await after(
            lambda _: json_answer({"connection": {"app": "gmail"}}), LINK, flags=MATON_ONLY
        ),
        "a fault of ours": await after(failing(RuntimeError("no")), READ),
    }


async def held() -> Texts:
    slow = always(429, b'{"message":"later"}', retry_after="20")
    pace = {**MAKE_KEY, "pace": "1/hour"}
    return {
        "its pace": await after(always(200, b'{"scenario":{}}'), READ, READ, flags=pace),
        "it asked for a pause": await after(slow, READ, READ, flags={**MAKE_KEY, "pace": "9/second", "timeout": 9.0}),
        "it keeps failing": await after(always(500, b'{"message":"no"}'), *[READ] * 11),
        "too many in flight": await among_many(MAKE_KEY, 1100),
        "too many wait for their turn": await among_many({**MAKE_KEY, "pace": "50/second"}, 1200),
    }


class Silent(httpx2.AsyncBaseTransport):
    """A network that takes requests and never answers."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await anyio.sleep_forever()
        raise AssertionError(request)


async def among_many(flags: dict[str, Any], many: int) -> str:
    """What a call hears that comes behind so many others, none of which is answered."""
    heard: list[str] = []
    async with calling(Silent(), flags) as caller, anyio.create_task_group() as tasks:
        for _ in range(many):
            tasks.start_soon(caller.call, *READ)
        await anyio.sleep(0.1)
        heard.append(await text_of(caller, READ))
        tasks.cancel_scope.cancel()
    return heard[0]


async def no_good_answer() -> Texts:
    forms: dict[str, Respond] = {
        "a redirect": always(302, location="https://login.example.com/x"),
        "a page": always(200, b"<html>Sign in</html>", content_type="text/html"),
        "nothing": always(200, b""),
        "a list": always(200, b"[1]"),
        "an error inside": always(200, b'{"error":{"message":"Entity is locked"},"scenario":{"id":77}}'),
        "too much": always(200, b" " * (LARGEST + 1)),
        "packed": always(200, b"x", content_encoding="br"),
    }
    found: Texts = {}
    for form, respond in forms.items():
        found[f"{form}, read"] = await after(respond, READ)
        if form != "an error inside":
            # A run that ends in an error is an answer.
            found[f"{form}, write"] = await after(respond, WRITE)
    found["too much, list"] = await after(forms["too much"], LIST)
    found["too much, and no way to ask for less"] = await after(forms["too much"], ("hooks_get", {"hookId": 41}))
    found["a page, through Maton"] = await after(forms["a page"], READ, flags=MATON_ONLY)
    return found


async def arguments() -> Texts:
    wrong: dict[str, Call] = {
        "an id is missing": ("hooks_get", {}),
        "an id of another form": ("incomplete_executions_get", {"incompleteExecutionId": "5"}),
        "a number in quotes": ("hooks_get", {"hookId": "41"}),
        "no such argument": ("hooks_get", {"hookId": 41, "team": 5}),
        "neither of two": ("scenarios_list", {}),
        "confirm in words": ("scenarios_start", {"scenarioId": 77, "confirm": "yes"}),
        "what was hidden": ("hooks_rename", {"hookId": 41, "name": "hidden by make-mcp"}),
    }
    return {what: await after(always(200, b"{}"), call) for what, call in wrong.items()}


async def not_confirmed(path: Path) -> Texts:
    replies: dict[str, Reply] = {
        "declined": Reply("decline", {}),
        "cancelled": Reply("cancel", {}),
        "no_answer": Reply("accept", {}),
        "wrong_name": Reply("accept", {"typedName": "another"}),
    }
    found = {error.reason: str(error) for error in await every_refusal(path)}
    for reason, reply in replies.items():
        with pytest.raises(NotConfirmed) as error:
            agreed(reply, "Orders")
        assert error.value.reason == reason
        found[reason] = str(error.value)
    more = {"scope": MAY_NOT_WRITE, "person_required": NO_PERSON, "person_required, once asked": STILL_ASKED}
    return {**found, **more, "not_read": NOT_READ.format(why="Make answered 503")}


async def keys() -> Texts:
    tries: dict[str, Callable[[], Awaitable[object]]] = {
        "idempotency_in_progress": lambda: Waiting(0.0, None).until(anyio.sleep_forever),
        "invalid_idempotency_key": at_once(lambda: named("local", 5)),
        "idempotency_conflict": at_once(lambda: same(b"1", b"2")),
    }
    found: Texts = {"idempotency_unavailable": UNAVAILABLE}
    for code, attempt in tries.items():
        with pytest.raises(KeyRefused, match=code) as error:
            await attempt()
        found[code] = str(error.value)
    endpoint, given = ENDPOINTS[WRITE[0]], WRITE[1]
    store = InMemory()
    with anyio.CancelScope() as scope:
        async with store.turn(endpoint, "local", "k1", b"x") as turn:
            turn.outcome = "unknown"
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    async with store.turn(endpoint, "local", "k1", b"x") as turn:
        assert turn.before is not None
        found["a repetition of a call that was cancelled"] = again(endpoint, turn.before, given)[0]
    told = again(endpoint, Ended(None, is_error=False), given)[1]
    assert told is not None
    return {**found, "a repetition of which the answer is not kept": told["told"]}


def at_once(work: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    async def done() -> object:
        return work()

    return done


async def every_text(path: Path) -> dict[str, Texts]:
    return {
        "No key": without_a_key(),
        "No answer": await no_answer(),
        "Not let out": await held(),
        "No good answer": await no_good_answer(),
        "Arguments": await arguments(),
        "Not confirmed": await not_confirmed(path),
        "Idempotency keys": await keys(),
    }


async def test_an_error_of_ours_says_what_to_do_next_and_changes_only_on_purpose(tmp_path: Path, accepted: Accepted):
    lines = ["# Errors that are not Make's. Written by `pytest --accept`.", ""]
    for group, texts in (await every_text(tmp_path / "used")).items():
        lines += [f"## {group}", ""]
        for what, text in texts.items():
            lines += [f"{what}:", f"    {text}", ""]
            has_a_next_step(text)
    accepted(SNAPSHOTS / "ours.txt", "\n".join(lines))


def has_a_next_step(text: str) -> None:
    """One, and the calls in it exist and change nothing."""
    assert text.count("Next: ") == 1, text
    assert not any(secret in text for secret in SECRETS)
    following = text.partition("Next: ")[2]
    assert names(following) <= ENDPOINTS.keys(), text
    for step in calls(following):
        assert {*step.given, *step.lacks} <= step.endpoint.schema["properties"].keys(), text
        assert step.endpoint.effect == "read", text
        if step.given and not step.lacks:
            step.endpoint.parse(step.given)
