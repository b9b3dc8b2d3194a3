"""What all tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Accepted = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="write snapshots and generated documents instead of comparing"
    )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def accepted(request: pytest.FixtureRequest) -> Accepted:
    """Compares a generated text with the file in the repository, or writes it with `--accept`."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--accept"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        assert current == text, (
            f"{path.relative_to(ROOT)} is not up to date: run pytest --accept, and read the difference"
        )

    return compare
