"""What a refusal of Make or Maton means, and what to call next: `advise`. Pure: nothing here is sent."""

from dataclasses import replace

from make_tools.advice.case import Advice, Case, Explain
from make_tools.advice.codes import CODES, SENTENCES
from make_tools.advice.statuses import STATUSES, anything, at_fault, blocked, no_link, page, smaller
from make_tools.advice.steps import Next, Step, toward, truth

__all__ = [
    "CODES",
    "Advice",
    "Case",
    "Next",
    "Step",
    "advise",
    "blocked",
    "is_matons_own",
    "page",
    "smaller",
    "truth",
]

_DECISIVE = frozenset({401, 402, 408, 413, 424, 429})
"""Statuses that say what is the matter, whatever the code; so does each from 500 up."""
_PAUSED = "IM310"
_NO_LINK = "connection"
"""What the gateway's own 400 is about."""


def is_matons_own(case: Case) -> bool:
    """Whether it was Maton that refused, and not Make behind it, as far as that can be known."""
    if case.endpoint.api == "maton":
        return True
    return case.upstream == "maton" and not case.is_makes and (case.status == 401 or _explain(case) is no_link)


def advise(case: Case) -> Advice:
    """What a refusal in JSON means, and what to do next."""
    advice = _explain(case)(case)
    if not case.changes and any(step.endpoint.effect != "read" for step in advice.next.steps):
        # Who reads is not sent to change something.
        advice = STATUSES.get(case.status, anything)(case)
    if any(_is_the_same(case, step) for step in advice.next.steps):
        advice = replace(advice, next=Next("tell the user"))
    return advice


def _explain(case: Case) -> Explain:
    if case.upstream == "maton" and case.status == 400 and not case.is_makes and _NO_LINK in case.said.lower():
        return no_link
    decides = case.status in _DECISIVE or case.status >= 500
    if not decides or case.code == _PAUSED:
        entries = [CODES.get(case.code or ""), *(entry for words, entry in SENTENCES.items() if words in case.said)]
        for entry in entries:
            if entry is not None and (not entry.groups or case.endpoint.group in entry.groups):
                return entry.explain
    return STATUSES.get(case.status) or (at_fault if case.status >= 500 else anything)


def _is_the_same(case: Case, step: Step) -> bool:
    return step.endpoint is case.endpoint and not step.lacks and step == toward(case.endpoint, case.given)
