"""From what was played to the table, and to the figures that are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from servers import MAKE, NODE, OURS
from tasks.goals import Goal
from tasks.measuring import Played, short
from tasks.playing import Json

KEPT: Final = Path(__file__).with_name("makes_figures.json")
"""What Make's side took when it was measured last: what the tests hold ours against."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One task. A side that came to nothing has the reason in place of what it played."""

    goal: Goal
    sides: Mapping[str, Played | str]

    @property
    def problems(self) -> list[str]:
        """Why this row is short: a goal that ours did not reach, a script that failed, or figures."""
        found = [f"{side}: {played}" for side, played in self.sides.items() if isinstance(played, str)]
        for side, played in self.sides.items():
            if not isinstance(played, str) and played.problems and not (side == MAKE and played.outcome.missing):
                found += [f"{side}: {problem}" for problem in played.problems]
        own, makes = self.sides.get(OURS), self.sides.get(MAKE)
        if isinstance(own, Played) and isinstance(makes, Played):
            found += short(own.calls, own.size, makes_calls=makes.calls, makes_size=makes.size)
        return found


def table(rows: Sequence[Row]) -> str:
    lines = [("task", "calls", "Make's", "bytes", "Make's", "ratio", "compact", "verdict")]
    for row in rows:
        own, makes = row.sides.get(OURS), row.sides.get(MAKE)
        mine, other = _cells(own), _cells(makes)
        ratio = compact = "-"
        if isinstance(own, Played) and isinstance(makes, Played):
            ratio = f"{own.size / makes.size:.2f}"
            compact = f"{own.size / makes.size_without_layout:.2f}"
        verdict = "; ".join(row.problems) or ("pass" if len(row.sides) > 1 else "")
        if isinstance(makes, Played) and makes.outcome.missing:
            verdict += f" (Make's: {makes.outcome.missing})"
        lines.append((row.goal.name, mine[0], other[0], mine[1], other[1], ratio, compact, verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]) - 1)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: tuple[str, ...], widths: Sequence[int]) -> str:
    name, *numbers = (
        cell.ljust(width) if not place else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=False))
    )
    return "  ".join([name, *numbers, cells[-1]])


def _cells(played: Played | str | None) -> tuple[str, str]:
    return ("-", "-") if not isinstance(played, Played) else (str(played.calls), f"{played.size:,}")


def conversation(row: Row) -> str:
    """Every call of a task and what was answered, as a model would read it."""
    lines = [f"# {row.goal.name}: {row.goal.sentence}"]
    for side, played in row.sides.items():
        lines.append(f"\n## {side}")
        if isinstance(played, str):
            lines.append(played)
            continue
        for exchange in played.exchanges:
            lines += [f"\n> {exchange.tool} {exchange.sent}    [{exchange.size:,} bytes]", exchange.text]
        lines.append(f"\n= {json.dumps(played.outcome.found, ensure_ascii=False)} {played.outcome.missing}")
        lines += [f"! {problem}" for problem in played.problems]
    return "\n".join(lines) + "\n"


def as_json(rows: Sequence[Row]) -> list[Json]:
    return [
        {
            "task": row.goal.name,
            "sentence": row.goal.sentence,
            "problems": row.problems,
            "sides": {side: _side(played) for side, played in row.sides.items()},
        }
        for row in rows
    ]


def _side(played: Played | str) -> Json:
    if isinstance(played, str):
        return {"failed": played}
    return figures(played) | {
        "found": played.outcome.found,
        "missing": played.outcome.missing,
        "problems": list(played.problems),
        "exchanges": [
            {"tool": one.tool, "arguments": one.arguments, "text": one.text, "bytes": one.size}
            for one in played.exchanges
        ],
    }


def figures(played: Played) -> dict[str, Any]:
    return {"calls": played.calls, "bytes": played.size, "reached": played.reached}


def store(rows: Sequence[Row]) -> None:
    """Keeps the figures of Make's side, with the version of its SDK. Tasks that were not played stay as they were."""
    kept: Json = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"tasks": {}}
    package: Json = json.loads((NODE / "node_modules" / "@makehq" / "sdk" / "package.json").read_text(encoding="utf-8"))
    measured = {row.goal.name: figures(makes) for row in rows if isinstance(makes := row.sides.get(MAKE), Played)}
    whole: Json = {"sdk": f"{package['name']} {package['version']}", "tasks": kept["tasks"] | measured}
    KEPT.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
