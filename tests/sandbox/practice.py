"""What the tests of the practice account share: its clock, its doors, the demo account's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

# A Tuesday noon: nothing of the demo account comes due in the half hour after it.
NOON = datetime(2026, 4, 14, 12, 0, tzinfo=UTC)

NORTHWIND, HARBOR = 2767268, 2767269
OPERATIONS, MARKETING, CARE, BACK_OFFICE = 388889, 388890, 388891, 388892
NOWHERE = 999999999


@dataclass
class Clock:
    """The account's clock. It stands still until a test moves it."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def go(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class Door:
    """One of the two doors, with the answer's JSON and a check of its status in one call."""

    def __init__(self, client: httpx2.AsyncClient, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        extra = {} if body is None else {"json": body}
        return await self.client.request(method, self.prefix + path, **extra, **options)

    async def get(self, path: str, status: int = 200) -> Any:
        return await self._json("GET", path, None, status)

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return await self._json("POST", path, body, status)

    async def patch(self, path: str, body: Any = None, status: int = 200) -> Any:
        return await self._json("PATCH", path, body, status)

    async def delete(self, path: str, body: Any = None, status: int = 200) -> Any:
        return await self._json("DELETE", path, body, status)

    async def _json(self, method: str, path: str, body: Any, status: int) -> Any:
        response = await self.send(method, path, body)
        assert response.status_code == status, response.text
        return response.json()

    async def scenario(self, name: str, team: int | None = None) -> dict[str, Any]:
        """A demo scenario by the beginning of its name."""
        owner = f"organizationId={NORTHWIND}" if team is None else f"teamId={team}"
        return named(await self.get(f"/scenarios?{owner}"), "scenarios", name)

    async def connection(self, team: int, name: str) -> dict[str, Any]:
        return named(await self.get(f"/connections?teamId={team}"), "connections", name)

    async def hook(self, team: int, name: str) -> dict[str, Any]:
        return named(await self.get(f"/hooks?teamId={team}"), "hooks", name)

    async def logs(self, scenario_id: int) -> list[dict[str, Any]]:
        return (await self.get(f"/scenarios/{scenario_id}/logs?pg[limit]=1000"))["scenarioLogs"]


def named(answer: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    """The one item of a list whose name begins so."""
    (found,) = (item for item in answer[key] if item["name"].startswith(name))
    return found
