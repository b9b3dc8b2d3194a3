"""Whether the tests would notice: each deliberate defect, of the gate or of the way to Make, must make one of them fail.

    python checks/mutants.py [gate|way]

Run it with an interpreter that has make-mcp's test dependencies. The sources are copied and changed there alone. It fails
if a defect goes unnoticed, and before anything else if a text that a defect replaces does not stand in the sources exactly
once: then the list of defects has to follow the code.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import defects
import defects_of_the_way
from defects import Defect

ROOT = Path(__file__).parents[1]
PACKAGES = ("server", "tools", "sandbox")
SUITES = {
    "gate": (
        defects.DEFECTS,
        ("tests/server/test_*codes.py", "tests/server/test_gate*.py", "tests/server/test_clients.py"),
    ),
    "way": (
        defects_of_the_way.DEFECTS,
        (
            "tests/server/faults/test_[!cgp]*.py",
            "tests/server/faults/test_[cp]*ing.py",
            "tests/server/faults/test_crowds.py",
        ),
    ),
}
"""Defects, and the tests that should notice one of them."""
WORKERS = 2
PATIENCE = 400
"""Seconds. All the tests of a suite take two minutes at the most."""
_IMPORTS = """
import sys
from importlib import import_module
for name in sys.argv[2:]:
    path = import_module(name).__file__
    assert path.startswith(sys.argv[1]), path
"""
_FAILED = re.compile(r"^FAILED (\S+?)::(\w+)", re.MULTILINE)


class Broken(Exception):
    """The check itself does not work: nothing can be said of the tests."""


def run(copy: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A Python command with the packages of this copy, in the repository, where the tests are."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE_", "MATON_"))}
    environment["PYTHONPATH"] = os.pathsep.join(str(copy / package) for package in PACKAGES)
    # What Hypothesis finds against a defect is no example for the code.
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(copy / "examples")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def copied(root: Path, into: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(root / package, into / package)
    return into


def replaced(root: Path, defect: Defect) -> dict[str, str]:
    """The files that a defect changes, as they are with it."""
    texts: dict[str, str] = {}
    for change in defect.changes:
        text = texts.get(change.file) or (root / change.file).read_text(encoding="utf-8")
        if (found := text.count(change.was)) != 1:
            raise Broken(f"{defect.what}: this stands in {change.file} {found} times and not once:\n{change.was}")
        texts[change.file] = text.replace(change.was, change.now)
    return texts


def tested(copy: Path, files: Collection[str], patterns: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """The tests' run against a copy, once these files of it are known to be the ones that are imported."""
    modules = [".".join(Path(file).with_suffix("").parts[1:]) for file in files]
    imported = run(copy, "-c", _IMPORTS, str(copy), *modules)
    if imported.returncode:
        raise Broken(f"the copy cannot be imported:\n{imported.stderr}")
    tests = sorted(str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern))
    return run(copy, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests)


def noticed(defect: Defect, sources: Path, patterns: Sequence[str]) -> str | None:
    """The test that fails with this defect; None if none does."""
    with tempfile.TemporaryDirectory() as folder:
        copy, texts = copied(sources, Path(folder)), replaced(sources, defect)
        for file, text in texts.items():
            path = copy / file
            path.write_text(text, encoding="utf-8")
            # What Python compiled before is told from the new text by time and size, which could be the same.
            for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
                compiled.unlink()
        try:
            done = tested(copy, texts, patterns)
        except subprocess.TimeoutExpired:
            raise Broken(f"{defect.what}: the tests did not end") from None
    failed = _FAILED.search(done.stdout)
    if done.returncode == 0:
        return None
    if done.returncode != 1 or failed is None:
        raise Broken(
            f"{defect.what}: pytest ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return f"{Path(failed[1]).stem}: {failed[2].removeprefix('test_').replace('_', ' ')}"


def check(defects: Sequence[Defect], patterns: Sequence[str]) -> int:
    """How many defects no test notices. Prints a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        # From here on the repository's sources may change: what is tested is what they were.
        sources = copied(ROOT, Path(folder))
        # Each text is looked for before the first test runs.
        files = {file for defect in defects for file in replaced(sources, defect)}
        done = tested(sources, files, patterns)
        if done.returncode:
            raise Broken(f"the tests fail without any defect:\n{done.stdout[-3000:]}")
        width = max(len(defect.what) for defect in defects)
        survived = 0
        with ThreadPoolExecutor(WORKERS) as workers:
            tests = workers.map(noticed, defects, itertools.repeat(sources), itertools.repeat(patterns))
            for defect, test in zip(defects, tests, strict=True):
                survived += test is None
                print(f"{defect.what:{width}}  {test or 'NO TEST NOTICES IT'}", flush=True)
    return survived


def main() -> int:
    if set(sys.argv[1:]) - SUITES.keys():
        print(f"takes {' or '.join(SUITES)}, or nothing for both", file=sys.stderr)
        return 2
    unnoticed = 0
    for name in sys.argv[1:] or SUITES:
        began = time.monotonic()
        known, patterns = SUITES[name]
        try:
            survived = check(known, patterns)
        except Broken as error:
            print(f"failed: {error}", file=sys.stderr)
            return 2
        print(f"\n{name}: {len(known)} defects, {survived} unnoticed, in {time.monotonic() - began:.0f} s")
        unnoticed += survived
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
