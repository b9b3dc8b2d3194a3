"""`/users/me/api-tokens`."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.sandbox.practice import CARE, OPERATIONS, Clock, Door

import make_sandbox

PATH = "/users/me/api-tokens"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


async def new(make: Door, *scope: str, label: str = "New") -> dict[str, Any]:
    return (await make.post(PATH, {"label": label, "scope": scope}))["apiToken"]


def use(make: Door, token: str) -> None:
    make.client.headers["authorization"] = f"Token {token}"


async def test_a_new_token_opens_the_account_with_its_scopes(make: Door) -> None:
    token = await new(make, "scenarios:read", "teams:read", label="Reader")
    assert set(token) == {"token", "scope", "created", "label"}
    assert (token["label"], token["scope"]) == ("Reader", ["scenarios:read", "teams:read"])
    assert re.fullmatch(UUID, token["token"])
    use(make, token["token"])
    authorization = (await make.get("/users/me/current-authorization"))["authorization"]
    assert authorization == {"authUsed": "token", "scope": token["scope"]}
    assert (await make.get("/users/me"))["authUser"]["name"] == "Sample Owner"
    await make.get(f"/scenarios?teamId={OPERATIONS}")
    await make.get(f"/teams/{CARE}")
    assert (await make.get(f"/hooks?teamId={OPERATIONS}", 403))["code"] == "SC403"


async def test_the_list_shows_no_value_whole(make: Door, clock: Clock) -> None:
    clock.go(minutes=1)
    token = await new(make, "hooks:read")
    tokens = (await make.get(PATH))["apiTokens"]
    assert [row["label"] for row in tokens] == ["Practice token", "New"]
    assert set(tokens[1]) == {"token", "scope", "created", "label"}
    assert (tokens[1]["scope"], tokens[1]["created"]) == (["hooks:read"], token["created"])
    for row, value in zip(tokens, (make_sandbox.TOKEN, token["token"]), strict=True):
        assert row["token"] != value
        assert value not in str(tokens)
        assert "*" in row["token"]


async def test_a_deleted_token_opens_nothing_from_then_on(make: Door) -> None:
    token = await new(make, "scenarios:read")
    use(make, token["token"])
    await make.get("/users/me")
    use(make, make_sandbox.TOKEN)
    assert await make.delete(f"{PATH}/{token['created']}") == {"apiToken": token["created"]}
    assert [row["label"] for row in (await make.get(PATH))["apiTokens"]] == ["Practice token"]
    assert (await make.delete(f"{PATH}/{token['created']}", status=404))["code"] == "SC404"
    use(make, token["token"])
    assert (await make.get("/users/me", 401))["code"] == "IM015"


async def test_a_token_may_delete_itself(make: Door) -> None:
    token = await new(make, "user:write")
    use(make, token["token"])
    await make.delete(f"{PATH}/{token['created'].replace(':', '%3A')}")
    await make.get("/users/me", 401)


async def test_tokens_of_one_moment_can_be_told_apart(make: Door) -> None:
    made = [await new(make, label=f"Token {number}") for number in range(3)]
    assert len({token["created"] for token in made}) == len({token["token"] for token in made}) == 3
    await make.delete(f"{PATH}/{made[1]['created']}")
    assert [row["label"] for row in (await make.get(PATH))["apiTokens"]] == ["Practice token", "Token 0", "Token 2"]


async def test_a_scope_counts_once(make: Door) -> None:
    assert (await new(make, "hooks:read", "hooks:read"))["scope"] == ["hooks:read"]


async def test_all_listed_scopes_can_be_given(make: Door) -> None:
    names = [row["name"] for row in (await make.get("/enums/user-api-token-scopes"))["userApiTokenScopes"]]
    assert (await new(make, *names))["scope"] == names


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "label"),
        ({"label": "New"}, "scope"),
        ({"label": "", "scope": []}, "label"),
        ({"label": 7, "scope": []}, "label"),
        ({"label": "New", "scope": "hooks:read"}, "scope"),
        ({"label": "New", "scope": ["hooks:read", 7]}, "scope"),
        ({"label": "New", "scope": ["hooks:read", "hooks:eat"]}, "hooks:eat"),
        ({"label": "New", "scope": ["Hooks:read"]}, "Hooks:read"),
    ],
)
async def test_a_token_that_cannot_be_is_refused(make: Door, body: dict[str, Any], wrong: str) -> None:
    answer = await make.post(PATH, body, 400)
    assert answer["code"] == "SC400"
    assert f"'{wrong}'" in str(answer["detail"])
    assert len((await make.get(PATH))["apiTokens"]) == 1


async def test_a_reset_ends_every_token_but_the_published_one(make: Door) -> None:
    token = await new(make, "user:read")
    await make.client.post("/sandbox/reset")
    await make.get("/users/me")
    use(make, token["token"])
    await make.get("/users/me", 401)


@pytest.mark.parametrize(("scope", "reads", "writes"), [("user:read", 200, 403), ("user:write", 403, 200)])
async def test_reading_and_making_tokens_are_two_rights(make: Door, scope: str, reads: int, writes: int) -> None:
    use(make, (await new(make, scope))["token"])
    await make.get(PATH, reads)
    await make.post(PATH, {"label": "Another", "scope": []}, writes)
