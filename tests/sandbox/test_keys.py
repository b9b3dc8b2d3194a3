"""`/keys`."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.practice import BACK_OFFICE, CARE, NOWHERE, OPERATIONS, Door, named

FIELDS = {"id", "name", "typeName", "teamId", "packageName", "theme"}
SECRET = "do-not-leak"
BASIC: dict[str, Any] = {
    "teamId": CARE,
    "name": "Desk",
    "typeName": "basicauth",
    "parameters": {"authUser": "ann", "authPass": SECRET},
}
TYPES = ["aes-key", "apikeyauth", "apn", "basicauth", "clientcertauth", "eet", "gpg-private", "gpg-public", "webpay"]


async def test_the_list_has_numbers_and_names_and_no_pages(make: Door) -> None:
    answer = await make.get(f"/keys?teamId={OPERATIONS}&pg[limit]=1")
    assert set(answer) == {"keys"}
    assert [row["name"] for row in answer["keys"]] == ["Parcel tracking", "Supplier price feed"]
    assert [set(row) for row in answer["keys"]] == [{"id", "name"}] * 2


async def test_columns_show_more_and_never_the_secrets(make: Door) -> None:
    rows = (await make.get(f"/keys?teamId={OPERATIONS}&cols[]=*"))["keys"]
    assert [set(row) for row in rows] == [FIELDS] * 2
    for path in (f"/keys?teamId={OPERATIONS}&cols[]=*", f"/keys/{rows[0]['id']}?cols[]=*"):
        assert "sample-" not in (await make.send("GET", path)).text
    await make.get(f"/keys?teamId={OPERATIONS}&cols[]=parameters", 400)


async def test_types_filter_the_list(make: Door) -> None:
    rows = (await make.get(f"/keys?teamId={OPERATIONS}&typeName=basicauth"))["keys"]
    assert [row["name"] for row in rows] == ["Supplier price feed"]
    assert (await make.get(f"/keys?teamId={OPERATIONS}&typeName=webpay"))["keys"] == []
    await make.get(f"/keys?teamId={OPERATIONS}&typeName=nonsense", 400)


async def test_the_types_say_which_parameters_they_take(make: Door) -> None:
    types = {row["name"]: row for row in (await make.get("/keys/types"))["keysTypes"]}
    assert sorted(types) == TYPES
    fields = {"name", "label", "parameters", "componentType", "author", "version", "theme", "icon"}
    for row in types.values():
        assert set(row) == fields
        assert all({"name", "type", "label", "required"} <= set(parameter) for parameter in row["parameters"])
    assert [parameter["name"] for parameter in types["apikeyauth"]["parameters"]] == ["key", "placement", "name"]


async def test_a_new_key_can_be_read_and_keeps_its_secret(make: Door) -> None:
    response = await make.send("POST", "/keys", BASIC)
    key = response.json()["key"]
    assert set(key) == FIELDS
    assert (key["name"], key["typeName"], key["teamId"], key["packageName"]) == ("Desk", "basicauth", CARE, None)
    assert SECRET not in response.text
    read = await make.send("GET", f"/keys/{key['id']}")
    assert read.json()["key"] == key
    assert (await make.get(f"/keys/{key['id']}?cols[]=name"))["key"] == {"name": "Desk"}
    assert (await make.get(f"/keys?teamId={CARE}"))["keys"] == [{"id": key["id"], "name": "Desk"}]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("apikeyauth", {"key": "k", "placement": "header", "name": "X-API-Key"}),
        ("apikeyauth", {"key": "k", "placement": "qs", "name": "key"}),
        ("apikeyauth", {"key": "k"}),
        ("aes-key", {"key": "00ff", "keyEncoding": "hex"}),
        ("basicauth", {"authUser": "ann", "authPass": ""}),
        ("apn", {"privateKey": "k", "method": "tokens", "keyId": "1", "teamId": "2", "production": True}),
        ("apn", {"privateKey": "k", "method": "cert", "certificate": "c"}),
        ("gpg-private", {"key": "k"}),
    ],
)
async def test_each_type_takes_its_own_parameters(make: Door, kind: str, parameters: dict[str, Any]) -> None:
    key = (await make.post("/keys", BASIC | {"typeName": kind, "parameters": parameters}))["key"]
    assert key["typeName"] == kind


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"teamId": "1"}, "teamId"),
        ({"name": None}, "name"),
        ({"name": "n" * 129}, "name"),
        ({"typeName": "nonsense"}, "typeName"),
        ({"parameters": None}, "parameters"),
        ({"parameters": "a:b"}, "parameters"),
        ({"parameters": {}}, "authUser"),
        ({"parameters": {"authUser": "ann"}}, "authPass"),
        ({"parameters": {"authUser": 1, "authPass": "b"}}, "authUser"),
        ({"parameters": {"authUser": "a", "authPass": "b", "key": "c"}}, "key"),
        ({"typeName": "apikeyauth", "parameters": {"placement": "header", "name": "X"}}, "key"),
        ({"typeName": "apikeyauth", "parameters": {"key": "k", "placement": "body", "name": "X"}}, "placement"),
        ({"typeName": "aes-key", "parameters": {"key": "k", "keyEncoding": "rot13"}}, "keyEncoding"),
        ({"typeName": "apn", "parameters": {"privateKey": "k", "method": "tokens", "teamId": "2"}}, "keyId"),
        ({"typeName": "apn", "parameters": {"privateKey": "k", "method": "cert", "keyId": "1"}}, "keyId"),
    ],
)
async def test_a_wrong_new_key_is_refused(make: Door, change: dict[str, Any], wrong: str) -> None:
    refusal = await make.post("/keys", BASIC | change, 400)
    assert refusal["code"] == "SC400"
    assert f"'{wrong}'" in refusal["detail"][1]
    assert (await make.get(f"/keys?teamId={CARE}"))["keys"] == []


async def test_a_key_can_be_renamed_and_given_other_secrets(make: Door) -> None:
    id_ = (await make.post("/keys", BASIC))["key"]["id"]
    renamed = (await make.patch(f"/keys/{id_}", {"name": "Help desk"}))["key"]
    assert (set(renamed), renamed["name"]) == (FIELDS, "Help desk")
    response = await make.send("PATCH", f"/keys/{id_}", {"parameters": {"authUser": "bo", "authPass": SECRET}})
    assert response.json()["key"] == renamed
    assert SECRET not in response.text
    for parameters in ({"authPass": "only"}, {"key": "of another type"}, "text"):
        await make.patch(f"/keys/{id_}", {"parameters": parameters}, 400)
    assert (await make.get(f"/keys/{id_}"))["key"] == renamed


async def test_a_key_that_nothing_uses_is_deleted_at_once(make: Door) -> None:
    id_ = (await make.post("/keys", BASIC))["key"]["id"]
    assert await make.delete(f"/keys/{id_}") == {"key": id_}
    await make.get(f"/keys/{id_}", 403)


async def test_deleting_a_key_in_use_needs_a_confirmation_and_breaks_its_scenario(make: Door) -> None:
    id_ = named(await make.get(f"/keys?teamId={OPERATIONS}"), "keys", "Supplier price feed")["id"]
    scenario = await make.scenario("Supplier price watch")
    assert not scenario["isinvalid"]
    refusal = await make.delete(f"/keys/{id_}", status=406)
    assert refusal["code"] == "IM004"
    assert refusal["metadata"] == [
        {"type": "key"},
        {
            "type": "keyWithInactiveScenarios",
            "data": [{"scenarioId": scenario["id"], "scenarioName": "Supplier price watch"}],
        },
    ]
    await make.get(f"/keys/{id_}")
    assert await make.delete(f"/keys/{id_}?confirmed=true") == {"key": id_}
    await make.get(f"/keys/{id_}", 403)
    assert (await make.scenario("Supplier price watch"))["isinvalid"]


async def test_a_key_of_nobody_is_refused(make: Door) -> None:
    await make.get(f"/keys/{NOWHERE}", 403)
    await make.patch(f"/keys/{NOWHERE}", {"name": "n"}, 403)
    await make.delete(f"/keys/{NOWHERE}?confirmed=true", status=403)
    await make.get(f"/keys?teamId={NOWHERE}", 403)
    await make.post("/keys", BASIC | {"teamId": NOWHERE}, 403)
    await make.get("/keys", 400)
    await make.get("/keys/first", 400)


async def test_a_deleted_team_takes_its_keys_with_it(make: Door) -> None:
    id_ = (await make.post("/keys", BASIC | {"teamId": BACK_OFFICE}))["key"]["id"]
    await make.delete(f"/teams/{BACK_OFFICE}?confirmed=true")
    await make.get(f"/keys/{id_}", 403)
