"""Telling: every observer hears everything, and none of them can make a call fail."""

from typing import Any

import pytest
from tests.server.faults.calls import READ, START, is_whole
from tests.server.network import BOTH_KEYS, Network, calling

from make_mcp.telemetry.observer import NOTHING, Observer, Requested, together

REQUEST = Requested(
    tool="scenarios_get", upstream="make", host="eu1.make.com", port=443, method="GET", template="/scenarios/{scenarioId}", status=200,
    error=None, seconds=0.1, resent=0,
)  # fmt: skip
TOLD: dict[str, tuple[Any, ...]] = {
    "called": ("scenarios_get", "ok", 0.1), "decided": ("write", "confirmed", "done", None), "requested": (REQUEST,),
    "waited": ("maton", 0.1), "retried": ("make", "unreachable"), "breaker": ("make", "closed", "open"), "refused": ("host",),
    "sessions": (lambda: 5,), "end": (),
}  # fmt: skip
METHODS = [name for name in vars(Observer) if not name.startswith("_")]


Heard = list[tuple[str, tuple[Any, ...]]]


def hearing(heard: Heard) -> Observer:
    class Hears(Observer):
        def __getattribute__(self, name: str) -> Any:
            def hear(*told: Any) -> None:
                heard.append((name, told))

            return hear

    return Hears()


class Breaks(Observer):
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def test_the_table_below_is_whole():
    assert sorted(TOLD) == sorted(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_all_hear_what_is_told_whatever_one_of_them_does(method: str):
    first: Heard = []
    last: Heard = []
    getattr(together(hearing(first), Breaks(), NOTHING, hearing(last)), method)(*TOLD[method])
    assert first == last == [(method, TOLD[method])]


@pytest.mark.parametrize("method", METHODS)
def test_by_default_nobody_hears_anything(method: str):
    assert getattr(NOTHING, method)(*TOLD[method]) is None
    assert together() is together(NOTHING) is NOTHING


async def test_a_call_does_not_fail_over_being_counted():
    async with calling(Network(), BOTH_KEYS, observer=together(Breaks())) as caller:
        is_whole(await READ.by(caller))
        is_whole(await START.by(caller))
