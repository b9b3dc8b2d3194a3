"""Two replicas behind nginx with one Redis, and a Make on loopback for both."""

import json
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.end_to_end.people import Declared, Session, session
from tests.end_to_end.processes import PATIENCE
from tests.end_to_end.replicas.processes import Place, Program, nginx, replica
from tests.server.faults.manners import Exchange
from tests.server.faults.redis.server import RedisServer
from tests.server.faults.upstream import Upstream
from tests.server.network import MATON_KEY

TOKEN = "a-token-of-callers-" + "0123456789" * 2
CONFIRM_KEY = "a-key-for-codes-that-nobody-guesses-" + "0123456789"
PASSWORD = "canary-password-5d21"


@dataclass
class Stage:
    """What runs. `make` is where a test lets Make listen."""

    replicas: Sequence[Program]
    addresses: Sequence[str]
    """The endpoint of each replica."""
    proxy: Program
    address: str
    """The endpoint behind which both are."""
    redis: RedisServer
    make: Place

    def mend(self) -> None:
        """Starts what a test has left lying."""
        if not self.redis.processes:
            self.redis.start()
        dead = [each for each in (*self.replicas, self.proxy) if not each.is_running]
        for each in dead:
            each.begin()
        for each in dead:
            each.wait()


@contextmanager
def staged(folder: Path, **variables: str) -> Generator[Stage]:
    """A stage whose replicas have these variables too."""
    with ExitStack() as ends:
        first, second, proxy, redis, make = (ends.enter_context(closing(Place())) for _ in range(5))
        counts = ends.enter_context(RedisServer(PASSWORD, redis.port))
        own = {
            "MAKE_MCP_AUTH_TOKEN": TOKEN,
            "MAKE_MCP_CONFIRM_KEY": CONFIRM_KEY,
            "MAKE_MCP_REDIS_URL": counts.url,
            "MAKE_MCP_ALLOWED_HOSTS": proxy.name,
            "MATON_API_KEY": MATON_KEY,
            "MATON_BASE_URL": f"http://{make.name}",
        }
        replicas = [replica(each, **{**own, **variables}) for each in (first, second)]
        programs = [*replicas, nginx(folder, proxy, [first, second])]
        for each in programs:
            ends.callback(each.close)
            each.begin()
        for each in programs:
            each.wait()
        addresses = [f"http://{each.name}/mcp" for each in (first, second)]
        yield Stage(replicas, addresses, programs[-1], f"http://{proxy.name}/mcp", counts, make)


@asynccontextmanager
async def client(address: str, declared: Declared = "nothing", mode: str = "2026-07-28") -> AsyncGenerator[Session]:
    """A client that signs in."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as network,
        session(address, mode, declared, network=network) as connected,
    ):
        yield connected


async def things(exchange: Exchange) -> None:
    """Make, as far as a look needs it: whatever is asked for is there, and is called `Thing 5`; lists are empty."""
    kind, _, id_ = exchange.request.path.strip("/").partition("/")
    found: dict[str, object] = {kind: []}
    if id_.isdigit():
        found = {kind.removesuffix("s"): {"id": int(id_), "name": f"Thing {id_}", "isActive": False, "teamId": 1}}
    await exchange.answer(200, json.dumps(found).encode(), [("content-type", "application/json")])


def deletions(make: Upstream, id_: int) -> int:
    """How often Make was asked to delete the hook."""
    return len(make.of(f"/hooks/{id_}", "DELETE"))
