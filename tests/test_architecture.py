"""The house: three packages, the arrows between them, and the size of a room."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT

SOURCES = {"make_mcp": ROOT / "server", "make_tools": ROOT / "tools", "make_sandbox": ROOT / "sandbox"}
MODULES = [(package, path) for package, root in SOURCES.items() for path in sorted((root / package).rglob("*.py"))]
EVERYTHING = [
    path for top in ("server", "tools", "sandbox", "tests", "benchmarks") for path in sorted((ROOT / top).rglob("*.py"))
]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def tops(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports(path)}


@pytest.mark.parametrize(("package", "path"), MODULES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_a_module_imports_only_what_its_package_may(package: str, path: Path):
    ours = tops(path) & set(SOURCES)
    match package:
        case "make_tools" | "make_sandbox":
            assert ours <= {package}
        case _ if path.name in {"practice.py", "sandbox.py"}:
            assert ours <= {"make_mcp", "make_tools", "make_sandbox"}
        case _:
            assert ours <= {"make_mcp", "make_tools"}


def test_the_catalogue_needs_pydantic_and_the_standard_library_alone():
    import sys

    found = {top for package, path in MODULES if package == "make_tools" for top in tops(path)}
    assert found - set(sys.stdlib_module_names) <= {"make_tools", "pydantic", "pydantic_core", "typing_extensions"}


def test_nothing_in_the_server_names_an_endpoint_in_code():
    # Texts for agents may, and commands that call tools; a branch on a tool's name may not: its record says what it needs.
    # Recipes are made of endpoints, and prompts of what tools say.
    from make_tools import GROUPS

    names = {e.name for g in GROUPS for e in g.endpoints}
    for package, path in MODULES:
        if package == "make_mcp" and path.parent.name not in {"commands", "recipes", "offers"}:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert not {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in names}, path


def test_the_source_roots_are_no_packages():
    assert not any((root / "__init__.py").exists() for root in SOURCES.values())


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_into_one_room(path: Path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: str(path.relative_to(ROOT)))
def test_httpx_is_not_mixed_with_httpx2(path: Path):
    assert "httpx" not in tops(path)


def test_an_exception_from_a_rule_says_why():
    for path in EVERYTHING:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for mark in re.findall(r"#\s*(?:noqa|type: ignore|pyright: ignore)[^#]*(#.*)?", line):
                if path.name != "test_architecture.py":
                    assert mark.strip("# ") or " - " in line, f"{path.relative_to(ROOT)}:{number} gives no reason"


def test_the_version_is_said_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"]
