"""What needs redis-server: the tests that count in a real one.

    python checks/redis_server.py [arguments of pytest]

Run it with an interpreter that has make-mcp and its tests' packages installed. A redis-server on the path is used. Otherwise it
comes from Debian's packages: installed for good where that is allowed, else unpacked into a temporary folder; and where neither
works this fails.
"""

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
PROGRAM = "redis-server"
PATIENCE = 600


class Failed(Exception):
    """No redis-server could be had, with what was seen."""


def run(command: Sequence[str], where: Path = ROOT) -> str:
    """The output of a command that must succeed."""
    try:
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except OSError as error:
        raise Failed(f"{command[0]} cannot be run ({error.strerror}): install {PROGRAM}, 5 or later") from None
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


@contextmanager
def redis_server() -> Generator[dict[str, str]]:
    """The environment in which there is one."""
    environment = dict(os.environ)
    if shutil.which(PROGRAM) is None and os.geteuid() == 0:
        # Whether or not the package starts a service: the tests start their own.
        run(["apt-get", "update"])
        run(["apt-get", "install", "--yes", "--no-install-recommends", PROGRAM])
    if shutil.which(PROGRAM) is not None:
        yield environment
        return
    with tempfile.TemporaryDirectory() as folder:
        programs, libraries = unpacked(Path(folder))
        environment["PATH"] = os.pathsep.join([str(programs), environment["PATH"]])
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, libraries))
        yield environment


def unpacked(folder: Path) -> tuple[Path, list[Path]]:
    """Where the package and all that it needs were unpacked: its programs, and the folders of its libraries."""
    planned = run(["apt-get", "install", "--simulate", "--no-install-recommends", PROGRAM])
    run(["apt-get", "download", *re.findall(r"^Inst (\S+)", planned, re.MULTILINE)], folder)
    for package in sorted(folder.glob("*.deb")):
        run(["dpkg", "-x", str(package), str(folder)])
    return folder / "usr" / "bin", sorted({library.parent for library in folder.rglob("*.so.*")})


def main(arguments: Sequence[str]) -> int:
    try:
        with redis_server() as environment:
            version = subprocess.run(
                [PROGRAM, "--version"], env=environment, check=True, capture_output=True, text=True
            )
            print(version.stdout.strip(), flush=True)
            command = [sys.executable, "-m", "pytest", "-m", "redis", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except Failed as error:
        print(f"FAILED {error}")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
