"""The two-minute proof runs to its end, whatever the environment of who runs it says."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "environment", [{}, {"MAKE_MCP_READ_ONLY": "true", "MAKE_MCP_TOOLSETS": "users"}], ids=["none", "another"]
)
def test_the_demo_runs_to_its_end(environment: dict[str, str]):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE_", "MATON_"))}
    command = [sys.executable, "-m", "make_mcp", "demo"]
    done = subprocess.run(command, env=own | environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "That is all." in done.stdout
    assert "Traceback" not in done.stderr
