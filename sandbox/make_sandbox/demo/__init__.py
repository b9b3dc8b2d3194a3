"""The demo account: two organizations, their people, and two weeks of their automations.

Everything is made by the same functions that the API uses, in the order in which it would have happened, on a clock
that starts two weeks ago. So whatever it shows (a log, a failure, a number) has come about as it would in use, and
the same moment of creation makes the same account.
"""

from __future__ import annotations

from make_sandbox.demo import care, catalogue, harbor, history, marketing, operations, people, things
from make_sandbox.demo.past import Past
from make_sandbox.model.account import Account


def fill(account: Account) -> None:
    """Fills an empty account."""
    past = Past(account.now())
    then = Account(store=account.store, clock=past.clock)
    catalogue.add(then)
    world = things.add(then, people.add(then))
    jobs = [job for team in (operations, marketing, care, harbor) for job in team.add(then, world)]
    history.play(then, past, world, jobs)
    people.pause(then, world.teams["Back Office"])
