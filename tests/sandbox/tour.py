"""A tour of a practice account: the things of a team are made through the API, then each recipe is followed once."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from tests.sandbox import shapes
from tests.sandbox.flows import module
from tests.sandbox.practice import Clock, Door
from tests.sandbox.recipes import BLUEPRINT, CODE, INTERFACE, OF_MATON, RECIPES, SCHEDULING, Recipe, Things

import make_sandbox
from make_sandbox import maton
from make_sandbox.api.resource import Endpoint
from make_sandbox.resources import RESOURCES

ENDPOINTS: dict[str, Endpoint] = {
    f"{endpoint.method} {host}{endpoint.path}": endpoint
    for host, resources in (("", RESOURCES), (OF_MATON, (maton.connections,)))
    for resource in resources
    for endpoint in resource.endpoints
}
"""What the practice account answers to, by the names that recipes give."""

DOCUMENTED = shapes.read()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`columns` are those that were asked for: none, `*`, or all that are documented."""

    columns: tuple[str, ...]
    status: int
    body: Any


@dataclass(frozen=True, kw_only=True)
class Doors:
    """`asked` is where the recipes go that both doors answer."""

    make: Door
    gateway: Door
    maton: Door
    asked: Door
    clock: Clock = field(default_factory=Clock)

    def of(self, name: str) -> Door:
        if OF_MATON in name:
            return self.maton
        endpoint = ENDPOINTS.get(name)
        return self.asked if endpoint is not None and endpoint.gateway else self.make


@asynccontextmanager
async def opened(world: str, *, gateway: bool) -> AsyncGenerator[Doors]:
    """The doors of a fresh account. With `gateway` the recipes go there, wherever it lets them through."""
    clock = Clock()
    app = make_sandbox.create_app(world=world, clock=clock, limits=False)
    # An endpoint that breaks down answers 500 as it would over a network, and the others are still asked.
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers={"authorization": key})
            )
            for key in (f"Token {make_sandbox.TOKEN}", f"Bearer {make_sandbox.KEY}")
        ]
        make, through = Door(clients[0], "/api/v2"), Door(clients[1], "/make/api/v2")
        yield Doors(
            make=make,
            gateway=through,
            maton=Door(clients[1], ""),
            asked=through if gateway else make,
            clock=clock,
        )


async def tour(world: str, *, gateway: bool) -> dict[str, list[Answer]]:
    """The answers of a fresh account to all recipes, by endpoint."""
    answers: dict[str, list[Answer]] = {}
    async with opened(world, gateway=gateway) as doors:
        things = await furnished(doors)
        for recipe in RECIPES:
            answers.setdefault(recipe.endpoint, []).extend(
                [await follow(doors.of(recipe.endpoint), recipe, things, columns) for columns in _columns(recipe)]
            )
    return answers


def _columns(recipe: Recipe) -> Iterator[tuple[str, ...]]:
    shape = documented(recipe.endpoint)
    yield ()
    if shape is not None and shape.columns is not None:
        yield ("*",)
        if shape.columns:
            yield shape.columns


def documented(name: str) -> shapes.Shape | None:
    return DOCUMENTED.get(shapes.plain(name))


async def follow(door: Door, recipe: Recipe, things: Things, columns: tuple[str, ...] = ()) -> Answer:
    response = await door.send(recipe.method, recipe.address(things, columns), recipe.content(things))
    is_json = response.headers.get("content-type", "").startswith("application/json")
    body = response.json() if is_json else response.text or None
    return Answer(columns=columns, status=response.status_code, body=body)


async def furnished(doors: Doors) -> dict[str, Any]:
    """Makes the things that the recipes name, in a team of their own."""
    make, clock = doors.make, doors.clock
    clock.go(minutes=1)
    organizations = (await make.get("/organizations?cols[]=*"))["organizations"]
    organization = next(row["id"] for row in organizations if row["license"].get("customFunctions"))
    region = (await make.get("/enums/imt-regions"))["imtRegions"][0]["id"]
    team = (await make.post("/teams", {"name": "Tourists", "organizationId": organization}))["team"]["id"]
    things = {"teamId": team, "organizationId": organization, "regionId": region, "roleId": 1}
    things |= await _plain_things(make, team, region)
    things |= await _hooks(make, team)
    things |= await _scenarios(make, clock, team, things["folderId"], things["hookId"])
    things["userId"] = (await make.get("/users/me"))["authUser"]["id"]
    things["uuid"] = (await make.get(f"/audit-logs/organization/{organization}"))["auditLogs"][0]["uuid"]
    things["notificationId"] = (await make.get("/notifications"))["notifications"][0]["id"]
    things["connection_id"] = (await doors.maton.get("/connections"))["connections"][0]["connection_id"]
    other = await doors.maton.post("/connections", {"app": "make"})
    things["otherGatewayConnection"] = other["connection"]["connection_id"]
    return things


