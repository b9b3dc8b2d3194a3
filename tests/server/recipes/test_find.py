"""Things by part of their name: what fits, in which order, and what is said where not everything could be looked through."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.server.network import MATON_ONLY, calling
from tests.server.recipes.accounts import MAKE, MATON, WAYS, practice, proposed, refusal, told

MOST = 500
"""Bytes of an answer to a question such as people ask."""


async def test_a_hook_is_found_with_what_the_next_call_needs():
    async with practice() as account:
        found = await account.ask("find", text="orders")
        hook, scenario = found["found"]
        assert hook["kind"] == "hook"
        assert hook["name"] == "New orders"
        assert hook["team"]["name"] == "Operations"
        assert hook["enabled"] is True
        assert hook["scenarioIsActive"] is True
        # Who looks for orders means the intake of an order, too.
        assert scenario["name"] == "Order intake: webhook to Sheets and Slack"
        assert proposed(found) == [
            ("hooks_ping", {"hookId": hook["id"]}),
            ("scenarios_diagnose", {"scenarioId": scenario["id"]}),
        ]
        shown = (await account.ask("hooks_get", hookId=hook["id"]))["hook"]
    assert shown["scenarioId"] == hook["scenarioId"]


async def test_every_kind_is_found_over_all_organizations_and_teams():
    async with practice() as account:
        found = {
            text: (await account.ask("find", text=text))["found"][0]
            for text in ("inventory b", "google (harbor", "stock l", "back off")
        }
    assert found["inventory b"] | {"id": 0, "team": {}} == {
        "kind": "scenario", "id": 0, "name": "Inventory backup", "team": {}, "isActive": True,
    }  # fmt: skip
    assert found["google (harbor"]["kind"] == "connection"
    assert found["google (harbor"]["type"] == "google"
    assert found["stock l"]["kind"] == "dataStore"
    assert found["stock l"]["records"] == 412
    assert found["back off"]["kind"] == "team"


async def test_a_kind_spares_the_other_lists_and_an_organization_the_others():
    async with practice() as account:
        for asked, most in (({}, 17), ({"kind": "scenario"}, 5), ({"kind": "hook"}, 9), ({"kind": "team"}, 3)):
            before = len(account.sent)
            await account.ask("find", text="s", **asked)
            assert len(account.sent) - before == most, asked
        found = (await account.ask("find", text="inventory"))["found"]
        assert [one["kind"] for one in found] == ["scenario"]
        organizations = (await account.ask("organizations_list"))["organizations"]
        other = next(one["id"] for one in organizations if one["name"] == "Northwind Studio")
        assert (await account.ask("find", text="inventory", organizationId=other))["found"] == []


async def test_where_nothing_fits_the_nearest_names_are_told():
    async with practice() as account:
        near = await account.ask("find", text="ordrs")
        nothing = await account.ask("find", text="zzzzzzzz")
    assert near["found"] == []
    assert near["nearest"][0]["name"] == "New orders"
    assert nothing == {"found": [], "next": ["scenarios_list with organizationId"]}


async def test_an_id_finds_what_has_it():
    async with practice() as account:
        team = (await account.ask("find", text="marketing", kind="team"))["found"][0]
        found = (await account.ask("find", text=str(team["id"])))["found"]
    assert found == [team]


async def test_an_empty_text_finds_nothing_and_reads_nothing():
    async with practice() as account:
        assert "`text` is empty" in await account.refused("find", text=" \u0301")
        assert account.sent == []


@pytest.mark.parametrize("way", WAYS)
async def test_answers_are_small_and_the_same_through_either_way(way: str):
    async with practice(way) as account:
        for text in ("orders", "lead scoring", "airtable", "stock", "hubspot", "ordrs"):
            assert await account.size("find", text=text) <= MOST, text
        assert "unread" not in await account.ask("find", text="orders")


def world(scenarios: list[dict[str, Any]], teams: int = 1) -> dict[str, Any]:
    return {
        "/organizations": {"organizations": [{"id": 1, "name": "O"}]},
        "/teams": {"teams": [{"id": 10 + n, "name": f"T{n}"} for n in range(teams)]},
        "/scenarios": {"scenarios": scenarios},
        "/connections": {"connections": []},
        "/hooks": {"hooks": []},
        "/data-stores": {"dataStores": []},
    }


def named(*names: str) -> list[dict[str, Any]]:
    return [{"id": 100 + n, "name": name, "teamId": 10, "isActive": True} for n, name in enumerate(names)]


async def test_a_hook_that_is_gone_or_serves_nothing_is_told_as_it_is():
    hooks = [
        {"id": 5, "name": "Orders", "enabled": True, "gone": True, "scenarioId": 100},
        {"id": 6, "name": "Orders, old", "enabled": False, "gone": False, "scenarioId": None},
    ]
    async with told(world(named("Intake")) | {"/hooks": {"hooks": hooks}}) as account:
        found = (await account.ask("find", text="orders"))["found"]
    team = {"id": 10, "name": "T0"}
    assert found == [
        {
            "kind": "hook",
            "id": 5,
            "name": "Orders",
            "team": team,
            "scenarioId": 100,
            "enabled": True,
            "scenarioIsActive": True,
            "gone": True,
        },
        {"kind": "hook", "id": 6, "name": "Orders, old", "team": team, "enabled": False},
    ]


async def test_the_best_come_first_whatever_case_and_accents():
    names = [
        "Überweisungen prüfen",
        "Alle Uberweisungen",
        "uberweisungen",
        "Vorüberweisungen",
        "Pläne für die Überweisungen der Woche",
    ]
    async with told(world(named(*names))) as account:
        found = [one["name"] for one in (await account.ask("find", text="ÜBERWEISUNGEN"))["found"]]
    assert found == [
        "uberweisungen",
        "Überweisungen prüfen",
        "Alle Uberweisungen",
        "Pläne für die Überweisungen der Woche",
        "Vorüberweisungen",
    ]


async def test_words_in_any_order_fit_too():
    async with told(world(named("Invoices, paid, to ERP", "Paid leave"))) as account:
        found = (await account.ask("find", text="paid invoices"))["found"]
    assert [one["name"] for one in found] == ["Invoices, paid, to ERP"]


async def test_twenty_are_shown_and_the_others_are_counted():
    async with told(world(named(*(f"Sync {n:03}" for n in range(250))))) as account:
        found = await account.ask("find", text="sync")
    assert len(found["found"]) == 20
    assert found["more"] == 230


async def test_every_page_of_a_list_is_read():
    every = named(*(f"Other {n}" for n in range(1100)), "The wanted one")

    def page(request: httpx2.Request) -> dict[str, Any]:
        limit, offset = int(request.url.params["pg[limit]"]), int(request.url.params.get("pg[offset]", 0))
        return {"scenarios": every[offset : offset + limit]}

    async with told(world([]) | {"/scenarios": page}) as account:
        found = (await account.ask("find", text="wanted", kind="scenario"))["found"]
    assert [one["name"] for one in found] == ["The wanted one"]


async def test_a_list_that_cannot_be_read_is_named_and_the_others_are_searched():
    answers = world(named("Orders")) | {"/hooks": refusal(403, "SC403")}
    async with told(answers) as account:
        found = await account.ask("find", text="orders")
    assert [one["name"] for one in found["found"]] == ["Orders"]
    assert found["unread"] == ['The hooks of "T0" could not be read (Make answered 403 SC403).']


async def test_columns_that_make_refuses_do_not_cost_the_list():
    def scenarios(request: httpx2.Request) -> Any:
        return refusal(400, "SC400") if "cols[]" in request.url.params else {"scenarios": named("Orders")}

    async with told(world([]) | {"/scenarios": scenarios}) as account:
        found = await account.ask("find", text="orders", kind="scenario")
    assert len(found["found"]) == 1
    assert "unread" not in found


async def test_a_key_for_one_team_that_may_not_list_teams_is_served_with_what_the_organization_tells():
    answers = world(named("Orders")) | {
        "/organizations": {"organizations": [{"id": 1, "name": "O", "teams": [{"id": 10, "name": "Mine"}]}]},
        "/teams": refusal(403, "SC403"),
    }
    async with told(answers) as account:
        found = await account.ask("find", text="orders")
    assert found["found"][0]["team"] == {"id": 10, "name": "Mine"}
    assert "unread" not in found


async def test_very_many_teams_are_not_all_walked_and_that_is_said():
    async with told(world(named("Orders"), teams=130), MAKE) as account:
        for asked, walked in (({}, 40), ({"kind": "connection"}, 120)):
            before = len(account.sent)
            found = await account.ask("find", text="orders", **asked)
            lists = [request for request in account.sent[before:] if request.url.path.endswith("/connections")]
            assert len(lists) == walked
            assert found["unread"][0].startswith(f"Only {walked} of 130 teams were looked through: ")
        scenarios = await account.ask("find", text="orders", kind="scenario")
    assert "unread" not in scenarios


async def test_only_a_few_of_many_sentences_on_what_is_missing_are_read():
    answers = world(named("Orders"), teams=9) | {"/hooks": refusal(403, "SC403")}
    async with told(answers) as account:
        unread = (await account.ask("find", text="orders"))["unread"]
    assert len(unread) == 6
    assert unread[-1] == "And 4 more."


@pytest.mark.usefixtures("clock")
async def test_where_time_runs_out_what_was_found_is_told_and_what_is_missing():
    answers = world(named("Orders"), teams=30)

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.sleep(2)
            return httpx2.Response(200, json=answers[request.url.path.partition("/api/v2")[2]])

    async with calling(Slow(), {**MATON_ONLY, "timeout": 20}) as caller:
        answer = await caller.call("find", {"text": "orders"})
    assert answer.data is not None, answer.text
    assert answer.data["found"][0]["name"] == "Orders"
    (unread,) = answer.data["unread"]
    assert "of 91 lists were not read, since the time was over" in unread


async def test_the_organizations_are_what_it_cannot_do_without():
    async with told({"/organizations": refusal(401, "IM015")}, MATON) as account:
        assert "401" in await account.refused("find", text="orders")


async def test_a_text_that_no_name_can_hold_is_refused_before_anything_is_read():
    async with told(world([])) as account:
        assert "`text` takes at most 200 characters" in await account.refused("find", text="a " * 500_000)
        assert account.sent == []


@pytest.mark.parametrize("manner", ["cap", "refuse", "ignore limit", "repeat"])
async def test_what_stands_far_back_is_found_whatever_the_upstream_makes_of_pages(manner: str):
    every = named(*(f"Other {n}" for n in range(450)), "The wanted one")

    def page(request: httpx2.Request) -> Any:
        limit, offset = int(request.url.params.get("pg[limit]", 50)), int(request.url.params.get("pg[offset]", 0))
        if manner == "refuse" and limit > 100:
            return refusal(400, "SC400")
        shown = {"cap": min(limit, 100), "ignore limit": 20}.get(manner, limit)
        offset = 0 if manner == "repeat" else offset
        return {"scenarios": every[offset : offset + shown], "pg": {"limit": shown}}

    async with told(world([]) | {"/scenarios": page}) as account:
        found = await account.ask("find", text="wanted", kind="scenario")
    assert [one["name"] for one in found["found"]] == ["The wanted one"]
    assert "unread" not in found
