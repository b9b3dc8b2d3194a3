"""The public names of the package."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import httpx2
from tests.sandbox.practice import Door

import make_sandbox


def test_importing_the_package_loads_nothing_else() -> None:
    heavy = ("starlette", "sqlite3", "uvicorn", "make_sandbox.app", "make_tools", "make_mcp")
    script = f"import sys, make_sandbox; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_practice_account_imports_neither_the_server_nor_the_tools() -> None:
    root = Path(make_sandbox.__file__).parent
    for path in root.rglob("*.py"):
        text = path.read_text()
        assert "make_mcp" not in text, path
        assert "make_tools" not in text, path


def test_no_module_is_long() -> None:
    root = Path(make_sandbox.__file__).parent
    lengths = {path.name: len(path.read_text().splitlines()) for path in root.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_the_banner_names_both_doors_with_their_keys() -> None:
    text = make_sandbox.banner("127.0.0.1", 8080)
    assert "http://127.0.0.1:8080/api/v2/users/me" in text
    assert "http://127.0.0.1:8080/make/api/v2/organizations" in text
    assert f"Authorization: Token {make_sandbox.TOKEN}" in text
    assert f"Authorization: Bearer {make_sandbox.KEY}" in text
    assert "http://[::1]:80/api/v2" in make_sandbox.banner("::1", 80)


async def test_the_system_clock_is_used_when_none_is_given() -> None:
    transport = httpx2.ASGITransport(make_sandbox.create_app())
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as client:
        make = Door(client, "/api/v2")
        scenario = await make.scenario("Supplier price watch")
        await make.patch(f"/scenarios/{scenario['id']}", {"name": "Price watch"})
        assert (await make.scenario("Price watch"))["lastEdit"] > scenario["lastEdit"]


def test_the_account_is_served_over_real_http_and_prints_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = f"import make_sandbox; make_sandbox.serve('127.0.0.1', {port})"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as server:
        try:
            # The transport tries again, a little later each time, until the server listens.
            with httpx2.Client(transport=httpx2.HTTPTransport(retries=6)) as client:
                headers = {"authorization": f"Bearer {make_sandbox.KEY}"}
                answer = client.get(f"http://127.0.0.1:{port}/make/api/v2/users/me", headers=headers)
        finally:
            server.terminate()
            printed, _ = server.communicate(timeout=10)
    assert answer.json()["authUser"]["name"] == "Sample Owner"
    assert printed == b""
