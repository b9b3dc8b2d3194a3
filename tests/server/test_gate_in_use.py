"""Make's own guard: what others depend on is deleted only after a second preview, by the code of that one."""

from typing import Any

import pytest
from tests.server.gates import Bench, Person, bench
from tests.server.network import json_answer

from make_mcp.confirmation import Done, Nobody
from make_mcp.upstream import Refused
from make_tools import ArgumentError

NOBODY = Nobody()


async def held_back(b: Bench, hook: int) -> dict[str, Any]:
    """The second preview, after Make has held the deletion back."""
    code = await b.code("hooks_delete", NOBODY, hookId=hook)
    return await b.preview("hooks_delete", NOBODY, hookId=hook, confirm=code)


async def test_make_is_asked_without_overruling_it_and_overruled_by_a_code_of_its_own_alone():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        first = await b.preview("hooks_delete", NOBODY, hookId=hook)
        assert "confirmed" not in first["request"]["url"]
        shown = await b.preview("hooks_delete", NOBODY, hookId=hook, confirm=first["code"])
        assert b.wire.writes == [f"DELETE /hooks/{hook}"]
        assert "IM004" in shown["why"]
        assert f'scenario {scenario} "Order intake"' in shown["why"]
        assert shown["request"]["url"].endswith(f"/hooks/{hook}?confirmed=true")
        # The first code is no way to the second request.
        assert await b.refused("hooks_delete", NOBODY, hookId=hook, confirm=first["code"]) == "used"
        assert await b.is_there(f"/hooks/{hook}")
        assert isinstance(await b.call("hooks_delete", NOBODY, hookId=hook, confirm=shown["code"]), Done)
        assert b.wire.writes[1:] == [f"DELETE /hooks/{hook}?confirmed=true"]
        assert b.audit == [
            "previewed: nothing_sent", "confirmed by code (in_use): refused_by_make 406", "refused (used): nothing_sent",
            "confirmed by code: done 200",
        ]  # fmt: skip


async def test_a_person_is_asked_again_before_make_is_overruled():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        person = Person()
        code = await b.code("hooks_delete", person, hookId=hook)
        shown = await b.preview("hooks_delete", person, hookId=hook, confirm=code)
        assert isinstance(await b.call("hooks_delete", person, hookId=hook, confirm=shown["code"]), Done)
        first, second = person.questions
        assert first.about != second.about
        assert "held this back" not in first.message
        assert (
            f'held this back before, since other things depend on it. This affects: scenario {scenario} "Order intake"'
            in second.message
        )
        assert b.audit[1:] == ["confirmed by person (in_use): refused_by_make 406", "confirmed by person: done 200"]


async def test_no_call_overrules_make_by_an_argument():
    async with bench() as b:
        hook, _ = await b.hook_and_scenario()
        code = await b.code("hooks_delete", NOBODY, hookId=hook)
        for extra in ({"confirmed": True}, {"confirmed": "true"}, {"force": True}, {"query": {"confirmed": True}}):
            for confirm in (None, True, code):
                with pytest.raises(ArgumentError, match="there is no argument `"):
                    await b.call("hooks_delete", NOBODY, hookId=hook, confirm=confirm, **extra)
        assert b.wire.writes == []


async def test_a_code_that_overrules_make_is_for_the_target_that_was_shown_with_it():
    async with bench() as b:
        hook, scenario = await b.hook_and_scenario()
        shown = await held_back(b, hook)
        (await b.make.post(f"/hooks/{hook}/disable")).raise_for_status()
        again = await b.preview("hooks_delete", NOBODY, hookId=hook, confirm=shown["code"])
        # The next one asks Make without overruling it again: who depends on it may be another now.
        assert "confirmed" not in again["request"]["url"]
        once_more = await b.preview("hooks_delete", NOBODY, hookId=hook, confirm=again["code"])
        assert str(scenario) in once_more["why"]
        assert b.wire.writes == [f"DELETE /hooks/{hook}"] * 2


@pytest.mark.parametrize(
    "refusal", [({"message": "m", "code": "IM005"}, 406), ({"message": "m", "code": "IM004"}, 400)]
)
async def test_another_refusal_is_no_question_of_make(refusal: tuple[dict[str, Any], int]):
    async with bench() as b:
        hook, _ = await b.hook_and_scenario()
        code = await b.code("hooks_delete", NOBODY, hookId=hook)
        b.wire.answers("DELETE", json_answer(*refusal))
        with pytest.raises(Refused):
            await b.call("hooks_delete", NOBODY, hookId=hook, confirm=code)
        assert b.audit[-1] == f"confirmed by code: refused_by_make {refusal[1]}"


async def test_what_make_holds_back_twice_is_refused():
    async with bench() as b:
        hook, _ = await b.hook_and_scenario()
        shown = await held_back(b, hook)
        b.wire.answers("DELETE", json_answer({"message": "m", "code": "IM004"}, 406))
        with pytest.raises(Refused):
            await b.call("hooks_delete", NOBODY, hookId=hook, confirm=shown["code"])
