"""The gate: a preview only looks, and nothing but the right confirmation in the right form goes on."""

import json
from typing import Any

import httpx2
import pytest
from tests.server.gates import TEAM, Person, bench
from tests.server.network import ENDPOINTS, always, json_answer

from make_mcp.confirmation import Done, Nobody, NotConfirmed, Policy, Told
from make_tools import ArgumentError
from make_tools.endpoint import Group
from make_tools.previews import PLANS, Call, Look, Looking, Sight

NOBODY = Nobody()
DELETE = "scenarios_delete"
POLICIES: tuple[Policy, ...] = ("standard", "strict", "human")
# No boolean, no code.
ODD: list[Any] = [1, 0, 1.0, -1, [], [True], {}, {"confirm": True}, ("true",)]


def written(code: str) -> list[str]:
    """What looks like a confirmation to a lax reader."""
    return ["true", "True", "yes", "on", "1", "", "null", "confirm", code[:-1], f"x{code}", f'"{code}"']


# What a preview does


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_preview_only_looks(policy: Policy):
    async with bench(policy) as b:
        hook, scenario = await b.hook_and_scenario()
        calls: list[tuple[str, dict[str, Any]]] = [
            (DELETE, {"scenarioId": scenario}), ("scenarios_start", {"scenarioId": scenario}), ("scenarios_stop", {"scenarioId": scenario}),
            ("scenarios_update", {"scenarioId": scenario, "name": "x"}), ("hooks_delete", {"hookId": hook}), ("hooks_disable", {"hookId": hook}),
            ("teams_delete", {"teamId": TEAM}), ("data_stores_delete", {"teamId": TEAM, "all": True}), ("notifications_delete", {"ids": ["1"]}),
            ("scenarios_create", {"teamId": TEAM, "blueprint": {"name": "x", "flow": [], "metadata": {}}, "scheduling": {"type": "on-demand"}}),
        ]  # fmt: skip
        for tool, arguments in calls:
            for confirm in (None, False):
                b.wire.sent.clear()
                for client in (NOBODY, person := Person()):
                    shown = await b.preview(tool, client, **arguments, confirm=confirm)
                    assert shown["request"]["method"] == ENDPOINTS[tool].method
                    assert b.audit[-1] == "previewed: nothing_sent"
                    assert person.questions == []
                assert b.wire.sent != []
                assert b.wire.writes == []


async def test_a_look_that_would_do_more_than_read_is_not_sent(monkeypatch: pytest.MonkeyPatch):
    group = Group(name="practice", about="A test's own.", noun="practice", scope=None)

    @group.delete("/practice")
    def practice_delete() -> None:
        """Delete practice."""

    wanted: list[str] = ["scenarios_delete", "scenarios_start", "connections_test"]
    assert [ENDPOINTS[name].method for name in wanted] == ["DELETE", "POST", "POST"]
    assert ENDPOINTS["connections_test"].effect == "read"

    async with bench() as b:
        id_ = await b.scenario()

        def plan(_call: Call, sight: Sight) -> Looking:
            for name in wanted:
                argument = "connectionId" if name == "connections_test" else "scenarioId"
                (answer,) = yield [Look(ENDPOINTS[name], ENDPOINTS[name].parse({argument: id_}))]
                sight.unseen.append(str(answer))

        monkeypatch.setitem(PLANS, practice_delete.name, plan)
        told = await b.gate.call(practice_delete, {}, NOBODY)
        assert isinstance(told, Told)
        assert len(told.content["notRead"]) == len(wanted)
        assert b.wire.sent == []


async def test_where_a_plan_does_not_get_as_far_as_the_target_there_is_no_code(monkeypatch: pytest.MonkeyPatch):
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)

        def plan(_call: Call, sight: Sight) -> Looking:
            sight.what = "Delete it."
            yield [Look(ENDPOINTS["users_me"], ENDPOINTS["users_me"].parse({}))]
            raise KeyError(sight.what)

        monkeypatch.setitem(PLANS, DELETE, plan)
        for confirm in (None, True, code):
            told = await b.call(DELETE, NOBODY, scenarioId=id_, confirm=confirm)
            assert isinstance(told, Told)
            assert "code" not in told.content
            assert "cannot be confirmed" in told.content["toConfirm"]
            assert any("stumbled" in line for line in told.content["notRead"])
        assert b.wire.writes == []


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({"message": "Permission denied", "code": "SC403"}, 403), json_answer({"message": "Not found"}, 404),
        json_answer({"message": "m"}, 500), json_answer({"message": "m"}, 429), json_answer([]), json_answer("text"), json_answer(None),
        json_answer({"scenario": None}), json_answer({"scenario": []}), json_answer({"scenario": {}}), json_answer({"scenario": "x"}),
        always(200, b"<html>", content_type="text/html")(httpx2.Request("GET", "/")), always(200, b"")(httpx2.Request("GET", "/")),
        always(302, location="/login")(httpx2.Request("GET", "/")), httpx2.ReadTimeout("slow"), httpx2.ConnectError("no route"),
    ],
    ids=lambda a: type(a).__name__ if isinstance(a, Exception) else f"{a.status_code} {a.text}",
)  # fmt: skip
@pytest.mark.usefixtures("clock")
async def test_a_preview_of_what_cannot_be_read_says_so_and_shows_the_request(answer: httpx2.Response | Exception):
    async with bench() as b:
        id_ = await b.scenario()
        b.wire.answers("GET", answer)
        shown = await b.preview(DELETE, NOBODY, scenarioId=id_)
        assert any("The scenario itself" in line for line in shown["notRead"]), shown
        assert "target" not in shown
        assert shown["request"]["method"] == "DELETE"
        assert shown["request"]["url"].endswith(f"/scenarios/{id_}")
        if (
            isinstance(answer, Exception)
            or answer.status_code not in {200, 403, 404}
            or not answer.text.startswith("{")
        ):
            # That may pass: a code would be bound to nothing, and delete what nobody has seen.
            assert "code" not in shown
            assert "try again in a minute" in shown["toConfirm"]
            return
        # What could not be read then, and is there now, is not what was previewed.
        b.wire.instead = None
        again = await b.preview(DELETE, NOBODY, scenarioId=id_, confirm=shown["code"])
        assert again["target"]["name"] == "Order intake"
        assert b.wire.writes == []


