"""What the practice account really holds, read over plain HTTP: by neither of the two that play."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2

import make_sandbox
from tasks.playing import Json

OF_ITSELF: Final = frozenset({"nextExec"})
"""What the clock changes."""

State = Mapping[str, Json]
"""Everything that a task could change, by what it is: `scenario 4667499`, `connection 1353459`, ..."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Make's API, as it stands."""

    client: httpx2.AsyncClient

    async def get(self, path: str, **query: Any) -> Json:
        return await self._send("GET", path, params=query)

    async def post(self, path: str, body: Json) -> Json:
        return await self._send("POST", path, json=body)

    async def _send(self, method: str, path: str, **more: Any) -> Json:
        response = await self.client.request(method, path, **more)
        response.raise_for_status()
        return response.json()

    async def rows(self, what: str, **query: Any) -> list[Json]:
        """A list's rows: `/scenarios` answers them under the name `scenarios`."""
        key = {"logs": "scenarioLogs"}.get(what.rpartition("/")[2], what.rpartition("/")[2])
        return (await self.get(f"/{what}", **query, **{"pg[limit]": 1000}))[key]

    async def state(self) -> State:
        found: dict[str, Json] = {}
        for organization in await self.rows("organizations"):
            for team in await self.rows("teams", organizationId=organization["id"]):
                for what in ("connections", "hooks"):
                    for row in await self.rows(what, teamId=team["id"]):
                        found[f"{what[:-1]} {row['id']}"] = row
                for row in await self.rows("scenarios", teamId=team["id"]):
                    found |= await self._scenario(row)
        return found

    async def _scenario(self, row: Json) -> State:
        id_ = row["id"]
        logs = await self.rows(f"scenarios/{id_}/logs")
        found = {
            f"scenario {id_}": row,
            f"blueprint {id_}": (await self.get(f"/scenarios/{id_}/blueprint"))["response"]["blueprint"],
            f"interface {id_}": (await self.get(f"/scenarios/{id_}/interface"))["interface"],
            f"activity {id_}": {"lines": len(logs), "latest": logs[0] if logs else None},
        }
        for dlq in await self.rows("dlqs", scenarioId=id_):
            found[f"incomplete {dlq['id']}"] = dlq | {"scenarioId": id_}
        return found


@asynccontextmanager
async def reading(base: str, transport: httpx2.AsyncBaseTransport | None = None) -> AsyncGenerator[Account]:
    key = {"authorization": f"Token {make_sandbox.TOKEN}"}
    address = f"{base}/api/v2"
    async with httpx2.AsyncClient(base_url=address, headers=key, transport=transport, trust_env=False) as client:
        yield Account(client=client)


def differences(before: State, after: State) -> dict[str, tuple[Any, Any]]:
    """What changed, by thing and field (`scenario 5.name`); by thing alone where it came or went. (before, after)."""
    found: dict[str, tuple[Any, Any]] = {}
    for thing in before.keys() | after.keys():
        then, now = before.get(thing), after.get(thing)
        if then is None or now is None:
            found[thing] = (then, now)
            continue
        for name in then.keys() | now.keys():
            if then.get(name) != now.get(name) and name not in OF_ITSELF:
                found[f"{thing}.{name}"] = (then.get(name), now.get(name))
    return found
