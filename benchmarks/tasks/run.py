"""Play the ten tasks with our tools and with those of Make's own SDK: `python benchmarks/tasks/run.py`. See ../README.md."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from client import ServerError
from servers import MAKE, OURS, NotMeasuredError
from tasks import ours, theirs
from tasks.figures import Row, as_json, conversation, store, table
from tasks.goals import GOALS, Goal
from tasks.measuring import Played, play
from tasks.playing import Refused
from tasks.sides import at_table

SECONDS = 60
"""For one task of one side."""
SCRIPTS = {OURS: ours.SCRIPTS, MAKE: theirs.SCRIPTS}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--task", action="append", choices=[goal.name for goal in GOALS], help="this one only; repeatable"
    )
    parser.add_argument("--side", choices=["ours", "make"], help="this side only: nothing is compared then")
    parser.add_argument("--show", action="store_true", help="print every call and its answer")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every call and figure to FILE")
    parser.add_argument("--write", action="store_true", help="keep the figures of Make's side for the tests")
    return parser.parse_args()


async def played(goal: Goal, side: str) -> Played | str:
    """The task, or why it came to nothing."""
    try:
        async with asyncio.timeout(SECONDS), at_table(side) as (account, ask):
            return await play(goal, SCRIPTS[side][goal.name], account, ask)
    except (Refused, LookupError, TypeError, TimeoutError, ServerError, NotMeasuredError) as error:
        return f"{type(error).__name__}: {error}"


async def main() -> int:
    asked = arguments()
    sides = [{"ours": OURS, "make": MAKE}[asked.side]] if asked.side else [OURS, MAKE]
    rows: list[Row] = []
    for goal in GOALS:
        if asked.task and goal.name not in asked.task:
            continue
        row = Row(goal=goal, sides={side: await played(goal, side) for side in sides})
        rows.append(row)
        if asked.show:
            print(conversation(row))
        else:
            print(goal.name, file=sys.stderr)
    print(table(rows))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(rows), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.write:
        store(rows)
    return 1 if any(row.problems for row in rows) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
