"""The cases of fault are numbered, F1 to F36: the docstring of a test begins with the numbers that it is for."""

import ast
import re
from collections.abc import Iterator

from tests.conftest import ROOT

CASES = range(1, 37)


def docstrings(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""


def test_each_case_of_fault_has_a_test():
    tested: set[int] = set()
    for path in (ROOT / "tests" / "server").glob("**/test_*.py"):
        for docstring in docstrings(path.read_text(encoding="utf-8")):
            if found := re.match(r"F\d+(?:(?:, | and )F\d+)*\b", docstring):
                tested |= {int(number) for number in re.findall(r"\d+", found[0])}
    assert tested == set(CASES)
