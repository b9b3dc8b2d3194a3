"""What holds for every plan: it only looks, it always binds, it shows safe lines, whatever the account holds."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.preview_answers import FIELDS, KEYS, NAMES, ODD, answers, echo, objects
from tests.tools.preview_driver import ENDPOINTS, WRITES, Answers, Run, run, shown, texts
from tests.tools.preview_form import GUARD
from tests.tools.wire_cases import CASES

from make_tools.previews import PLANS, Look, Seen, Unseen
from make_tools.wording import safe

CALLS = [(case.tool, dict(case.arguments)) for case in CASES if case.tool in WRITES]
GUARDED = [name for name in WRITES if ENDPOINTS[name].guarded]
NOTHING = "There is nothing to "
LONGEST = 2000
"""Characters of one text in a preview."""


def is_safe(text: str) -> bool:
    return (
        len(text) <= LONGEST
        and all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in text)
        and safe(text, LONGEST) == text
    )


def lines(done: Run) -> Iterator[str]:
    yield from (done.sight.what, *done.sight.next, *done.sight.hindered, *done.sight.dependents, *done.sight.unseen)


def test_every_write_has_a_plan_and_no_read_has_one():
    assert sorted(PLANS) == sorted(WRITES)


def test_every_plan_is_tried_here():
    assert {tool for tool, _ in CALLS} == set(WRITES)


def test_a_plan_says_in_one_line_what_its_preview_shows():
    for tool, plan in PLANS.items():
        about = plan.__doc__ or ""
        assert "\n" not in about, tool
        assert about.endswith("."), tool
        assert about[0].isupper(), tool


def holds_up(tool: str, arguments: Mapping[str, Any], answers: Answers, *, forced: bool = False) -> None:
    """What is true of a plan, whatever it gets to see; `forced` where Make has a guard that can be overruled."""
    forced = forced and ENDPOINTS[tool].guarded
    seen: list[Seen] = []

    def answer(look: Look) -> Seen:
        seen.append(answers(look))
        return seen[-1]

    done = run(tool, arguments, answer, forced=forced)

    # A code for nothing would be good for whatever is there by then.
    assert done.sight.bound is not (NOTHING in done.sight.what)
    assert done.sight.bound or done.sight.missing
    assert done.sight.what
    assert done.sight.name
    assert [text for text in shown(done.sight) if not is_safe(text)] == []
    assert all(look.request.method == "GET" and look.endpoint.effect == "read" for look in done.looks)
    # Whoever needs the state alone stops early, and sees the same.
    again = iter(seen)
    part = run(tool, arguments, lambda _: next(again), whole=False, forced=forced)
    assert json.dumps(part.sight.state) == json.dumps(done.sight.state)
    assert part.sight.name == done.sight.name
    assert part.sight.unread is done.sight.unread
    assert part.sight.missing is done.sight.missing
    if done.bound is not None:
        assert json.dumps(done.bound[0]) == json.dumps(done.sight.state)
        assert done.bound[1] == done.sight.name


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_a_plan_gets_along_with_any_answer(tool: str, arguments: dict[str, Any], data: st.DataObject):
    holds_up(tool, arguments, lambda _: data.draw(answers), forced=data.draw(st.booleans()))


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_a_plan_gets_along_with_any_fields(tool: str, arguments: dict[str, Any], data: st.DataObject):
    holds_up(tool, arguments, lambda look: echo(look, "Orders", data.draw(objects)), forced=data.draw(st.booleans()))


@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_a_plan_gets_along_with_what_no_field_should_hold(tool: str, arguments: dict[str, Any], odd: Any, forced: bool):
    fields = dict.fromkeys(FIELDS, odd)
    holds_up(tool, arguments, lambda look: echo(look, "Orders", fields), forced=forced)
    del fields["id"]
    holds_up(tool, arguments, lambda look: echo(look, "Orders", fields), forced=forced)
    holds_up(tool, arguments, lambda _: dict.fromkeys(KEYS, odd), forced=forced)
    holds_up(tool, arguments, lambda _: {key: [odd] for key in KEYS}, forced=forced)


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_a_plan_that_sees_nothing_says_so_and_still_says_what_would_happen(tool: str, arguments: dict[str, Any]):
    done = run(tool, arguments, lambda _: Unseen("Make answered 503"))
    assert done.sight.bound
    assert done.sight.what.endswith(".")
    assert done.sight.name
    assert any("Make answered 503" in line for line in done.sight.unseen)
    assert not any("nothing would change" in line for line in lines(done))
    assert not any(line.startswith(("No scenario", "It starts no scenario")) for line in lines(done))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_no_name_of_the_account_breaks_a_line_or_poses_as_ours(tool: str, arguments: dict[str, Any], name: str):
    done = run(tool, arguments, lambda look: echo(look, name))
    assert [text for text in shown(done.sight) if not is_safe(text)] == []
    for line in lines(done):
        # Outside of quotes stand our words, and words of theirs that cannot be a sentence.
        ours = "".join(_outside_quotes(line))
        assert "agree" not in ours, line
        assert "nothing would change" not in ours or line.startswith("It "), line
        assert "confirm=true" not in ours, line


def _outside_quotes(line: str) -> Iterator[str]:
    """The parts of a line that are in no JSON string."""
    decoder, start = json.JSONDecoder(), 0
    while (quote := line.find('"', start)) >= 0:
        yield line[start:quote]
        _, start = decoder.raw_decode(line, quote)
    yield line[start:]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_the_texts_of_a_target_are_as_short_as_names(tool: str, arguments: dict[str, Any], name: str):
    done = run(tool, arguments, lambda look: echo(look, name))
    assert [text for text in texts(done.sight.target) if len(text) > 78] == []


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_no_preview_shows_an_address_or_a_credential(tool: str, arguments: dict[str, Any]):
    def nothing_beside_it(look: Look) -> dict[str, Any]:
        return {key: [] if key.endswith("s") else value for key, value in echo(look, "Orders").items()}

    secret = dict(arguments)
    if "data" in secret:
        secret["data"] = dict.fromkeys(secret["data"], "do-not-leak")

    def everything(look: Look) -> dict[str, Any]:
        return echo(look, "Orders")

    for seen in (everything, nothing_beside_it):
        done = run(tool, secret, seen)
        assert [text for text in shown(done.sight) if "do-not-leak" in text] == []


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_a_preview_reads_little(tool: str, arguments: dict[str, Any]):
    every = [{"id": number, "name": "x", "usedPackages": ["datastore"]} for number in range(1, 400)]
    one = {"id": 5, "teamId": 22, "organizationId": 11, "scenarioId": 33}
    answer: dict[str, Any] = {key: every if key.endswith("s") else one for key in KEYS}
    done = run(tool, arguments, lambda _: answer)
    assert len(done.looks) <= 24
    assert len(done.batches) <= 4
    assert len(done.sight.dependents) <= 100
    assert max(map(len, lines(done))) <= LONGEST


@pytest.mark.parametrize("tool", GUARDED)
def test_what_make_guards_is_said_to_take_a_second_confirmation(tool: str):
    arguments = next(arguments for name, arguments in CALLS if name == tool)
    done = run(tool, arguments, lambda look: echo(look, "Orders"))
    assert GUARD in done.sight.next
    assert "Make does not ask again." not in done.sight.next


@pytest.mark.parametrize("tool", GUARDED)
def test_where_that_is_overruled_make_is_said_to_ask_nobody(tool: str):
    arguments = next(arguments for name, arguments in CALLS if name == tool)
    done = run(tool, arguments, lambda look: echo(look, "Orders"), forced=True)
    assert "Make does not ask again." in done.sight.next
    assert not any("ask back" in line for line in done.sight.next)


@pytest.mark.parametrize("tool", [name for name in WRITES if not ENDPOINTS[name].guarded])
def test_nothing_else_is_said_to_take_one(tool: str):
    arguments = next(arguments for name, arguments in CALLS if name == tool)
    done = run(tool, arguments, lambda look: echo(look, "Orders"))
    assert not any("ask back" in line for line in done.sight.next)


@pytest.mark.parametrize("tool", [name for name in WRITES if name.endswith("_create")])
def test_a_person_types_the_name_of_what_is_made(tool: str):
    arguments = next(arguments for name, arguments in CALLS if name == tool)
    done = run(tool, arguments, lambda look: echo(look, "The parent"))
    assert done.sight.name in {arguments.get("name"), "Orders", "new link"}
