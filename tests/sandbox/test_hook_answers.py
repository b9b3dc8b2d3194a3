"""What the caller of a hook is answered by the scenario."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.sandbox.flows import call, hooked, if_equal, module
from tests.sandbox.practice import Clock, Door


def respond(id_: int = 9, **mapper: Any) -> dict[str, Any]:
    return module(id_, "gateway:WebhookRespond", mapper)


async def test_a_scenario_may_answer_the_caller(make: Door) -> None:
    headers = [{"key": "Content-Type", "value": "application/json"}, {"key": "X-Id", "value": "{{1.id}}"}]
    mapper: dict[str, Any] = {"status": "201", "body": '{"hello": "{{upper(1.name)}}"}', "headers": headers}
    hook, _ = await hooked(make, respond(**mapper))
    answer = await call(make, hook, {"id": 7, "name": "Ann"})
    assert (answer.status_code, answer.json()) == (201, {"hello": "ANN"})
    assert (answer.headers["content-type"], answer.headers["x-id"]) == ("application/json", "7")


@pytest.mark.parametrize(
    ("mapper", "status", "text"),
    [
        ({}, 200, ""),
        ({"body": "plain"}, 200, "plain"),
        ({"body": "{{1.data}}"}, 200, '{"a": 1}'),
        ({"body": "{{1.missing}}", "status": 202}, 202, ""),
        ({"status": "{{1.code}}", "body": "x"}, 418, "x"),
        ({"status": "many", "body": "x"}, 200, "x"),
        ({"status": 99, "body": "x"}, 200, "x"),
        ({"status": 204, "body": "x"}, 204, ""),
        ({"body": "x", "headers": [{"key": "bad name", "value": "y"}, {"key": "a", "value": "b\r\nc: d"}]}, 200, "x"),
        ({"body": "x", "headers": [{"key": "Content-Length", "value": "999"}, None, 5]}, 200, "x"),
        ({"body": "half {{1.half}}"}, 200, "half ?"),
    ],
)
async def test_answers_of_any_form(make: Door, mapper: dict[str, Any], status: int, text: str) -> None:
    hook, _ = await hooked(make, respond(**mapper))
    body = json.dumps({"data": {"a": 1}, "code": 418, "half": "\ud800"}).encode()
    answer = await call(make, hook, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.text) == (status, text)


async def test_only_a_reached_answer_counts(make: Door) -> None:
    routes = [
        {"flow": [respond(3, status=201, body="new") | {"filter": if_equal("{{1.kind}}", "new")}]},
        {"flow": [respond(4, status=202, body="old") | {"filter": if_equal("{{1.kind}}", "old")}]},
        {"flow": [respond(5, body="second") | {"filter": if_equal("{{1.twice}}", "yes")}]},
    ]
    hook, _ = await hooked(make, module(2, "builtin:BasicRouter", routes=routes))
    assert (await call(make, hook, {"kind": "old"})).text == "old"
    assert (await call(make, hook, {"kind": "new", "twice": "yes"})).text == "new"
    assert (await call(make, hook, {"kind": "other"})).text == "Accepted"


async def test_a_scenario_that_fails_before_its_answer_says_so(make: Door, clock: Clock) -> None:
    broken = module(2, "http:ActionSendData", {"url": "https://a.invalid/"})
    hook, id_ = await hooked(make, broken, respond(body="never"))
    answer = await call(make, hook, {})
    assert (answer.status_code, answer.text) == (500, "Scenario failed to complete.")
    clock.go(minutes=1)
    assert (await make.logs(id_))[0]["status"] == 3


async def test_an_error_handler_may_answer(make: Door) -> None:
    broken = module(2, "http:ActionSendData", {"url": "https://a.invalid/"})
    handler = [respond(3, status=503, body="Sorry: {{2.error.message}}"), module(4, "builtin:Ignore")]
    hook, _ = await hooked(make, broken | {"onerror": handler}, respond(body="never"))
    answer = await call(make, hook, {})
    assert (answer.status_code, answer.text) == (503, "Sorry: getaddrinfo ENOTFOUND a.invalid")


async def test_a_failing_run_without_an_answer_is_accepted_all_the_same(make: Door) -> None:
    hook, _ = await hooked(make, module(2, "http:ActionSendData", {"url": "https://a.invalid/"}))
    assert (await call(make, hook, {})).text == "Accepted"
