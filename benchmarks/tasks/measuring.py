"""One task, played by one side: what it took, and whether the goal was reached."""

from dataclasses import dataclass
from typing import Final

from tasks.account import Account
from tasks.goals import Checked, Goal
from tasks.playing import Agent, Ask, Exchange, Outcome, Script

MAKES_SHARE: Final = 0.5
"""Ours may need at most this share of the bytes of Make's side."""


@dataclass(frozen=True, kw_only=True)
class Played:
    outcome: Outcome
    exchanges: tuple[Exchange, ...]
    problems: tuple[str, ...]
    """Why the goal was not reached. None where it was."""

    @property
    def calls(self) -> int:
        return len(self.exchanges)

    @property
    def size(self) -> int:
        return sum(exchange.size for exchange in self.exchanges)

    @property
    def size_without_layout(self) -> int:
        return sum(exchange.size_without_layout for exchange in self.exchanges)

    @property
    def reached(self) -> bool:
        return not self.problems


async def play(goal: Goal, script: Script, account: Account, ask: Ask) -> Played:
    """Plays a script on a fresh account.

    Raises:
        AssertionError: a script says that it cannot reach what it reached.
        Refused, LookupError, KeyError: the script met something that it was not written for.
    """
    if goal.prepare is not None:
        await goal.prepare(account)
    before = await account.state()
    agent = Agent(ask=ask)
    outcome = await script(agent)
    after = await account.state()
    problems = await goal.judge(Checked(found=outcome.found, account=account, before=before, after=after))
    assert problems or not outcome.missing, f"{goal.name}: {outcome.missing}, and it was done all the same"
    return Played(outcome=outcome, exchanges=tuple(agent.exchanges), problems=tuple(problems))


def short(calls: int, size: int, *, makes_calls: int, makes_size: int) -> list[str]:
    """In what ours falls short of Make's side. Nothing, where it needs no more calls and half the bytes."""
    found: list[str] = []
    if calls > makes_calls:
        found.append(f"{calls} calls instead of {makes_calls}")
    if size > makes_size * MAKES_SHARE:
        found.append(f"{size:,} bytes instead of {int(makes_size * MAKES_SHARE):,}")
    return found
