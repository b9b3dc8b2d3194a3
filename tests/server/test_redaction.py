"""What leaves the server without the secrets of the account: by name, by form, at any depth; and what stays as it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.network import BOTH_KEYS, ENDPOINTS, MAKE_KEY, MATON_ONLY, Network, calling, carried_out, json_answer

from make_mcp.answers import Shaping
from make_mcp.idempotency import InMemory
from make_mcp.redaction import AT_MAKE, AT_MATON, WITHIN
from make_mcp.secrets import HIDDEN, Credentials
from make_tools.previews.differences import fields
from make_tools.secrets import MARK, looks_secret, suspects, without_secrets

SECRET = "do-not-leak-8f3c1d2e"
SHOWN = Shaping(Credentials())
REVEALED = Shaping(Credentials(), reveal=True)
TEMPLATE = ENDPOINTS["templates_blueprint"]


def shown(data: dict[str, Any], tool: str = "templates_blueprint") -> dict[str, Any]:
    text, left = SHOWN.answer(ENDPOINTS[tool], data)
    assert json.loads(text) == left, "text and data agree"
    again = SHOWN.answer(ENDPOINTS[tool], left)
    assert again == (text, left), "what was hidden once stays as it is"
    assert REVEALED.answer(ENDPOINTS[tool], data)[1] == data
    return left


HIDDEN_BY_NAME: dict[str, dict[str, Any]] = {
    name: {name: SECRET}
    for name in (
        "password", "apiKey", "api_key", "API-Key", "token", "secret", "clientSecret", "access_token", "refresh_token",
        "Authorization", "authorisation", "cookie", "Set-Cookie", "privateKey", "connectionString", "dbPwd", "authPass", "jwt",
        "x-api-key", "PASSWORD", "sessionToken", "credentials",
    )
} | {
    "a number that is a password": {"pin": 4711815},
    "a list": {"cookies": [SECRET, {"a": SECRET}]},
    "an object": {"credentials": {"user": SECRET, "more": [{"x": SECRET}]}},
    "a debug block": {"debug": [["request", {"x": SECRET}], SECRET]},
    "what a debug block calls by name": {"debug": {"request": {"name": SECRET, "id": SECRET, "n": 4711815}}},
    "a debug text": {"debug": f"called with {SECRET}"},
    "a header": {"headers": [{"name": "X-Key", "value": SECRET}]},
    "a header by its name": {"headers": {"X-Auth": SECRET}},
    "a parameter": {"qs": [{"name": "key", "value": SECRET}]},
    "a pair": {"parameters": [{"name": "apiKey", "type": "text", "value": SECRET}]},
    "a pair with a number": {"fields": [{"key": "password", "value": 4711815}]},
    "a filter": {"conditions": [[{"a": "{{1.token}}", "o": "text:equal", "b": SECRET}]]},
    "deep": {"a": [[{"b": {"c": [{"token": SECRET}]}}]]},
}  # fmt: skip


@pytest.mark.parametrize("kind", HIDDEN_BY_NAME)
def test_a_value_under_the_name_of_a_credential_is_hidden(kind: str):
    data = {"response": [{"id": 5, "name": "Orders"}, HIDDEN_BY_NAME[kind]], "n": 1}
    left = shown(data)
    told = json.dumps(left)
    assert SECRET not in told
    assert "4711815" not in told
    assert MARK in told
    assert left["response"][0] == {"id": 5, "name": "Orders"}
    assert left["n"] == 1


HIDDEN_BY_FORM = {
    "a webhook": f"https://hook.eu1.make.com/{SECRET}",
    "a webhook elsewhere": f"POST it to https://hook.us1.make.celonis.com/{SECRET}?a=1 now",
    "an old webhook": f"hook.integromat.com/{SECRET}",
    "a webhook without its scheme": f"(hook.eu2.make.com/{SECRET})",
    "a webhook in a link": f'<a href="https://hook.eu1.make.com/{SECRET}">here</a>',
    "a webhook in JSON in a text": json.dumps({"url": f"https://hook.eu1.make.com/{SECRET}"}),
    "a webhook with escapes": f"https:\\/\\/hook.eu1.make.com\\/{SECRET}",
    "a webhook in a parameter": f"https://x.test/?to=https%3A%2F%2Fhook.eu1.make.com%2F{SECRET}",
    "a webhook of others": f"https://hooks.slack.com/services/T0/B0/{SECRET}",
    "a mailhook": f"Send it to {SECRET}@hook.eu1.make.com, please",
    "a mailhook in a link": f"mailto:{SECRET}@hook.us1.make.celonis.com",
    "a session": f"https://connect.maton.ai/?session_token={SECRET}&app=make",
    "a key in an address": f"https://x.test/?a=1&api_key={SECRET}",
    "another key in an address": f"https://x.test/?key={SECRET}",
    "a signature": f"https://x.test/file?sig={SECRET}#top",
    "a user of an address": f"https://me:{SECRET}@x.test/",
    "a header": f"Authorization: Bearer {SECRET}",
    "a header of words": "Authorization: Bearer correcthorse",
    "a header in JSON": json.dumps({"Authorization": f"Bearer {SECRET}"}),
    "a bearer": f"curl -H 'Bearer {SECRET}'",
    "basic": f"Basic {SECRET}",
    "a cookie": f"Set-Cookie: sid={SECRET}; Path=/",
    "JSON in a text": json.dumps({"user": "me", "password": SECRET}),
    "JSON in JSON": json.dumps(json.dumps({"clientSecret": SECRET})),
    "a password with quotes": json.dumps({"password": f'a"b {SECRET}'}),
    "Python in a text": f"{{'api_key': '{SECRET}'}}",
    "an assignment": f"password={SECRET}",
    "a sentence": f"The token: {SECRET}, is old.",
    "a webhook without https": f"//hook.eu1.make.com/{SECRET}",
    "a webhook with a port": f"hook.eu1.make.com:443/{SECRET}",
    "a webhook as JSON may write it": f"https:\\u002f\\u002fhook.eu1.make.com\\u002f{SECRET}",
    "a webhook in HTML": f"https:&#47;&#47;hook.eu1.make.com&#47;{SECRET}",
    "a webhook in HTML in hexadecimals": f"https:&#x2F;&#x2F;hook.eu1.make.com&#x2F;{SECRET}",
    "a webhook percent-encoded twice": f"https%253A%252F%252Fhook.eu1.make.com%252F{SECRET}",
    "a mailhook percent-encoded twice": f"{SECRET}%2540hook.eu1.make.com",
    "a session percent-encoded": f"https%3A%2F%2Fconnect.maton.ai%2F%3Fsession_token%3D{SECRET}",
    "a session with escapes": f"https://connect.maton.ai/?app=make\\u0026session_token\\u003d{SECRET}",
    "a parameter percent-encoded": f"session_token%3D{SECRET}%26app%3Dmake",
    "a parameter percent-encoded twice": f"api_key%253D{SECRET}",
    "a signature percent-encoded": f"https%3A%2F%2Fx.test%2Ff%3Fa%3D1%26sig%3D{SECRET}",
    "JSON percent-encoded": f"%7B%22password%22%3A%22{SECRET}%22%7D",
    "the token of a hook": json.dumps({"udid": SECRET}),
    "the token of a hook in JSON in JSON": json.dumps(json.dumps({"udid": SECRET})),
    "the token of a hook in words": f"There is no hook with udid: {SECRET}.",
    "a password with an at sign": f"https://user:p@{SECRET}@x.test/y",
    "a token of an address": f"https://{SECRET}@x.test/y",
    "a list in JSON": json.dumps({"password": [SECRET, f"a {SECRET}"]}),
    "an object in JSON": json.dumps({"password": {"value": SECRET}}),
    "an object in a text": f'password: {{"type": "text", "value":"{SECRET}"}}',
    "an object in JSON in JSON": json.dumps(json.dumps({"token": {"value": SECRET}})),
    "JSON in HTML": f"{{&quot;password&quot;:&quot;{SECRET}&quot;}}",
    "a short name": f"user=me pass={SECRET}",
    "a short name within another": f"smtp_pass={SECRET}",
    "a short name in JSON": json.dumps({"dbPass": SECRET}),
    "a stripe key": f"use sk_live_{SECRET}",
    "a JWT": f"eyJhbGciOiJIUzI1NiJ9.{SECRET}.x",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET.replace('-', '')}\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", HIDDEN_BY_FORM)
def test_a_credential_within_a_text_is_hidden(kind: str):
    text = HIDDEN_BY_FORM[kind]
    left = shown({"body": text, "more": {"texts": ["Orders", text]}})
    for gone in (SECRET, SECRET.replace("-", ""), "correcthorse"):
        assert gone not in json.dumps(left)
    assert MARK in left["body"]
    assert left["more"]["texts"] == ["Orders", left["body"]]
    # An error is cleaned alike.
    assert SHOWN.words(text) == left["body"]


@given(st.text(max_size=30), st.sampled_from(sorted(HIDDEN_BY_FORM)), st.text(max_size=30))
def test_whatever_stands_around_a_webhook_its_token_is_gone(before: str, kind: str, after: str):
    text = f"{before} {HIDDEN_BY_FORM[kind]} {after}"
    assert "8f3c1d2e" not in without_secrets(text, WITHIN)
    assert suspects([before, text]) == [*suspects([before]), text], "what is looked through is all that has to be"


HARMLESS: dict[str, dict[str, Any]] = {
    "counts of tokens": {"maxTokens": 500, "tokens": 5, "usedTokens": "5", "tokenLimit": 7, "text": "tokens used: 5"},
    "no value": {"password": None, "token": "", "secret": False, "hasPassword": True, "debug": None, "cookies": []},
    "where a list goes on": {"nextPageToken": "CAUQAA", "syncToken": "x1"},
    "a reference": {"keychain": 40771, "auth": 40771, "apiKey": 40771, "tokenId": "t-17", "secretName": "of the ERP"},
    "scopes": {"scopes": ["scenarios:read"], "tokenScopes": ["a"], "scopesCnt": 1},
    "expressions": {"token": "{{1.token}}", "authorization": "Bearer {{2.access_token}}", "password": "{{1.a}}{{1.b}}"},
    "expressions in JSON": {"body": '{"password": "{{2.password}}", "token":"{{1.t}}"}'},
    "expressions in texts": {"text": "Your password: {{1.password}}", "url": "https://{{1.user}}:{{1.pass}}@x.test/"},
    "how something signs in": {"authorization": "noAuth", "token": "header", "tokenType": "Bearer", "cookie": "include"},
    "masked already": {"apiKey": "********"},
    "names": {"author": "Ann", "authorId": 5, "key": "A-17", "keyboard": "x", "secretary": "Ann", "tokenizer": "cl100k"},
    "a field to fill in": {"expect": [{"name": "apiKey", "type": "text", "label": "API key", "required": True}]},
    "names of parameters": {"editableParameters": ["apiKey", "password"]},
    "sentences": {"told": ["Invalid token: expired", "Missing authorization: sign in", "a token of our thanks", "Basic plan"]},
    "addresses": {"avatar": "https://www.example.com/a:b/c?size=5&page=2", "mail": "ann@example.com", "zone": "eu1.make.com"},
    "hooks by their names": {"hookId": 5, "module": "gateway:CustomWebHook", "text": "the hook of the scenario, hook.py"},
    "users": {"texts": ["ssh://git@example.com/x", "https://ann@example.com", "https://a.test:80, ann@b.test", "udid: unknown"]},
    "tests": {"texts": ["pass=5 fail=0", "pass: it works", "pass=true", "all 17 pass: done2day", "bypass=everything"]},
    "errors": {"text": '{"password":{"message":"too short"},"token":["{{1.t}}"]}', "see": "hook.eu1.make.com:443, //make.com/hook"},
    "percent signs": {"text": "nextPageToken%3DCAUQAA%26token%3Drequired", "b": "https%3A%2F%2Fwww.example.com%2Fhook%3Fa%3D1"},
    "ids": {"id": "7f4e30a46df12ff4d1c31c5a3a3e9c11", "uid": "9e50b825-a50e-4a50-8400-e2fb52ba6a7f", "uid2": 118203774529104},
}  # fmt: skip


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_no_secret_stays(kind: str):
    assert shown({"response": [HARMLESS[kind]]}) == {"response": [HARMLESS[kind]]}


scalars = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=20)
plain_names = st.text("abcdfghij", max_size=8)
json_data = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_names, inner, max_size=4), max_leaves=12
)


@given(json_data, st.sampled_from(["password", "apiKey", "clientSecret", "debug"]))
def test_a_named_secret_is_hidden_beside_anything(beside: Any, name: str):
    left = shown({"a": beside, "b": [beside, {"c": {name: SECRET, "d": beside}}]})
    assert SECRET not in json.dumps(left)
    assert left["a"] == REVEALED.answer(TEMPLATE, {"a": beside})[1]["a"] or MARK in json.dumps(left["a"])


HOOK = {
    "id": 5,
    "name": "Orders",
    "teamId": 22,
    "udid": SECRET,
    "url": f"https://elsewhere.test/{SECRET}",
    "enabled": True,
}
LINK = {"connection_id": "c1", "app": "make", "status": "PENDING", "url": f"https://connect.maton.ai/{SECRET}"}


def answering(data: object) -> Network:
    return Network(lambda _: json_answer(data))


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("hooks_list", {"teamId": 22, "fields": ["*"]}, {"hooks": [HOOK, HOOK], "more": False}),
        ("hooks_get", {"hookId": 5}, {"hook": HOOK}),
        ("hooks_ping", {"hookId": 5}, {"address": f"https://x.test/{SECRET}", "attached": True, "gone": False}),
        ("hooks_create", {"teamId": 22, "name": "Orders", "confirm": True}, {"hook": HOOK}),
        ("hooks_rename", {"hookId": 5, "name": "New", "confirm": True}, {"hook": HOOK}),
    ],
)
async def test_whoever_knows_the_address_of_a_hook_can_start_its_scenario(tool: str, arguments: Any, answer: Any):
    async with calling(answering(answer), MAKE_KEY) as caller:
        told = await caller.call(tool, arguments)
    assert told.data is not None
    assert SECRET not in told.text
    assert told.text.count(AT_MAKE) == json.dumps(answer).count(SECRET)
    assert "--reveal" in AT_MAKE
    assert json.loads(told.text) == told.data
    async with calling(answering(answer), {**MAKE_KEY, "reveal": True}) as caller:
        assert (await caller.call(tool, arguments)).data == answer


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("maton_connections_list", {"fields": ["*"]}, {"connections": [LINK]}),
        ("maton_connections_get", {"matonConnectionId": "c1"}, {"connection": LINK}),
        ("maton_connections_create", {"confirm": True}, {"connection": LINK}),
    ],
)
async def test_a_sign_in_link_is_hidden_and_what_to_do_is_said(tool: str, arguments: Any, answer: Any):
    async with calling(answering(answer), MATON_ONLY) as caller:
        told = await caller.call(tool, arguments)
    assert told.data is not None
    assert SECRET not in told.text
    assert AT_MATON in told.text
    assert "sign in at maton.ai" in AT_MATON
    assert "--reveal" in AT_MATON
    async with calling(answering(answer), {**MATON_ONLY, "reveal": True}) as caller:
        assert (await caller.call(tool, arguments)).data == answer


async def test_an_error_of_make_loses_its_secrets_unless_they_are_to_be_shown():
    error = {"message": f"No answer from https://hook.eu1.make.com/{SECRET}", "code": "SC400"}
    network = Network(lambda _: json_answer(error, 400))
    async with calling(network, BOTH_KEYS) as caller:
        assert SECRET not in (await caller.call("scenarios_get", {"scenarioId": 5})).text
    async with calling(network, {**BOTH_KEYS, "reveal": True}) as caller:
        assert SECRET in (await caller.call("scenarios_get", {"scenarioId": 5})).text


async def test_an_answer_that_was_kept_revealed_is_hidden_from_one_who_may_not_see_it():
    keys = InMemory()
    given = {"teamId": 22, "name": "Orders", "confirm": True}
    for reveal, repeated in ((True, False), (False, True), (True, True)):
        async with calling(answering({"hook": HOOK}), {**MAKE_KEY, "reveal": reveal}, keys) as caller:
            answer = await caller.call("hooks_create", given, key="once")
        assert answer.is_repeated is repeated
        assert (SECRET in answer.text) is reveal
        assert answer.data == json.loads(answer.text)


def test_every_mark_is_known_where_it_comes_back():
    assert all(MARK in hidden for hidden in (AT_MAKE, AT_MATON, WITHIN, HIDDEN))


@pytest.mark.parametrize("kind", HIDDEN_BY_NAME)
def test_a_preview_hides_at_least_what_an_answer_hides(kind: str):
    told = json.dumps(fields({}, {"x": HIDDEN_BY_NAME[kind]}))
    assert SECRET not in told
    assert "4711815" not in told


async def test_a_preview_shows_the_request_as_it_leaves_and_hides_the_rest():
    team = {"team": {"id": 22, "name": f"https://hook.eu1.make.com/{SECRET}"}}
    network = answering(team)
    async with calling(network, MAKE_KEY) as caller:
        given = {"teamId": 22, "name": "ERP", "type": "apikeyauth", "data": {"apiKey": "given-by-the-caller-1"}}
        preview = await caller.call("connections_create", given)
        assert preview.data is not None
        assert preview.data["request"]["body"]["apiKey"] == "given-by-the-caller-1"
        assert preview.text.count("given-by-the-caller-1") == 1
        assert SECRET not in preview.text
        await carried_out(caller, "connections_create", given)
    assert json.loads(network.sent[-1].content) == preview.data["request"]["body"]


def test_the_name_of_a_secret_is_told_from_one_that_speaks_of_it():
    assert looks_secret("accessToken")
    assert looks_secret("key", call=True)
    assert not looks_secret("key")
    assert not looks_secret("accessTokenExpiresAt")
    assert not looks_secret("authorizationUrl")
