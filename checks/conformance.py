"""The protocol's own conformance suite, against make-mcp and against fixtures that are served as make-mcp is.

    python checks/conformance.py

make-mcp itself has none of the tools, prompts and resources that the suite calls: what fails for that alone is listed in
`checks/conformance/expected_*.yml`, and everything else must pass. The fixtures have all of them: there every check must pass.
Run it with an interpreter that has make-mcp installed. It installs the suite, and the Node that this needs, from npm into
`checks/conformance/node_modules`, and fails where that cannot be had.
"""

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from node import ROOT, Failed, install, run

HOME = ROOT / "checks" / "conformance"
PROGRAMS = HOME / "node_modules" / ".bin"
PRODUCTION = (sys.executable, "-m", "make_mcp", "serve", "--transport", "http", "--sandbox", "--port", "0")
FIXTURES = (sys.executable, str(HOME / "serving.py"))
GOOD = {"SUCCESS", "INFO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A revision of the protocol, and what the suite has for it."""

    revision: str
    scenarios: int
    required: int
    """Scenarios that a server must pass, as the suite counts them."""
    plain: frozenset[str]
    """Scenarios that need no fixture: make-mcp itself passes each of their checks."""

    @property
    def expected(self) -> Path:
        """What is expected to fail at make-mcp itself."""
        return HOME / f"expected_{self.revision}.yml"


WIRES = (
    Wire(
        revision="2026-07-28",
        scenarios=40,
        required=37,
        plain=frozenset(
            {
                "tools-list",
                "prompts-list",
                "resources-list",
                "sep-2164-resource-not-found",
                "dns-rebinding-protection",
                "server-sse-multiple-streams",
                "http-header-validation",
                "input-required-result-unsupported-methods",
            }
        ),
    ),
    Wire(
        revision="2025-11-25",
        scenarios=33,
        required=30,
        plain=frozenset(
            {
                "server-initialize",
                "server-session-lifecycle",
                "ping",
                "tools-list",
                "prompts-list",
                "resources-list",
                "dns-rebinding-protection",
                "server-sse-multiple-streams",
            }
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a scenario."""

    scenario: str
    name: str
    status: str
    """SUCCESS, INFO, SKIPPED, WARNING or FAILURE."""
    why: str

    @property
    def entry(self) -> str:
        """How a list of expected failures names it."""
        return f"{self.scenario}:{self.name}"

    def __str__(self) -> str:
        return f"{self.status} {self.entry}: {self.why}"


@dataclass(frozen=True, slots=True)
class Report:
    """What the suite found in one run, without the scenarios that it runs and does not count."""

    checks: Sequence[Check]
    trouble: str | None
    """The end of what the suite printed, where it says that the server does not conform."""

    @property
    def scenarios(self) -> frozenset[str]:
        return frozenset(check.scenario for check in self.checks)

    @property
    def passed(self) -> int:
        return sum(check.status == "SUCCESS" for check in self.checks)

    @property
    def failed(self) -> Sequence[Check]:
        return [check for check in self.checks if check.status in {"FAILURE", "WARNING"}]

    def holds(self, wanted: int, good: Collection[str], excused: Collection[str] = ()) -> None:
        """So many scenarios ran, those of `good` passed with each of their checks, and what failed is all that is excused.

        Raises:
            Failed: it is not so.
        """
        if len(self.scenarios) != wanted:
            raise Failed(self.trouble or f"the suite ran {len(self.scenarios)} scenarios, and has {wanted}")
        bad = [check for check in self.failed if check.entry not in excused]
        bad += [check for check in self.checks if check.scenario in good and check.status not in GOOD]
        if bad:
            raise Failed("\n".join(map(str, dict.fromkeys(bad))))
        if idle := set(good) - {check.scenario for check in self.checks if check.status == "SUCCESS"}:
            raise Failed(f"nothing was checked by {', '.join(sorted(idle))}")
        # The suite says nothing of an entry that it does not know.
        if idle := set(excused) - {check.entry for check in self.failed}:
            raise Failed(f"expected to fail, and did not: {', '.join(sorted(idle))}")
        if self.trouble is not None:
            raise Failed(self.trouble)


def suite(address: str, *options: str) -> Report:
    """Runs the suite with these options."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(PROGRAMS / "node"), str(PROGRAMS / "conformance"), "server", "--url", address, "-o", folder]
        trouble = None
        try:
            told = run([*command, *options])
        except Failed as error:
            told = trouble = str(error)
        checks = [*_read(folder)]
    _, _, rest = told.partition("Not scored")
    unscored = re.findall(r"^ +\S ([\w-]+) \(", rest, re.MULTILINE)
    return Report([check for check in checks if check.scenario not in unscored], trouble)


def _read(results: str) -> Generator[Check]:
    for path in sorted(Path(results).glob("*/checks.json")):
        named = re.fullmatch(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", path.parent.name)
        if named is None:
            raise Failed(f"the suite wrote results into {path.parent.name}, which is no name that it had before")
        for check in json.loads(path.read_text(encoding="utf-8")):
            yield Check(named[1], check["id"], check["status"], check.get("errorMessage") or check["description"])


@contextmanager
def served(command: Sequence[str]) -> Generator[str]:
    """A server in a process of its own; its address.

    Raises:
        Failed: it ended before it said one, or something went wrong in it that it did not expect.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MAKE_MCP_")}
    with subprocess.Popen(command, cwd=ROOT, env=ours, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told: list[str] = []
        # What nobody reads would hold it up at some point.
        reading = Thread(target=told.extend, args=(process.stderr,))
        try:
            for line in process.stderr:
                told.append(line)
                if (found := re.search(r"http://127\.0\.0\.1:(\d+)/mcp$", line)) is not None:
                    break
            else:
                raise Failed(f"{' '.join(command[1:])} did not start:\n{''.join(told)}")
            reading.start()
            # The suite takes no other name for this machine.
            yield f"http://localhost:{found[1]}/mcp"
        finally:
            process.terminate()
            if reading.is_alive():
                reading.join()
        if any("Traceback" in line for line in told):
            raise Failed(f"{' '.join(command[1:])} logged an error of its own:\n{''.join(told)[-2000:]}")


def production(wire: Wire, address: str) -> str:
    options = ("--suite", "all", "--spec-version", wire.revision, "--expected-failures", str(wire.expected))
    excused = expected(wire.expected)
    report = suite(address, *options)
    report.holds(wire.scenarios, wire.plain, excused)
    return f"make-mcp at {wire.revision}: {report.passed} checks pass, {len(excused)} fail as expected"


def fixtures(wire: Wire, address: str) -> str:
    report = suite(address, "--suite", "all", "--spec-version", wire.revision)
    report.holds(wire.scenarios, report.scenarios)
    return f"{len(report.scenarios)} of {wire.scenarios} at {wire.revision} ({report.passed} checks)"


def requirements(wire: Wire, address: str) -> str:
    report = suite(address, "--requirements", wire.revision)
    report.holds(wire.required, report.scenarios)
    return f"{len(report.scenarios)} of {wire.required} required at {wire.revision} ({report.passed} checks)"


def expected(path: Path) -> Sequence[str]:
    """The entries of a list of expected failures, each `scenario:check`."""
    return re.findall(r"^  - (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def outcomes(command: Sequence[str], checks: Sequence[Callable[[Wire, str], str]]) -> Generator[bool]:
    """Whether each check held, on each wire, of the server that this command starts; says so as it goes."""
    try:
        with served(command) as address:
            for check, wire in itertools.product(checks, WIRES):
                try:
                    print(f"ok {check(wire, address)}", flush=True)
                    yield True
                except Failed as error:
                    print(f"FAILED {check.__name__} at {wire.revision}: {error}", flush=True)
                    yield False
    except Failed as error:
        print(f"FAILED {error}", flush=True)
        yield False


def ready() -> None:
    """The suite and its Node are there.

    Raises:
        Failed: they cannot be had.
    """
    install(HOME)
    if not (PROGRAMS / "node").exists():
        raise Failed("npm put no Node 22 there: the package's install script brings it, and must be allowed to run")


def main() -> int:
    try:
        ready()
    except Failed as error:
        print(f"FAILED install: {error}")
        return 1
    held = [*outcomes(PRODUCTION, [production]), *outcomes(FIXTURES, [fixtures, requirements])]
    print(f"{held.count(True)} passed, {held.count(False)} failed")
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
