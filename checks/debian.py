"""Programs that tests need and Python does not bring, from Debian's packages where the machine has none."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 600
_SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where programs lie that not every user has on the path."""


class Failed(Exception):
    """A program could not be had, with what was seen."""


def run(command: Sequence[str], where: Path = ROOT) -> str:
    """The output of a command that must succeed."""
    try:
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except OSError as error:
        raise Failed(f"{command[0]} cannot be run ({error.strerror}): install by hand what is missing") from None
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


@contextmanager
def having(*programs: str) -> Generator[dict[str, str]]:
    """The environment in which there are these programs. Each has the name of the package that brings it.

    What is missing is installed for good where that is allowed, and else unpacked into a temporary folder.

    Raises:
        Failed: neither works.
    """
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([environment.get("PATH", os.defpath), *_SYSTEM])
    missing = _missing(programs, environment)
    if missing and os.geteuid() == 0:
        # Whether or not a package starts a service: the tests start their own.
        run(["apt-get", "update"])
        run(["apt-get", "install", "--yes", "--no-install-recommends", *missing])
        missing = _missing(programs, environment)
    if not missing:
        yield environment
        return
    with tempfile.TemporaryDirectory() as folder:
        _unpack(missing, Path(folder))
        found = [str(Path(folder) / "usr" / each) for each in ("bin", "sbin")]
        environment["PATH"] = os.pathsep.join([*found, environment["PATH"]])
        if libraries := sorted({str(library.parent) for library in Path(folder).rglob("*.so.*")}):
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
        yield environment


def _missing(programs: Sequence[str], environment: dict[str, str]) -> list[str]:
    return [each for each in programs if shutil.which(each, path=environment["PATH"]) is None]


def _unpack(packages: Sequence[str], folder: Path) -> None:
    """The packages, and all that they need beside what is installed."""
    planned = run(["apt-get", "install", "--simulate", "--no-install-recommends", *packages])
    run(["apt-get", "download", *re.findall(r"^Inst (\S+)", planned, re.MULTILINE)], folder)
    for package in sorted(folder.glob("*.deb")):
        run(["dpkg", "-x", str(package), str(folder)])


def run_tests(marker: str, programs: Sequence[str], arguments: Sequence[str]) -> int:
    """Runs the tests that have this marker, which need these programs; the exit status of pytest, or 1."""
    try:
        with having(*programs) as environment:
            for program in programs:
                path = shutil.which(program, path=environment["PATH"])
                print(f"{program} is {path}", flush=True)
            command = [sys.executable, "-m", "pytest", "-m", marker, *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except Failed as error:
        print(f"FAILED {error}")
        return 1
