"""Make at a distance: the practice account on loopback, which counts what reaches it. Its clients are processes."""

import asyncio
import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.end_to_end.processes import PATIENCE

import make_sandbox

Json = dict[str, Any]
NORTHWIND, OPERATIONS = 2767268, 388889
"""An organization of the demo account, and a team of it."""
_BY_TEST = b"x-sent-by-the-test"


@dataclass
class Written:
    """A request that reached Make and is no GET. `status` is None for as long as nothing was answered."""

    method: str
    address: str
    """The path behind the gateway's prefix, with its query."""
    status: int | None = None


@dataclass
class Counter:
    """In front of the practice account: notes every request of others that is no GET."""

    application: ASGIApp
    written: list[Written] = field(default_factory=list[Written])
    lost: dict[str, Event] = field(default_factory=dict[str, Event])
    """Writes to these paths get nowhere, and no answer: the event says that one came."""
    gathered: dict[str, "_Gathering"] = field(default_factory=dict[str, "_Gathering"])
    """GETs of these paths wait for one another."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or any(name == _BY_TEST for name, _ in scope["headers"]):
            await self.application(scope, receive, send)
            return
        path: str = scope["path"].removeprefix("/make/api/v2")
        if scope["method"] == "GET":
            if path in self.gathered:
                await self.gathered[path].wait()
            await self.application(scope, receive, send)
            return
        query = scope["query_string"].decode()
        written = Written(scope["method"], f"{path}?{query}" if query else path)
        self.written.append(written)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                written.status = message["status"]
            await send(message)

        if path in self.lost:
            self.lost[path].set()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await self.application(scope, receive, note)


class _Gathering:
    """Lets nobody on until so many are there; those who come later pass."""

    def __init__(self, missing: int) -> None:
        self._missing = missing
        self._complete = asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        if self._missing <= 0:
            self._complete.set()
        await self._complete.wait()


@dataclass
class Upstream:
    """What a test knows of Make: its address, what was written to it, and the account through a door of the test's own."""

    address: str
    counter: Counter
    account: httpx2.Client

    @property
    def written(self) -> list[Written]:
        return self.counter.written

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a server that is to use it."""
        # Nobody else is on this account, and it has no limits.
        return {"MATON_BASE_URL": self.address, "MATON_API_KEY": make_sandbox.KEY, "MAKE_MCP_PACE": "off"}

    def lose(self, path: str) -> Event:
        """From now on writes to the path vanish on their way. The event is set once one has left."""
        return self.counter.lost.setdefault(path, Event())

    def found(self, path: str) -> None:
        """Ends `lose`."""
        del self.counter.lost[path]

    def gather(self, path: str, number: int) -> None:
        """The next GETs of the path are answered when so many of them have come."""
        self.counter.gathered[path] = _Gathering(number)

    def post(self, path: str, **body: Any) -> Json:
        return self.account.post(path, json=body).raise_for_status().json()

    def get(self, path: str) -> Json:
        return self.account.get(path).raise_for_status().json()

    def has(self, path: str) -> bool:
        """Whether there is such a thing."""
        return self.account.get(path).status_code == 200

    def scenario(self, name: str, team: int = OPERATIONS, **more: Any) -> int:
        """A new scenario, off: its id."""
        flow = [{"id": 1, "module": "http:ActionSendData", "version": 3}]
        blueprint = json.dumps({"name": name, "flow": flow, "metadata": {}, **more})
        made = self.post("/scenarios", teamId=team, blueprint=blueprint, scheduling='{"type": "on-demand"}')
        return made["scenario"]["id"]

    def hook(self, name: str, team: int = OPERATIONS) -> int:
        """A new webhook: its id."""
        off = {"method": False, "headers": False, "stringify": False}
        return self.post("/hooks", teamId=team, name=name, typeName="gateway-webhook", **off)["hook"]["id"]

    def scenarios(self, team: int = OPERATIONS) -> set[int]:
        """The ids of a team's scenarios."""
        listed: list[Json] = self.get(f"/scenarios?teamId={team}&pg[limit]=10000")["scenarios"]
        return {one["id"] for one in listed}


@contextmanager
def making() -> Generator[Upstream]:
    """A fresh practice account without limits, served from a thread of this process."""
    counter = Counter(make_sandbox.create_app(limits=False))
    headers = {"authorization": f"Token {make_sandbox.TOKEN}", _BY_TEST.decode(): "1"}
    with (
        serving(counter) as address,
        httpx2.Client(base_url=f"{address}/api/v2", headers=headers, timeout=PATIENCE, trust_env=False) as account,
    ):
        yield Upstream(address, counter, account)


@contextmanager
def serving(application: ASGIApp) -> Generator[str]:
    """Serves an application from a thread of this process: its address."""
    # Without the protocol asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        server = uvicorn.Server(
            uvicorn.Config(application, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=2)
        )
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
