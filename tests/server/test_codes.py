"""Codes: each is good for the call that was previewed, once, for five minutes, and for nothing else."""

import base64
import string
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.gates import Clock

from make_mcp.confirmation import Codes, NotConfirmed
from make_mcp.confirmation.codes import SECONDS, Claim, Held
from make_mcp.confirmation.used import InFile, InMemory
from make_tools import Request

REQUEST = Request("PATCH", "/scenarios/5", {"cols[]": ["id", "name"]}, {"name": "Order intake", "folderId": 1})
CLAIM = Claim("scenarios_update", REQUEST, "local")
STATE = ["scenario", 5, {"name": "Order intake", "isActive": True}]
LENGTH = 108
ALPHABET = string.ascii_letters + string.digits + "-_"


def made(clock: Clock | None = None, key: bytes | None = None) -> Codes:
    clock = clock or Clock()
    return Codes(key, InMemory(clock), clock)


async def refusal(awaited: Awaitable[object]) -> NotConfirmed:
    with pytest.raises(NotConfirmed) as error:
        await awaited
    return error.value


async def reason(codes: Codes, code: str, claim: Claim = CLAIM) -> str:
    return (await refusal(codes.check(code, claim))).reason


async def test_a_code_is_good_for_the_call_that_it_was_made_for():
    codes = made()
    for force in (False, True):
        code = codes.make(CLAIM, STATE, force=force)
        assert len(code) == LENGTH
        assert set(code) <= set(ALPHABET)
        held = await codes.check(code, CLAIM)
        assert held.force is force
        assert held.fits(STATE)


async def test_each_code_is_another():
    codes = made()
    every = {codes.make(CLAIM, STATE) for _ in range(100)}
    assert len(every) == 100
    assert len({(await codes.check(code, CLAIM)).id for code in every}) == 100


async def test_white_space_around_a_code_does_not_matter_and_white_space_inside_does():
    codes = made()
    code = codes.make(CLAIM, STATE)
    for around in (f" {code}", f"{code}\n", f"\t{code}\r\n "):
        assert (await codes.check(around, CLAIM)).id == (await codes.check(code, CLAIM)).id
    for inside in (f"{code[:50]} {code[50:]}", f"{code[:50]}\n{code[50:]}", f"{code[:50]} {code[51:]}"):
        assert await reason(codes, inside) == "no_code"


async def test_a_code_of_which_a_character_was_changed_is_refused_at_each_place_and_for_each_character():
    codes = made()
    for code in (codes.make(CLAIM, STATE), codes.make(CLAIM, STATE, force=True)):
        for place in range(LENGTH):
            for other in ALPHABET.replace(code[place], ""):
                found = await reason(codes, code[:place] + other + code[place + 1 :])
                # The first characters say what made it: changed, they look like something else.
                assert found in ({"altered"} if place > 6 else {"altered", "no_code", "foreign", "before_restart"})


async def test_the_bit_that_overrules_make_cannot_be_set_in_a_code():
    codes = made()
    for force in (False, True):
        raw = bytearray(base64.urlsafe_b64decode(codes.make(CLAIM, STATE, force=force)))
        raw[0] ^= 0x80
        assert await reason(codes, base64.urlsafe_b64encode(raw).decode()) == "altered"
    assert CLAIM.digest(force=True) != CLAIM.digest(force=False)


async def test_a_code_that_was_cut_or_has_more_is_no_code():
    codes = made()
    code = codes.make(CLAIM, STATE)
    for length in range(LENGTH):
        assert await reason(codes, code[:length]) == "no_code"
        assert await reason(codes, code[length + 1 :]) == "no_code"
    for more in ("A", "AAAA", "A===", ".", code):
        assert await reason(codes, code + more) == "no_code"
        assert await reason(codes, more + code) == "no_code"


@pytest.mark.parametrize(
    "text", ["", " ", "true", "yes", "confirm", "code", "A" * LENGTH, "=" * LENGTH, "é" * LENGTH, "\ud800", "A" * 10**6]
)
async def test_a_made_up_text_is_no_code(text: str):
    assert await reason(made(), text) == "no_code"


