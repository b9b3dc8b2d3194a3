"""Scenarios for tests: made over the API from a flow, and hooks that start them."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from tests.sandbox.practice import OPERATIONS, Door

ON_HOOK: dict[str, Any] = {"type": "immediately"}
ON_DEMAND: dict[str, Any] = {"type": "on-demand"}
EVERY_QUARTER: dict[str, Any] = {"type": "indefinitely", "interval": 900}


def module(id_: int, name: str, mapper: Any = None, **parts: Any) -> dict[str, Any]:
    return {"id": id_, "module": name, "version": 1, "parameters": {}, "mapper": mapper or {}, **parts}


def if_equal(left: str, right: str) -> dict[str, Any]:
    """A filter in front of a module."""
    return {"name": "Equal", "conditions": [[{"a": left, "o": "text:equal", "b": right}]]}


async def new_hook(make: Door, **data: Any) -> dict[str, Any]:
    body = {"name": "Fresh", "teamId": OPERATIONS, "typeName": "gateway-webhook", **data}
    return (await make.post("/hooks?useDefaults=requiredOnly", body))["hook"]


async def new_scenario(
    make: Door,
    flow: list[dict[str, Any]],
    scheduling: dict[str, Any] = ON_DEMAND,
    *,
    start: bool = True,
    settings: dict[str, Any] | None = None,
    inputs: list[dict[str, Any]] | None = None,
    outputs: list[dict[str, Any]] | None = None,
) -> int:
    """The id of a new scenario of the team Operations, switched on unless told otherwise."""
    blueprint = {"name": "Made for a test", "flow": flow, "metadata": {"scenario": settings or {}}}
    body: dict[str, Any] = {
        "teamId": OPERATIONS,
        "blueprint": json.dumps(blueprint),
        "scheduling": json.dumps(scheduling),
        "metadata": {"input_spec": inputs or [], "output_spec": outputs or []},
    }
    id_ = (await make.post("/scenarios", body))["scenario"]["id"]
    if start:
        await make.post(f"/scenarios/{id_}/start")
    return id_


async def hooked(
    make: Door,
    *rest: dict[str, Any],
    scheduling: dict[str, Any] = ON_HOOK,
    start: bool = True,
    settings: dict[str, Any] | None = None,
    **data: Any,
) -> tuple[dict[str, Any], int]:
    """A hook and the id of the scenario that waits for it. The hook's module is number 1."""
    hook = await new_hook(make, **data)
    first = module(1, "gateway:CustomWebHook", parameters={"hook": hook["id"]})
    return hook, await new_scenario(make, [first, *rest], scheduling, start=start, settings=settings)


async def call(make: Door, hook: dict[str, Any], body: Any = None, **options: Any) -> httpx2.Response:
    """Sends something to the address that a hook shows."""
    extra: dict[str, Any] = {} if body is None else {"json": body}
    method = options.pop("method", "POST")
    return await make.client.request(method, hook["url"], **extra, **options)


async def waiting(make: Door, hook: dict[str, Any]) -> list[Any]:
    """What waits in the queue of a hook, the oldest first."""
    return [row["data"] for row in (await make.get(f"/hooks/{hook['id']}/incomings"))["incomings"]]


async def stored(make: Door, store: int) -> dict[str, Any]:
    """The records of a data store by their keys."""
    return {row["key"]: row["data"] for row in (await make.get(f"/data-stores/{store}/data"))["records"]}


async def new_store(make: Door) -> int:
    """The id of an empty data store of a megabyte."""
    body = {"name": "Fresh", "teamId": OPERATIONS, "datastructureId": None, "maxSizeMB": 1}
    return (await make.post("/data-stores", body))["dataStore"]["id"]


START = module(1, "scenario-service:StartSubscenario")


def returns(id_: int = 9, **values: Any) -> dict[str, Any]:
    return module(id_, "scenario-service:ReturnData", values)


async def run(make: Door, id_: int, data: dict[str, Any] | None = None) -> Any:
    return await make.post(f"/scenarios/{id_}/run", {"data": data or {}, "responsive": True})


async def computed(make: Door, *flow: dict[str, Any], data: dict[str, Any] | None = None) -> Any:
    """What a new scenario returns under the names of its module "Return output"."""
    id_ = await new_scenario(make, [START, *flow])
    answer = await run(make, id_, data)
    assert answer["status"] == 1, answer
    return answer["outputs"]


async def operations(make: Door, *flow: dict[str, Any], data: dict[str, Any]) -> int:
    """How many modules of a new scenario ran."""
    id_ = await new_scenario(make, [START, *flow])
    await run(make, id_, data)
    (line,) = await make.logs(id_)
    return line["operations"]
