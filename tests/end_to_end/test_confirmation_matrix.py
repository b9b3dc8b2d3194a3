"""What comes of a write, for every kind of client and each policy: it happens exactly once at Make, or not at all.

The tables hold for all transports (stdio, Streamable HTTP, SSE) and for both protocol eras: who may confirm what is decided
in the gate, from what the client can do and the policy alone. Transport and era only settle how a question travels (within
the call, or as the end of one round and the beginning of the next), and none of them may make an answer count more or less.

Make is an account on loopback that counts what reaches it; the server is a process.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from mcp_types import ElicitRequestFormParams, ElicitResult, ErrorData
from tests.end_to_end.behaviours import BEHAVIOURS, Behaviour
from tests.end_to_end.people import DECLARED, FIELD, Declared, Heard, Json, Session, accepting, session, stdio
from tests.end_to_end.processes import listening
from tests.end_to_end.upstream import Upstream, making

Times: TypeAlias = Literal["once", "never"]
Row: TypeAlias = tuple[Times, Times, Times]
POLICIES = ("standard", "strict", "human")
ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}

DESTROY: Mapping[str, Row] = {
    #                                           standard   strict   human
    "accepts": ("once", "once", "once"),
    "accepts, forms declared the old way": ("once", "once", "once"),
    "declines": ("never", "never", "never"),
    "cancels": ("never", "never", "never"),
    "types a wrong name": ("never", "never", "never"),
    "accepts for the person: nothing": ("never", "never", "never"),
    "accepts for the person: another field": ("never", "never", "never"),
    "accepts for the person: confirm": ("never", "never", "never"),
    "accepts for the person: true": ("never", "never", "never"),
    "accepts for the person: a number": ("never", "never", "never"),
    "accepts for the person: a list": ("never", "never", "never"),
    "answers with an error": ("never", "never", "never"),
    "cannot ask": ("once", "once", "never"),
    "can only show links": ("once", "once", "never"),
    "types the name itself, as an argument": ("never", "never", "never"),
    "confirms with true": ("never", "never", "never"),
    "confirms with the name": ("never", "never", "never"),
}
"""A tool that destroys: a code under each policy, and a person wherever one can be asked."""

WRITE: Mapping[str, Row] = {
    #                                           standard   strict   human
    "accepts": ("once", "once", "once"),
    "accepts, forms declared the old way": ("once", "once", "once"),
    "declines": ("once", "once", "never"),
    "cancels": ("once", "once", "never"),
    "types a wrong name": ("once", "once", "never"),
    "accepts for the person: nothing": ("once", "once", "never"),
    "accepts for the person: another field": ("once", "once", "never"),
    "accepts for the person: confirm": ("once", "once", "never"),
    "accepts for the person: true": ("once", "once", "never"),
    "accepts for the person: a number": ("once", "once", "never"),
    "accepts for the person: a list": ("once", "once", "never"),
    "answers with an error": ("once", "once", "never"),
    "cannot ask": ("once", "once", "never"),
    "can only show links": ("once", "once", "never"),
    "types the name itself, as an argument": ("never", "never", "never"),
    "confirms with true": ("once", "never", "never"),
    "confirms with the name": ("never", "never", "never"),
}
"""A tool that writes: `confirm` true under standard, a code under strict, a code and a person under human alone."""


@dataclass(frozen=True)
class Tool:
    """A tool that is tried, each time on a target of its own."""

    name: str
    table: Mapping[str, Row]
    asks: tuple[str, ...]
    """The policies under which a person is asked."""
    target: Callable[[Upstream], Json]
    """The arguments for a new target, whose name is Kept."""
    request: Callable[[Json], tuple[str, str]]
    """What reaches Make, from the arguments."""
    happened: Callable[[Upstream, Json], bool]
    """As it can be read at Make afterwards."""


DELETES = Tool(
    "scenarios_delete",
    DESTROY,
    POLICIES,
    lambda make: {"scenarioId": make.scenario("Kept")},
    lambda given: ("DELETE", f"/scenarios/{given['scenarioId']}"),
    lambda make, given: not make.has(f"/scenarios/{given['scenarioId']}"),
)
RENAMES = Tool(
    "hooks_rename",
    WRITE,
    ("human",),
    lambda make: {"hookId": make.hook("Kept"), "name": "Renamed"},
    lambda given: ("PATCH", f"/hooks/{given['hookId']}"),
    lambda make, given: make.get(f"/hooks/{given['hookId']}")["hook"]["name"] == "Renamed",
)


@dataclass(frozen=True)
class Place:
    """Where a server is met: `address` is None where each client starts its own."""

    transport: str
    policy: str
    address: str | None
    flags: tuple[str, ...]
    variables: Mapping[str, str]


@pytest.fixture(scope="module")
def make() -> Generator[Upstream]:
    with making() as upstream:
        yield upstream


@pytest.fixture(scope="module", params=product(("stdio", "http", "sse"), POLICIES), ids="-".join)
def place(request: pytest.FixtureRequest, make: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    transport, policy = request.param
    log: Path = tmp_path_factory.mktemp("audit") / "log"
    flags = ("serve", "--confirm", policy, "--audit-log", str(log))
    if transport == "stdio":
        yield Place(transport, policy, None, flags, make.variables)
        return
    with listening(*flags, "--transport", transport, "--port", "0", **make.variables) as address:
        yield Place(transport, policy, address, flags, make.variables)


@asynccontextmanager
async def clients(place: Place, era: str) -> AsyncGenerator[Mapping[Declared, Session]]:
    """A client of each kind. Where each request tells what its client can do, they share a connection."""
    async with AsyncExitStack() as open_:

        async def connected(declared: Declared) -> Session:
            server = place.address or stdio(*place.flags, **place.variables)
            return await open_.enter_async_context(session(server, ERAS[era], declared, sse=place.transport == "sse"))

        first = await connected("forms")
        assert first.client.protocol_version == era
        if era == "2026-07-28":
            yield {declared: replace(first, declared=declared) for declared in DECLARED}
        else:
            yield {"forms": first, **{each: await connected(each) for each in DECLARED if each != "forms"}}


@pytest.mark.parametrize("era", ERAS)
async def test_a_write_happens_once_or_never_as_the_tables_say(era: str, place: Place, make: Upstream):
    column = POLICIES.index(place.policy)
    async with clients(place, era) as at:
        for tool in (DELETES, RENAMES):
            found = {name: await _cell(tool, one, place.policy, at, make) for name, one in BEHAVIOURS.items()}
            assert found == {name: row[column] for name, row in tool.table.items()}


async def _cell(tool: Tool, behaviour: Behaviour, policy: str, at: Mapping[Declared, Session], make: Upstream) -> Times:
    """How often it happens; that its replays do not, and that a person is asked when and only when they should be."""
    mine = at[behaviour.declared]
    target = tool.target(make)
    before = len(make.written)
    preview = (await mine.call(tool.name, **target)).preview
    by_argument = tool is RENAMES and policy == "standard"
    # Who cannot ask gets no code under `human`, and tries the one that somebody else was given.
    code = preview.get("code") or (await at["forms"].call(tool.name, **target)).preview.get("code")
    assert (code is None) is by_argument
    told = True if by_argument else code
    confirm = {"as told": told, "true": True, "name": "Kept"}[behaviour.confirm]
    given = {**target, **(behaviour.more or {}), "confirm": confirm}

    asked = len(mine.person.questions)
    sent_when_asked: list[int] = []

    def answer(question: ElicitRequestFormParams) -> ElicitResult | ErrorData:
        sent_when_asked.append(len(make.written) - before)
        return behaviour.answer(question)

    mine.person.answer = answer
    assert len(make.written) == before, "a preview changes nothing"
    heard = await mine.call(tool.name, **given)
    outcome: Times = "once" if len(make.written) > before else "never"
    expected = [tool.request(target)] if outcome == "once" else []
    assert [(one.method, one.address) for one in make.written[before:]] == expected
    assert heard.done is tool.happened(make, target) is (outcome == "once")
    assert set(sent_when_asked) <= {0}, "nothing leaves before the answer"
    asks = behaviour.can_be_asked and policy in tool.asks
    assert len(mine.person.questions) - asked == (1 if asks else 0)

    if not by_argument:
        # `confirm` true is no code: said again, it is another write, as the description of the tool says.
        replays = await _replays(tool, behaviour, mine, given)
        assert not any(one.done for one in replays)
        spent = outcome == "once" or (asks and isinstance(behaviour.answer(mine.person.questions[-1]), ElicitResult))
        assert not spent or all("The code was used before" in str(one.error) for one in replays)
        assert [(one.method, one.address) for one in make.written[before:]] == expected
    return outcome


async def _replays(tool: Tool, behaviour: Behaviour, mine: Session, given: Json) -> list[Heard]:
    """The same call again, now with a person who would agree; where the answer came in a request, that one too."""
    request = mine.wire.last
    if behaviour.can_be_asked and behaviour is not BEHAVIOURS["answers with an error"]:
        mine.person.answer = accepting
    replays = [await mine.call(tool.name, **given)]
    if mine.client.protocol_version == "2026-07-28":
        replays.append(await mine.send_again(request))
    return replays


async def test_an_answer_to_a_question_that_nobody_asked_is_none(place: Place, make: Upstream):
    """On 2026-07-28 the client brings the answer, and could bring one that no person gave to this question."""
    async with clients(place, "2026-07-28") as at:
        mine = at["forms"]
        one, other = make.scenario("Kept"), make.scenario("Kept")
        before = len(make.written)

        async def code(id_: int) -> str:
            return (await mine.call(DELETES.name, scenarioId=id_)).preview["code"]

        async def question(given: Json) -> tuple[str, str]:
            asked = (await mine.send(DELETES.name, given, None, None)).question
            assert asked is not None
            assert asked.input_requests is not None
            assert asked.request_state is not None
            return asked.request_state, next(iter(asked.input_requests))

        first_code = await code(one)
        given: Json = {"scenarioId": one, "confirm": first_code}
        state, key = await question(given)
        of_other, _ = await question({"scenarioId": other, "confirm": await code(other)})
        of_other_code, _ = await question({"scenarioId": one, "confirm": await code(one)})
        yes = ElicitResult(action="accept", content={FIELD: "Kept"})
        asked_again = {
            "an answer without a question": (None, {key: yes}),
            "an answer under another name": (state, {"answer": yes}),
            "a question without an answer": (state, None),
        }
        refused = {
            "an invented state": ("v1.invented", {key: yes}),
            "the code as the state": (first_code, {key: yes}),
            "an altered state": (state[:-2] + ("A" if state[-2] != "A" else "B") + state[-1], {key: yes}),
            "the question about another target": (of_other, {key: yes}),
            "the question for another code": (of_other_code, {key: yes}),
        }
        for forgery, (brought, answers) in asked_again.items():
            heard = await mine.send(DELETES.name, given, brought, answers)
            assert heard.question is not None, forgery
        for forgery, (brought, answers) in refused.items():
            heard = await mine.send(DELETES.name, given, brought, answers)
            assert "requestState" in str(heard.error), forgery
        # The answer counts for the call with its code, and not for one without.
        assert "requestState" in str((await mine.send(DELETES.name, {"scenarioId": one}, state, {key: yes})).error)
        assert make.written[before:] == []
        assert make.has(f"/scenarios/{one}")

        assert (await mine.send(DELETES.name, given, state, {key: yes})).done, "the answer to the question counts"
        assert "The code was used before" in str((await mine.send(DELETES.name, given, state, {key: yes})).error)
        assert [(w.method, w.address) for w in make.written[before:]] == [("DELETE", f"/scenarios/{one}")]
        assert make.has(f"/scenarios/{other}")