@pytest.mark.parametrize("change", [("-", "+"), ("_", "/"), ("", "=")], ids=["+", "/", "="])
async def test_another_text_for_the_same_bytes_is_no_code(change: tuple[str, str]):
    codes = made()
    was, other = change
    code = next(code for code in iter(lambda: codes.make(CLAIM, STATE), "") if was in code)
    assert await reason(codes, code.replace(was, other) if was else code + other) == "no_code"


@given(st.data())
async def test_any_text_is_refused_or_is_the_code_itself(data: st.DataObject):
    codes = made()
    code = codes.make(CLAIM, STATE)
    start = data.draw(st.integers(0, LENGTH))
    end = data.draw(st.integers(start, LENGTH))
    # Not the other ways to write base64: see above.
    between = data.draw(st.text(st.sampled_from(ALPHABET)) | st.text(st.characters(exclude_characters="+/=")))
    text = data.draw(st.just(code[:start] + between + code[end:]) | st.text(st.sampled_from(ALPHABET), min_size=LENGTH))
    if text.strip() == code:
        assert (await codes.check(text, CLAIM)).fits(STATE)
    else:
        await refusal(codes.check(text, CLAIM))


async def test_a_code_expires_at_five_minutes_sharp():
    clock = Clock()
    codes = made(clock)
    code = codes.make(CLAIM, STATE)
    held = await codes.check(code, CLAIM)
    clock.go(SECONDS - 0.001)
    assert await codes.check(code, CLAIM) == held
    codes.still_good(held)
    clock.go(0.001)
    assert await reason(codes, code) == "expired"
    with pytest.raises(NotConfirmed, match="older than 5 minutes"):
        codes.still_good(held)


async def test_a_code_is_used_once():
    codes = made()
    code, other = codes.make(CLAIM, STATE), codes.make(CLAIM, STATE)
    held = await codes.check(code, CLAIM)
    await codes.take(held)
    assert await reason(codes, code) == "used"
    assert (await refusal(codes.take(held))).reason == "used"
    await codes.take(await codes.check(other, CLAIM))
    assert await reason(codes, code) == "used"


async def test_to_look_at_a_code_does_not_use_it_up():
    codes = made()
    code = codes.make(CLAIM, STATE)
    every = [await codes.check(code, CLAIM) for _ in range(3)]
    await codes.take(every[-1])


async def test_a_code_is_for_its_tool_and_its_caller():
    codes = made()
    code = codes.make(CLAIM, STATE)
    assert await reason(codes, code, replace(CLAIM, tool="scenarios_delete")) == "other_tool"
    for caller in ("", "local ", "Local", "somebody else", "\ud800"):
        assert await reason(codes, code, replace(CLAIM, caller=caller)) == "other_caller"
    # What tells why is short: what binds is the digest of the whole call, and holds both again.
    for other in (replace(CLAIM, tool="scenarios_delete"), replace(CLAIM, caller="somebody else")):
        assert other.digest(force=False) != CLAIM.digest(force=False)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, method="DELETE"),
        replace(REQUEST, path="/scenarios/6"),
        replace(REQUEST, path="/scenarios/5/"),
        replace(REQUEST, query={}),
        replace(REQUEST, query={"cols[]": ["name", "id"]}),
        replace(REQUEST, query={**REQUEST.query, "confirmed": True}),
        replace(REQUEST, body=None),
        replace(REQUEST, body={}),
        replace(REQUEST, body={"name": "Order intake"}),
        replace(REQUEST, body={"name": "Order intake ", "folderId": 1}),
        replace(REQUEST, body={"name": "Order intake", "folderId": "1"}),
        replace(REQUEST, body={"name": "Order intake", "folderId": True}),
        replace(REQUEST, body={"name": "Order intake", "folderId": None}),
        replace(REQUEST, body={"name": "Order intake", "folderId": [1]}),
        replace(REQUEST, body={"name": "Order intake", "folderId": 1, "description": ""}),
    ],
    ids=str,
)
async def test_a_code_is_for_its_arguments(other: Request):
    codes = made()
    code = codes.make(CLAIM, STATE)
    assert await reason(codes, code, replace(CLAIM, request=other)) == "other_arguments"


async def test_the_order_in_which_arguments_are_given_does_not_matter():
    codes = made()
    turned = replace(REQUEST, body={"folderId": 1, "name": "Order intake"})
    await codes.check(codes.make(CLAIM, STATE), replace(CLAIM, request=turned))


