"""Whether a soak went as it should: what the calls were told, held against what arrived."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from faults import FAULTS
from soak_calls import Made, Workload
from soak_servers import SECONDS_FOR_A_CALL, Footprint, Running

GROWTH: Final = 20_000_000
"""Bytes of memory that a server may have gained."""
READS: Final = 3
"""Times that a read may be sent."""
SHOWN: Final = 5

ARRIVALS: Final[dict[str, tuple[int, int]]] = {
    "answered": (1, 1),
    "refused": (1, 1),
    "bad_upstream_response": (1, 1),
    "outcome_unknown": (0, 1),
    "cancelled": (0, 1),
    "unanswered": (0, 1),
    # Of Make, which turned it away; our own pace is off.
    "rate_limited": (1, 1),
    "unreachable": (0, 0),
    "circuit_open": (0, 0),
    "busy": (0, 0),
    "guard": (0, 0),
    "not confirmed": (0, 0),
    "preview": (0, 0),
    "argument": (0, 0),
    "unknown tool": (0, 0),
}
"""How often a write may have arrived, at least and at most, by what its call was told."""
EXPECTED: Final[dict[str, set[str]]] = {
    "invalid": {"argument"},
    "unknown tool": {"unknown tool"},
    "preview": {"preview", "unreachable", "refused", "bad_upstream_response", "circuit_open"},
}
_ANSWERED: Final = frozenset({"answered", "preview"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what was looked at, the figure, and what is wrong with it. None: for information."""

    what: str
    figure: str
    wrong: Sequence[str] | None = ()

    @property
    def verdict(self) -> str:
        return "" if self.wrong is None else "short" if self.wrong else "pass"


def rows(work: Workload, tally: Mapping[str, Any], found: Running, early: Footprint, late: Footprint) -> Iterator[Row]:
    """All the checks of one server."""
    writes = Counter[str](tally["writes"])
    met: dict[str, list[str]] = tally["met"]
    reading = {made.number for made in work.made if made.kind == "read"}
    unanswered = [_line(made) for made in work.made if made.outcome == "unanswered"]
    yield Row(what="calls", figure=f"{work.calls:,}", wrong=None)
    yield Row(what="requests that arrived", figure=f"{tally['requests']:,}", wrong=None)
    yield Row(what="faults", figure=f"{sum(tally['faults'].values()):,} of {len(tally['faults'])} kinds", wrong=None)
    yield Row(what="calls without an answer", figure=str(len(unanswered)), wrong=unanswered)
    yield _counted("answers of another call, or that contradict themselves", work.wrong)
    yield _counted("messages that answer nothing", found.strays)
    yield from _written(work.made, writes)
    often = [
        f"{number}: {times} times" for number, times in tally["reads"].items() if times > READS and number in reading
    ]
    yield _counted(f"reads that were sent more than {READS} times", often)
    yield _counted("answers that the kind of call cannot have", [_line(m) for m in work.made if _is_odd(m)])
    saved = sum(
        1 for made in work.made if made.kind == "read" and made.outcome == "answered" and _went_wrong(met, made)
    )
    yield Row(what="reads that a second or third try saved", figure=f"{saved:,}", wrong=None)
    yield _unexplained(work.made, met, tally["faults"])
    elsewhere = ["a redirect was followed"] if tally["elsewhere"] else []
    yield Row(what="requests outside the API", figure=str(tally["elsewhere"]), wrong=elsewhere)
    yield from _released(tally)
    held = sum(1 for made in work.made if made.outcome == "circuit_open")
    yield Row(what="calls that the circuit breaker turned away", figure=str(held), wrong=None)
    yield _counted("lines on stderr", found.words)
    yield from _footprint(early, late)
    left = [] if found.exit_code is not None else ["it had to be killed"]
    yield Row(what="exit code", figure=str(found.exit_code), wrong=left)


