"""Two replicas with one Maton key keep one pace."""

from collections.abc import Generator

import anyio
import pytest
from tests.end_to_end.people import Heard, Session
from tests.end_to_end.replicas.stage import Stage, client, staged, things
from tests.server.faults.upstream import Upstream, most_in

pytestmark = pytest.mark.replicas

CALLS = 64


@pytest.fixture(scope="module")
def paced(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    """A stage that keeps the pace of a Maton key, which is ten a second."""
    with staged(tmp_path_factory.mktemp("paced")) as stage:
        yield stage


async def test_make_sees_no_more_than_ten_requests_in_any_second(paced: Stage):
    heard: list[Heard] = []
    async with (
        Upstream(port=paced.make.port) as make,
        client(paced.address) as any_,
        client(paced.addresses[0]) as one,
        client(paced.addresses[1]) as other,
    ):
        make.on(None, things, method="GET")

        async def read(session: Session, id_: int) -> None:
            heard.append(await session.call("scenarios_get", scenarioId=id_))

        async with anyio.create_task_group() as tasks:
            for id_ in range(1, CALLS + 1):
                tasks.start_soon(read, (any_, one, any_, other)[id_ % 4], id_)
        assert [each.error for each in heard] == [None] * CALLS
        assert len(make.arrived) == CALLS
        assert most_in(1.0, [request.at for request in make.arrived]) <= 10
        assert len([key for key in paced.redis.keys if key.startswith("make-mcp:pace:maton:")]) == 1
