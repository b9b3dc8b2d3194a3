"""The examples of docs/sandbox.md do what they say."""

from __future__ import annotations

import ast
import inspect
import json
import re
from typing import Any

import httpx2
from tests.conftest import ROOT

import make_sandbox

TEXT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


async def test_the_example_for_ones_own_tests_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    code = compile(example, "docs/sandbox.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, Any] = {"httpx2": httpx2, "make_sandbox": make_sandbox}
    done: Any = eval(code, names)
    assert inspect.isawaitable(done)
    await done
    assert names["scenarios"] == []
    await names["client"].aclose()


def test_the_configuration_for_claude_desktop_starts_the_practice_account() -> None:
    (configuration,) = re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL)
    server = json.loads(configuration)["mcpServers"]["make-practice"]
    assert server["args"] == ["--sandbox"]
    assert configuration.strip() in TEXT
    assert json.dumps(json.loads(configuration)) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_published_token_is_the_one_in_the_examples() -> None:
    tokens = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", TEXT)
    assert set(tokens) == {make_sandbox.TOKEN}
