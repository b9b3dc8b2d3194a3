"""Links of the gateway: only those to Make are shown, and only those are touched."""

import httpx2
import pytest
from tests.server.network import LINK, MATON_ONLY, Network, calling, carried_out, failing, json_answer
from tests.server.test_no_answer import cannot_be_confirmed, is_clear


@pytest.mark.usefixtures("clock")
async def test_a_link_that_cannot_be_looked_at_is_not_deleted_and_the_agent_is_not_told_that_it_may_be():
    call = ("maton_connections_delete", {"matonConnectionId": "21fd90f9"})
    unread: list[httpx2.Response | Exception] = [
        httpx2.ReadError("gone"), httpx2.ReadTimeout("slow"), httpx2.ConnectError("no route"), json_answer({"message": "m"}, 500),
        json_answer({"message": "m"}, 404), httpx2.Response(200, content=b"<html>"), httpx2.Response(302),
    ]  # fmt: skip
    for answer in unread:
        network = Network(failing(answer) if isinstance(answer, Exception) else lambda _, a=answer: a)
        async with calling(network, MATON_ONLY) as caller:
            told = await carried_out(caller, *call)
        if told.data is None:
            is_clear(told, "maton_connections_delete")
        else:
            cannot_be_confirmed(told)
        assert {request.method for request in network.sent} == {"GET"}
        assert "may have taken effect" not in told.text, told.text


async def test_a_link_that_is_not_known_to_be_of_make_is_not_touched():
    others: list[object] = [
        {"connection": {"id": "21fd90f9", "app": "google-drive"}}, {"connection": {"id": "21fd90f9", "app": "MAKE"}},
        {"connection": {"id": "21fd90f9", "app": None}}, {"connection": {"id": "21fd90f9"}}, {"connection": None}, {"connection": []},
        {"connection": {}}, {"app": "google-drive", "id": "21fd90f9"}, {"connection": LINK["connection"], "app": "google-drive"},
    ]  # fmt: skip
    for other in others:
        network = Network(lambda request, o=other: json_answer(o if request.method == "GET" else {}))
        async with calling(network, MATON_ONLY) as caller:
            told = await carried_out(caller, "maton_connections_delete", {"matonConnectionId": "21fd90f9"})
        assert {request.method for request in network.sent} == {"GET"}, other
        assert told.is_error, other


async def test_links_to_other_apps_are_not_shown():
    links = [{"connection_id": "1", "app": "make"}, {"connection_id": "2", "app": "google-drive", "url": "hidden"}]
    async with calling(Network(lambda _: json_answer({"connections": links})), MATON_ONLY) as caller:
        assert (await caller.call("maton_connections_list", {})).data == {"connections": links[:1]}
    async with calling(Network(lambda _: json_answer({"connection": links[1]})), MATON_ONLY) as caller:
        told = await caller.call("maton_connections_get", {"matonConnectionId": "2"})
    assert told.is_error
    assert "hidden" not in told.text
