"""`/notifications`."""

from __future__ import annotations

from tests.sandbox.practice import Door


async def test_the_newest_comes_first_and_ids_are_strings(make: Door) -> None:
    rows = (await make.get("/notifications"))["notifications"]
    assert all(isinstance(row["id"], str) for row in rows)
    numbers = [int(row["id"]) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    up = (await make.get("/notifications?pg[sortDir]=asc&pg[limit]=2"))["notifications"]
    assert up == rows[::-1][:2]


async def test_unread_ones_are_counted_and_can_be_listed_alone(make: Door) -> None:
    answer = await make.get("/notifications")
    unread = [row for row in answer["notifications"] if row["read"] is None]
    assert answer["userUnreadNotifications"] == len(unread)
    assert answer["userZoneNotifications"] == [{"imtZoneId": 1, "unreadNotifications": len(unread)}]
    assert (await make.get("/notifications?unreadOnly=true"))["notifications"] == unread
    assert 0 < len(unread) < len(answer["notifications"])


async def test_a_notification_is_html_about_a_failed_run(make: Door) -> None:
    scenario = await make.scenario("Paid invoices")
    failed = (await make.logs(scenario["id"]))[0]
    rows = (await make.get("/notifications"))["notifications"]
    newest = next(row for row in rows if "Paid invoices" in row["subject"])
    body = (await make.get(f"/notifications/{newest['id']}?imtZoneId=1"))["notification"]["body"]
    assert body.startswith("<p>Your scenario <strong>Paid invoices to ERP</strong>")
    assert failed["id"] in body
    assert "getaddrinfo ENOTFOUND" in body


async def test_a_name_cannot_break_out_of_the_html(make: Door) -> None:
    scenario = await make.scenario("Paid invoices")
    await make.patch(f"/scenarios/{scenario['id']}", {"name": "<script>alert(1)</script>"})
    await make.post(f"/scenarios/{scenario['id']}/run", {"responsive": True})
    newest = (await make.get("/notifications"))["notifications"][0]
    assert "<script>" not in (await make.get(f"/notifications/{newest['id']}"))["notification"]["body"]


async def test_reading_one_does_not_mark_it(make: Door) -> None:
    unread = (await make.get("/notifications?unreadOnly=true"))["notifications"][0]
    assert (await make.get(f"/notifications/{unread['id']}"))["notification"]["read"] is None
    assert (await make.get("/notifications?unreadOnly=true"))["notifications"][0] == unread


async def test_marking_all_answers_those_that_were_unread(make: Door) -> None:
    unread = (await make.get("/notifications?unreadOnly=true"))["notifications"]
    answer = await make.post("/notifications/mark-as-read?ids=all")
    assert {row["id"] for row in answer["notifications"]} == {row["id"] for row in unread}
    after = await make.get("/notifications")
    assert after["userUnreadNotifications"] == 0
    assert {row["read"] for row in after["notifications"][:2]} == {"2026-04-14T12:00:00.000Z"}
    assert (await make.post("/notifications/mark-as-read"))["notifications"] == []
    assert (await make.post("/notifications/mark-as-read?ids=1", status=400))["code"] == "SC400"


async def test_deleting_answers_those_that_were_there(make: Door) -> None:
    first, second, *rest = (await make.get("/notifications"))["notifications"]
    answer = await make.delete("/notifications", {"ids": [first["id"], "1", second["id"], first["id"]]})
    assert answer == {"notifications": [{"id": first["id"]}, {"id": second["id"]}]}
    assert (await make.get("/notifications"))["notifications"] == rest
    await make.get(f"/notifications/{first['id']}", 404)


async def test_ids_are_required_and_are_strings(make: Door) -> None:
    before = await make.get("/notifications")
    assert "'ids'" in (await make.delete("/notifications", {}, 400))["detail"][1]
    number = int(before["notifications"][0]["id"])
    assert (await make.delete("/notifications", {"ids": [number]}, 400))["code"] == "SC400"
    assert await make.get("/notifications") == before


async def test_another_zone_has_none(make: Door) -> None:
    zones = (await make.get("/enums/imt-zones"))["imtZones"]
    assert [zone["id"] for zone in zones if zone["domain"] == "eu1.make.com"] == [1]
    assert (await make.get("/notifications?imtZoneId=2"))["notifications"] == []
    assert (await make.get("/notifications?imtZoneId=1"))["notifications"]