def _written(all_made: Sequence[Made], writes: Counter[str]) -> Iterator[Row]:
    twice = [
        f"{number}: {times} times" for number, times in writes.items() if times > 1 and number not in _posts(all_made)
    ]
    yield _counted("writes that arrived more than once", twice)
    wrong: dict[str, list[str]] = {}
    calls: Counter[str] = Counter()
    arrived: Counter[str] = Counter()
    for made in all_made:
        if made.tool == _READING_POST or (
            made.kind in {"read", "cancelled", "cancelled late"} and made.number not in writes
        ):
            continue
        least, most = ARRIVALS.get(made.outcome, (0, 0))
        calls[made.outcome] += 1
        arrived[made.outcome] += min(writes[made.number], 1)
        if not least <= writes[made.number] <= most:
            wrong.setdefault(made.outcome, []).append(f"arrived {writes[made.number]} times: {_line(made)}")
    for outcome, number in calls.most_common():
        least, most = ARRIVALS.get(outcome, (0, 0))
        once = f"{least}" if least == most else f"{least} or {most}"
        figure = f"{arrived[outcome]:,} of {number:,} arrived"
        yield Row(what=f"writes told `{outcome}` arrived {once} times", figure=figure, wrong=wrong.get(outcome, ()))


_READING_POST: Final = "connections_test"
"""A POST that reads: it may be sent again."""


def _posts(all_made: Sequence[Made]) -> set[str]:
    return {made.number for made in all_made if made.tool == _READING_POST}


def _is_odd(made: Made) -> bool:
    if made.kind == "cancelled":
        # It cannot have been answered, since it never was.
        return made.outcome in _ANSWERED
    if made.kind in EXPECTED:
        return made.outcome not in EXPECTED[made.kind]
    return made.outcome in {"argument", "unknown tool", "guard"} or made.outcome not in ARRIVALS


def _went_wrong(met: Mapping[str, Sequence[str]], made: Made) -> bool:
    return any(not FAULTS[kind].is_answer for kind in met.get(made.number, ()))


def _unexplained(all_made: Sequence[Made], met: Mapping[str, Sequence[str]], faults: Mapping[str, int]) -> Row:
    """A call that got no good answer although nothing went wrong with its number: its connection was cut before it was read."""
    odd = [
        _line(made)
        for made in all_made
        if made.kind in {"read", "write"}
        and made.outcome not in {*_ANSWERED, "circuit_open"}
        and not _went_wrong(met, made)
    ]
    cut = sum(faults.get(kind, 0) for kind in ("the next request is not read", "closed after the answer"))
    figure = f"{len(odd)}, and {cut} connections that were cut between two requests"
    return Row(
        what="calls that went wrong without a fault of their own", figure=figure, wrong=odd if len(odd) > cut else ()
    )


def _released(tally: Mapping[str, Any]) -> Iterator[Row]:
    held = sorted(tally["held"])
    hanging = [f"{tally['hanging']} exchanges"] if tally["hanging"] else []
    yield Row(what="exchanges that were never given up", figure=str(tally["hanging"]), wrong=hanging)
    if held:
        by_deadline = [f"{seconds:.1f} s" for seconds in held if seconds > SECONDS_FOR_A_CALL - 0.5]
        figure = f"{held[len(held) // 2]:.3f} s in the middle, {held[-1]:.3f} s at worst, of {len(held):,}"
        yield Row(what="a cancelled call lets go of its exchange after", figure=figure, wrong=by_deadline)


def _footprint(early: Footprint, late: Footprint) -> Iterator[Row]:
    grown = late.memory - early.memory
    figure = f"{early.memory / 1e6:.1f} MB, then {late.memory / 1e6:.1f} MB"
    yield Row(
        what="resident memory after the warm-up and at the end",
        figure=figure,
        wrong=["it grew"] if grown > GROWTH else (),
    )
    more = ["some stay open"] if late.descriptors > early.descriptors else []
    yield Row(what="open descriptors then", figure=f"{early.descriptors}, then {late.descriptors}", wrong=more)


def _counted(what: str, wrong: Sequence[str]) -> Row:
    return Row(what=what, figure=str(len(wrong)), wrong=wrong)


def _line(made: Made) -> str:
    return f"{made.tool} {made.number} ({made.kind}): {made.outcome} {made.told}".rstrip()


def table(found: Sequence[Row]) -> str:
    lines = ["| what | figure | |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | {row.verdict} |" for row in found]
    for row in found:
        for line in list(row.wrong or ())[:SHOWN]:
            lines.append(f"\n{row.what}: {line}")
    return "\n".join(lines)


def kinds(work: Workload, tally: Mapping[str, Any]) -> str:
    """How many calls of each kind ended how, and how often each fault was met."""
    outcomes = Counter((made.kind, made.outcome) for made in work.made)
    lines = [f"{kind}: {outcome} {number:,}" for (kind, outcome), number in sorted(outcomes.items())]
    faults = ", ".join(f"{kind} {number}" for kind, number in sorted(tally["faults"].items()))
    return "; ".join(lines) + f"\nfaults: {faults}"