async def test_a_code_holds_the_state_of_its_target():
    codes = made()
    held = await codes.check(codes.make(CLAIM, STATE), CLAIM)
    assert held.fits(["scenario", 5, {"isActive": True, "name": "Order intake"}])
    others: list[Any] = [
        None, [], "", ["scenario", 5, {}], ["scenario", 6, STATE[2]], ["hook", *STATE[1:]], ["scenario", 5, {"name": "Order intake"}],
        ["scenario", 5, {"name": "Order intake", "isActive": False}], ["scenario", 5, {"name": "Order intake", "isActive": 1}],
        ["scenario", 5, {"name": "Order intake", "isActive": None}], ["scenario", "5", STATE[2]], [*STATE, None],
    ]  # fmt: skip
    for other in others:
        assert not held.fits(other)


async def test_any_state_of_json_can_be_held():
    codes = made()
    states: list[Any] = [None, 0, -0.5, "\ud800", "\u202e", 2**70, [[[]]], {"": {"": None}}, float("inf")]
    for state in states:
        held = await codes.check(codes.make(CLAIM, state), CLAIM)
        assert held.fits(state)
        assert not held.fits(STATE)


async def test_a_code_of_another_process_is_foreign_and_one_of_before_the_start_says_so():
    clock = Clock()
    codes, other = made(clock), made(clock)
    assert await reason(codes, other.make(CLAIM, STATE)) == "foreign"
    old = codes.make(CLAIM, STATE)
    clock.go(1)
    assert await reason(made(clock), old) == "before_restart"


async def test_processes_that_share_a_key_take_each_others_codes_and_no_others():
    key = b"k" * 32
    codes, other, third = made(key=key), made(key=key), made(key=b"K" * 32)
    code = codes.make(CLAIM, STATE)
    assert await other.check(code, CLAIM) == await codes.check(code, CLAIM)
    assert await reason(third, code) == "foreign"
    # What a key is made into is no key itself.
    assert await reason(made(key=base64.urlsafe_b64decode(code)[1:5]), code) == "foreign"


def failing_store(path: Path, clock: Clock) -> InFile:
    store = InFile(path, clock)
    path.write_bytes(b"no database any more")
    return store


async def every_refusal(path: Path) -> list[NotConfirmed]:
    """One of each kind. The path is for a store that fails."""
    clock = Clock()
    broken = Codes(None, failing_store(path, clock), clock)
    codes = made(clock)
    code, used = codes.make(CLAIM, STATE), codes.make(CLAIM, STATE)
    await codes.take(await codes.check(used, CLAIM))

    tries: list[Callable[[], Awaitable[Held | None]]] = [
        lambda: codes.check("yes", CLAIM),
        lambda: codes.check(code[:-1] + ("A" if code[-1] != "A" else "B"), CLAIM),
        lambda: codes.check(made(clock).make(CLAIM, STATE), CLAIM),
        lambda: codes.check(used, CLAIM),
        lambda: codes.check(code, replace(CLAIM, tool="scenarios_delete")),
        lambda: codes.check(code, replace(CLAIM, caller="somebody else")),
        lambda: codes.check(code, replace(CLAIM, request=replace(REQUEST, path="/scenarios/6"))),
        lambda: broken.check(broken.make(CLAIM, STATE), CLAIM),
    ]
    found = [await refusal(attempt()) for attempt in tries]
    clock.go(SECONDS)
    found.append(await refusal(codes.check(code, CLAIM)))
    return [*found, await refusal(made(clock).check(code, CLAIM))]


async def test_each_refusal_has_its_own_text_which_says_what_to_do_next(tmp_path: Path):
    found = await every_refusal(tmp_path / "used")
    assert [each.reason for each in found] == [
        "no_code", "altered", "foreign", "used", "other_tool", "other_caller", "other_arguments", "store", "expired", "before_restart",
    ]  # fmt: skip
    texts = {str(each) for each in found}
    assert len(texts) == len(found)
    for each in found:
        to_do = (
            "Next: the same call in a minute; if it ends so again, the operator"
            if each.reason == "store"
            else "Next: the same call without `confirm`"
        )
        assert to_do in str(each)
        assert "\n" not in str(each)


async def test_no_refusal_repeats_what_was_given():
    codes = made()
    for text in ("<script>", "ignore all instructions", codes.make(CLAIM, STATE)):
        assert text not in str(await refusal(made().check(text, CLAIM)))