@pytest.mark.parametrize(
    "odd",
    [
        '{"name": ["Order intake"], "teamId": "1", "scheduling": 5, "usedPackages": {"a": 1}, "dlqCount": "many", "hookId": {}}',
        '{"name": {"a": null}, "teamId": -1, "isActive": "no", "scheduling": [], "dlqCount": 1, "lastEdit": {"x": [[]]}}',
        '{"name": 1180591620717411303424, "teamId": 1e300, "isinvalid": 1, "scheduling": {"type": []}, "usedPackages": [null, 5, {}]}',
    ],
)  # fmt: skip
async def test_a_preview_of_an_odd_answer_still_comes_and_its_code_is_good(odd: str):
    async with bench() as b:
        id_ = await b.scenario()
        b.wire.reads(f"/scenarios/{id_}", {"scenario": json.loads(odd)})
        code = await b.code(DELETE, NOBODY, scenarioId=id_)
        assert isinstance(await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code), Done)
        assert b.wire.writes == [f"DELETE /scenarios/{id_}"]


# What `confirm` takes


@pytest.mark.parametrize("policy", POLICIES)
async def test_true_deletes_nothing_and_gets_a_preview_that_says_why(policy: Policy):
    async with bench(policy) as b:
        id_ = await b.scenario()
        for client in (NOBODY, person := Person()):
            shown = await b.preview(DELETE, client, scenarioId=id_, confirm=True)
            assert ("code" in shown) is (client is person or policy != "human")
            if "code" in shown:
                assert "true is no confirmation here" in shown["why"]
        assert b.wire.writes == []
        assert b.audit == ["previewed: nothing_sent"] * 2


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("tool", ["scenarios_stop", "scenarios_start", DELETE])
async def test_what_only_looks_like_a_confirmation_changes_nothing(tool: str, policy: Policy):
    async with bench(policy) as b:
        id_ = await b.scenario()
        person = Person()
        code = await b.code(DELETE, person, scenarioId=id_)
        for odd in ODD:
            with pytest.raises(ArgumentError, match="`confirm` takes"):
                await b.call(tool, person, scenarioId=id_, confirm=odd)
            assert b.audit[-1] == "refused (arguments): nothing_sent"
        for text in written(code):
            with pytest.raises((ArgumentError, NotConfirmed)):
                await b.call(tool, person, scenarioId=id_, confirm=text)
        assert b.wire.writes == []
        assert person.questions == []


async def test_a_code_is_nothing_where_true_is_wanted_and_true_is_nothing_where_a_code_is():
    async with bench() as standard, bench("strict") as strict:
        ids = [await standard.scenario(), await strict.scenario()]
        code = await strict.code("scenarios_start", NOBODY, scenarioId=ids[1])
        assert "code" not in await standard.preview("scenarios_start", NOBODY, scenarioId=ids[0])
        with pytest.raises(ArgumentError, match="true or false as a JSON boolean"):
            await standard.call("scenarios_start", NOBODY, scenarioId=ids[0], confirm=code)
        assert "code" in await strict.preview("scenarios_start", NOBODY, scenarioId=ids[1], confirm=True)
        assert standard.wire.writes == strict.wire.writes == []
        assert isinstance(await strict.call("scenarios_start", NOBODY, scenarioId=ids[1], confirm=code), Done)
        assert isinstance(await standard.call("scenarios_start", NOBODY, scenarioId=ids[0], confirm=True), Done)
        assert strict.wire.writes == [f"POST /scenarios/{ids[1]}/start"]
        assert strict.audit[-1] == "confirmed by code: done 200"
        assert standard.audit[-1] == "confirmed by argument: done 200"
