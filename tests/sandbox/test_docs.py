"""The examples of docs/sandbox.md do what they say."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.sandbox.practice import OPERATIONS, Door

import make_sandbox

TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_example_for_ones_own_tests_passes(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    (tmp_path / "test_example.py").write_text(example)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_configurations_start_the_practice_account_or_point_at_it() -> None:
    inside, served = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL))
    assert inside["mcpServers"]["make-practice"]["args"] == ["--sandbox"]
    assert json.dumps(inside) in (ROOT / "README.md").read_text(encoding="utf-8")
    variables = served["mcpServers"]["make-practice"]["env"]
    assert variables == {"MAKE_API_KEY": make_sandbox.TOKEN, "MAKE_BASE_URL": "http://127.0.0.1:4401"}


def test_the_published_token_is_the_one_in_the_examples() -> None:
    tokens = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", TEXT)
    assert set(tokens) == {make_sandbox.TOKEN}


async def test_the_hook_of_the_example_answers(make: Door) -> None:
    lines = [line.strip() for line in TEXT.splitlines() if line.startswith("    curl -s")]
    create_hook, create_scenario, start, call, logs = (shlex.split(line, comments=True) for line in lines)
    hook = (await make.post(create_hook[4].removeprefix("$A"), json.loads(create_hook[6])))["hook"]
    scenario = (await make.post(create_scenario[4].removeprefix("$A"), json.loads(create_scenario[6])))["scenario"]
    assert f"$A/scenarios/{scenario['id']}/start" == start[-1]
    await make.post(start[-1].removeprefix("$A"))
    answer = await make.client.post(hook["url"], content=call[-1])
    assert (answer.status_code, answer.text) == (201, "Hello, Ann")
    assert (await make.get(logs[-1].removeprefix("$A")))["scenarioLogs"] == []


async def test_the_table_of_the_demo_names_its_scenarios(make: Door) -> None:
    found = (await make.get("/scenarios?organizationId=2767268&cols[]=id&cols[]=name"))["scenarios"]
    names = {row["id"]: row["name"] for row in found}
    rows = re.findall(r"^\| (46675?[0-9]+) \| ([^|]+) \|", TEXT, flags=re.MULTILINE)
    assert len(rows) >= 7
    assert all(names[int(id_)].startswith(name) for id_, name in rows)
    assert {team["id"] for team in (await make.get("/teams?organizationId=2767268"))["teams"]} >= {OPERATIONS}
