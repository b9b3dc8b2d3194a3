"""The gate on an account that is slow or busy, behind things that answer in Make's place."""

import httpx2
import pytest
from tests.server.gates import TEAM, bench
from tests.server.network import json_answer

from make_mcp.confirmation import Done, Nobody
from make_mcp.upstream import Refused

NOBODY = Nobody()
DELETE = "scenarios_delete"


# Make's own words, and those of others


@pytest.mark.parametrize(
    ("status", "body", "is_open"),
    [
        (422, {"detail": ["Validation failed"]}, False), (400, {"errors": ["x"]}, False), (404, {"suberrors": []}, False),
        (401, "<html>", False), (413, "<html>", False), (429, "<html>", False), (403, "error code: 1010", False),
        (400, "<html>", True), (422, [], True), (404, {}, True), (408, {"message": "m"}, True), (502, {"message": "m"}, True),
    ],
)  # fmt: skip
async def test_what_the_model_is_told_and_what_the_log_says_do_not_differ(status: int, body: object, is_open: bool):
    async with bench() as b:
        id_ = await b.scenario()
        answer = httpx2.Response(status, content=body.encode()) if isinstance(body, str) else json_answer(body, status)
        b.wire.answers("POST", answer)
        with pytest.raises(Refused) as refused:
            await b.call("scenarios_stop", NOBODY, scenarioId=id_, confirm=True)
        told = str(refused.value)
        assert ("may have taken effect: do not repeat it" in told) is is_open
        assert not (is_open and "Nothing was changed" in told)
        assert b.audit[-1].split(": ")[1].startswith("unknown" if is_open else "refused_by_make")


async def test_a_deletion_that_a_page_of_others_answers_is_never_told_to_have_sent_nothing():
    async with bench() as b:
        id_ = await b.scenario()
        code = await b.code(DELETE, NOBODY, scenarioId=id_)

        async def instead(request: httpx2.Request) -> httpx2.Response | None:
            if request.method != "DELETE":
                return None
            await b.wire.deliver(request)
            return httpx2.Response(404, content=b"<html>")

        b.wire.instead = instead
        with pytest.raises(Refused, match="may have taken effect"):
            await b.call(DELETE, NOBODY, scenarioId=id_, confirm=code)
        assert b.audit[-1] == "confirmed by code: unknown 404"


# What a busy or slow account meets


async def test_a_check_of_who_uses_a_connection_costs_few_requests():
    async with bench() as b:
        for n in range(4):
            await b.scenario(f"Scenario {n}")
        given = {"accountName": "ERP", "accountType": "apikeyauth", "apiKey": "k", "url": "https://example.com"}
        made = await b.make.post("/connections", params={"teamId": TEAM}, json=given)
        call = {"connectionId": made.json()["connection"]["id"], "data": {"apiKey": "new", "url": "u"}}
        code = await b.code("connections_set_data", NOBODY, **call)
        assert sum(request.url.path.endswith("/blueprint") for request in b.wire.sent) == 4
        b.wire.sent.clear()
        assert isinstance(await b.call("connections_set_data", NOBODY, **call, confirm=code), Done)
        assert [request.method for request in b.wire.sent] == ["GET", "GET", "POST"]