async def _plain_things(make: Door, team: int, region: int) -> dict[str, Any]:
    """What needs nothing else."""
    of_team = f"teamId={team}"
    credentials = {"accountType": "apikeyauth", "url": "https://www.example.com", "apiKey": "none", "scopes": ["read"]}
    spec = [{"name": "total", "type": "number"}]
    structure = await make.post("/data-structures", {"teamId": team, "name": "Order", "strict": False, "spec": spec})
    store = {"teamId": team, "datastructureId": structure["dataStructure"]["id"], "maxSizeMB": 1}
    stores = [(await make.post("/data-stores", {"name": name, **store}))["dataStore"]["id"] for name in ("A", "B")]
    record = await make.post(f"/data-stores/{stores[0]}/data", {"key": "order 1", "data": {"total": 12}})
    await make.post(f"/data-stores/{stores[1]}/data", {"data": None})
    parameters = {"authUser": "nobody", "authPass": "nothing"}
    key = {"teamId": team, "name": "Key", "typeName": "basicauth", "parameters": parameters}
    function = await make.post(f"/functions?{of_team}", {"name": "double", "description": "Doubles."})
    await make.patch(f"/functions/{function['function']['id']}", {"code": CODE})
    template = {"teamId": team, "language": "en", "blueprint": BLUEPRINT}
    templates = [(await make.post("/templates", template))["template"]["id"] for _ in range(2)]
    await make.post(f"/templates/{templates[0]}/publish")
    place = {"name": "Elsewhere", "regionId": region, "timezoneId": 118, "countryId": 57}
    folder = (await make.post("/scenarios-folders", {"teamId": team, "name": "Folder"}))["scenarioFolder"]["id"]
    await make.post("/scenarios-folders", {"teamId": team, "name": "Inner", "parentId": folder})
    return {
        "folderId": folder,
        "connectionId": (await make.post(f"/connections?{of_team}", credentials))["connection"]["id"],
        "dataStructureId": structure["dataStructure"]["id"],
        "dataStoreId": stores[0],
        "otherDataStore": stores[1],
        "dataStoreKeyRecord": record["key"],
        "keyId": (await make.post("/keys", key))["key"]["id"],
        "functionId": function["function"]["id"],
        "templateId": templates[0],
        "templateUrl": (await make.get("/templates/public"))["templatesPublic"][0]["url"],
        "otherOrganization": (await make.post("/organizations", place))["organization"]["id"],
        "timestamp": (await make.post("/users/me/api-tokens", {"label": "Spare", "scope": []}))["apiToken"]["created"],
    }


async def _hooks(make: Door, team: int) -> dict[str, Any]:
    """A hook in whose queue something waits, and one that has learned a structure."""
    body = {"teamId": team, "typeName": "gateway-webhook"}
    hooks = [(await make.post("/hooks?useDefaults=requiredOnly", body | {"name": name}))["hook"] for name in ("A", "B")]
    waiting, learned = hooks
    await make.post(f"/hooks/{learned['id']}/learn-start")
    for hook in hooks:
        await make.client.post(hook["url"], json={"order": 1, "lines": [{"item": "lamp"}]})
    return {
        "hookId": waiting["id"],
        "learned": learned["id"],
        "incomingId": (await make.get(f"/hooks/{waiting['id']}/incomings"))["incomings"][0]["id"],
        "logId": (await make.get(f"/hooks/{waiting['id']}/logs"))["hookLogs"][0]["id"],
    }


async def _scenarios(make: Door, clock: Clock, team: int, folder: int, hook: int) -> dict[str, Any]:
    """Scenarios in all states: one that has run, one that has failed, one that is running, one on a hook, one idle."""

    async def new(name: str, *flow: dict[str, Any], start: bool = True, **parts: Any) -> int:
        blueprint = {"name": name, "flow": flow, "metadata": {"scenario": {"dlq": True}}}
        body = {"teamId": team, "blueprint": json.dumps(blueprint), "scheduling": SCHEDULING, **parts}
        id_ = (await make.post("/scenarios", body))["scenario"]["id"]
        if start:
            await make.post(f"/scenarios/{id_}/start")
        return id_

    called = module(1, "http:ActionSendData", {"url": "https://www.example.com"})
    works = await new(
        "Works",
        module(1, "scenario-service:StartSubscenario"),
        module(2, "scenario-service:ReturnData", {"answer": "{{var.input.subject}}"}),
        folderId=folder,
        metadata={"input_spec": INTERFACE["input"], "output_spec": INTERFACE["output"]},
    )
    fails = await new("Fails", module(1, "http:ActionSendData", {"url": "https://nowhere.invalid"}))
    busy = await new("Takes its time", called)
    on_hook = module(1, "gateway:CustomWebHook", parameters={"hook": hook})
    at_once = json.dumps({"type": "immediately"})
    things = {
        "scenarioId": works,
        "failing": fails,
        "busy": busy,
        "hooked": await new("Waits", on_hook, start=False, scheduling=at_once),
        "idle": await new("Idle", called, start=False),
    }
    run = await make.post(f"/scenarios/{works}/run", {"data": {"subject": "Hello"}, "responsive": True})
    failed = [await make.post(f"/scenarios/{fails}/run", {"responsive": True}) for _ in range(2)]
    dlq, other = (row["id"] for row in (await make.get(f"/dlqs?scenarioId={fails}"))["dlqs"])
    await make.post(f"/dlqs/{dlq}/retry")
    clock.go(minutes=1)
    return things | {
        "executionId": run["executionId"],
        "failed": failed[0]["executionId"],
        "running": (await make.post(f"/scenarios/{busy}/run"))["executionId"],
        "dlqId": dlq,
        "otherDlq": other,
        "executionDlqId": (await make.get(f"/dlqs/{dlq}/logs"))["dlqLogs"][0]["id"],
    }
