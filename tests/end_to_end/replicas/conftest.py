"""One stage for all tests; each test has a Make of its own."""

from collections.abc import AsyncGenerator, Generator

import pytest
from tests.end_to_end.replicas.stage import Stage, staged, things
from tests.server.faults.upstream import Upstream


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stage]:
    with staged(tmp_path_factory.mktemp("stage"), MAKE_MCP_PACE="off") as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage) -> Stage:
    """Everything runs, whatever the test before has done."""
    shared.mend()
    return shared


@pytest.fixture
async def make(stage: Stage) -> AsyncGenerator[Upstream]:
    async with Upstream(port=stage.make.port) as upstream:
        upstream.on(None, things, method="GET")
        yield upstream
