"""From numbers to the table: rows with their targets, verdicts and ratios."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import Final

from measure import Baselines, Figures, Load, ToolSizes
from servers import ALL, MAKE, OURS, TRIVIAL

Number = float | None
NONE: Final = "-"

# The budgets, in bytes and seconds.
AVERAGE_TOOL: Final = 420
LARGEST_TOOL: Final = 1_200
WHOLE_LIST: Final = 32_000
USUAL_LIST: Final = 16_000
MOST_TOOLS: Final = 40
START_OVER_IMPORT: Final = 0.150
OVERHEAD: Final = 0.0015
MEMORY: Final = 100_000_000
# Memory "does not grow": allocators round, so a little is no leak. 2 MB over 9,000 calls are 220 bytes a call.
GROWTH: Final = 2_000_000
SCENARIOS_SHARE: Final = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: a number per server, and the limit that ours is held against (None: shown for information)."""

    what: str
    numbers: Mapping[str, Number]
    show: Callable[[float], str]
    limit: Number = None
    target: str = ""
    at_least: bool = False
    notes: Mapping[str, str] | None = None

    @property
    def verdict(self) -> str:
        """`pass`, `short`, or nothing where there is no target or no number."""
        number = self.numbers.get(OURS)
        if self.limit is None or number is None:
            return ""
        return "pass" if (number > self.limit if self.at_least else number <= self.limit) else "short"

    def ratio(self, other: str) -> Number:
        """Ours over the other's; None where one is missing or where a ratio says nothing."""
        mine, theirs = self.numbers.get(OURS), self.numbers.get(other)
        return mine / theirs if mine and theirs and mine > 0 and theirs > 0 else None

    def cell(self, name: str) -> str:
        number = self.numbers.get(name)
        note = (self.notes or {}).get(name)
        return NONE if number is None else self.show(number) + (f" ({note})" if note else "")


def rows(figures: Mapping[str, Figures], floors: Baselines, load: Load) -> list[Row]:
    def each(read: Callable[[Figures], Number]) -> dict[str, Number]:
        return {name: read(found) for name, found in figures.items()}

    def middle(attribute: str) -> dict[str, Number]:
        return each(lambda found: _median(attrgetter(attribute)(found)))

    def of_tools(attribute: str, field: str = "tools") -> dict[str, Number]:
        def read(found: Figures) -> Number:
            tools: ToolSizes | None = getattr(found, field)
            return None if tools is None else getattr(tools, attribute)

        return each(read)

    imported, get_p50, get_p99 = (_median(n) for n in (floors.sdk_import, floors.get_p50, floors.get_p99))
    latency = middle("p50")
    overhead: dict[str, Number] = {
        name: None if p50 is None or get_p50 is None else p50 - get_p50 for name, p50 in latency.items()
    }
    largest = {name: found.tools.largest_name for name, found in figures.items() if found.tools}
    shared_largest = {name: found.shared.largest_name for name, found in figures.items() if found.shared}
    same_areas = {MAKE: "same areas"}
    makes = figures.get(MAKE, Figures())
    makes_rate, makes_text = _median(makes.rate_16), makes.scenarios_text
    early, late = f"{load.memory_from:,}", f"{load.memory_to:,}"
    return [
        Row(what="tools in tools/list", numbers=of_tools("count"), show=_count),
        Row(what="tools/list: name to annotations, all", numbers=of_tools("total"), show=_bytes),
        Row(
            what="tools/list: the whole answer",
            numbers=each(lambda found: found.list_answer),
            show=_bytes,
            limit=WHOLE_LIST,
            target=f"< {_bytes(WHOLE_LIST)}",
        ),
        Row(
            what="tools/list: average tool",
            numbers=of_tools("average"),
            show=_bytes,
            limit=AVERAGE_TOOL,
            target=f"<= {_bytes(AVERAGE_TOOL)}",
        ),
        Row(
            what="tools/list: largest tool",
            numbers=of_tools("largest"),
            show=_bytes,
            limit=LARGEST_TOOL,
            target=f"<= {_bytes(LARGEST_TOOL)}",
            notes=largest,
        ),
        Row(
            what="listed by default: tools",
            numbers=of_tools("count", "usual") | _of(MAKE, of_tools("count", "shared")),
            show=_count,
            limit=MOST_TOOLS,
            target=f"<= {MOST_TOOLS}",
            notes=same_areas,
        ),
        Row(
            what="listed by default: name to annotations",
            numbers=of_tools("total", "usual") | _of(MAKE, of_tools("total", "shared")),
            show=_bytes,
            notes=same_areas,
        ),
        Row(
            what="listed by default: the whole answer",
            numbers=each(lambda found: found.usual_answer),
            show=_bytes,
            limit=USUAL_LIST,
            target=f"< {_bytes(USUAL_LIST)}",
        ),
        Row(what="shared areas: tools", numbers=of_tools("count", "shared"), show=_count),
        Row(what="shared areas: average tool", numbers=of_tools("average", "shared"), show=_bytes),
        Row(
            what="shared areas: largest tool",
            numbers=of_tools("largest", "shared"),
            show=_bytes,
            notes=shared_largest,
        ),
        Row(
            what="start to answered tools/list",
            numbers=middle("starts"),
            show=_seconds,
            limit=None if imported is None else imported + START_OVER_IMPORT,
            target="" if imported is None else f"<= {_seconds(imported)} (import) + {_seconds(START_OVER_IMPORT)}",
        ),
        Row(what="calls/s, 1 in flight", numbers=middle("rate_1"), show=_count),
        Row(
            what="calls/s, 16 in flight",
            numbers=middle("rate_16"),
            show=_count,
            limit=makes_rate,
            target="> Make's SDK",
            at_least=True,
        ),
        Row(
            what="calls/s, 16 in flight, scenarios_get",
            numbers=each(lambda found: _median(found.scenario_16 or found.rate_16)),
            show=_count,
            notes={MAKE: "2 GETs"},
        ),
        Row(what="calls/s, 1 in flight, canned text", numbers=middle("canned"), show=_count),
        Row(
            what="p50 of a call, 1 in flight",
            numbers=latency,
            show=_ms,
            target="" if get_p50 is None else f"bare GET: {_ms(get_p50)}",
        ),
        Row(
            what="p99 of a call, 1 in flight",
            numbers=middle("p99"),
            show=_ms,
            target="" if get_p99 is None else f"bare GET: {_ms(get_p99)}",
        ),
        Row(
            what="overhead over the bare GET, p50",
            numbers=overhead,
            show=_ms,
            limit=OVERHEAD,
            target=f"< {_ms(OVERHEAD)}",
        ),
        Row(what="HTTP requests per call", numbers=each(lambda found: found.requests_per_call), show=_ratio),
        Row(
            what=f"memory after {late} calls",
            numbers=each(lambda found: found.rss_late),
            show=_megabytes,
            limit=MEMORY,
            target=f"< {_megabytes(MEMORY)}",
        ),
        Row(
            what=f"growth from call {early} to {late}",
            numbers=each(_growth),
            show=_megabytes,
            limit=GROWTH,
            target=f"none (<= {_megabytes(GROWTH)})",
        ),
        Row(
            what="50 scenarios: text",
            numbers=each(lambda found: found.scenarios_text),
            show=_bytes,
            limit=None if makes_text is None else makes_text * SCENARIOS_SHARE,
            target="<= 1/3 of Make's SDK",
        ),
        Row(
            what="50 scenarios: the whole answer",
            numbers=each(lambda found: found.scenarios_answer),
            show=_bytes,
        ),
    ]


def table(lines: list[Row], reasons: Mapping[str, str]) -> str:
    """The rows as aligned text. `reasons` says why a server's column is empty."""
    header = ["", "target", *ALL, "verdict", "ours/trivial", "ours/Make's"]
    body = [["", "", *(_cut(f"not measured: {reasons[name]}") if name in reasons else "" for name in ALL), "", "", ""]]
    body = body if reasons else []
    body += [
        [
            line.what,
            line.target,
            *(line.cell(name) for name in ALL),
            line.verdict,
            *(NONE if (ratio := line.ratio(other)) is None else _ratio(ratio) for other in (TRIVIAL, MAKE)),
        ]
        for line in lines
    ]
    widths = [max(len(row[column]) for row in [header, *body]) for column in range(len(header))]
    ruled = [header, ["-" * width for width in widths], *body]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in ruled]
    text += [f"{name}: not measured: {reason}" for name, reason in reasons.items()]
    return "\n".join(text)


def spread(figures: Mapping[str, Figures]) -> str:
    """How far the rounds lie apart, so that nobody reads noise as a difference."""
    parts: list[str] = []
    for name, found in figures.items():
        for what, numbers in (("start", found.starts), ("1 in flight", found.rate_1), ("16", found.rate_16)):
            if len(numbers) > 1:
                parts.append(f"{name} {what} {(max(numbers) - min(numbers)) / median(numbers):.0%}")
    return f"Spread between rounds, (max - min) / median: {', '.join(parts)}." if parts else ""


def _of(name: str, numbers: Mapping[str, Number]) -> dict[str, Number]:
    return {name: numbers.get(name)}


def _growth(found: Figures) -> Number:
    return None if found.rss_early is None or found.rss_late is None else found.rss_late - found.rss_early


def _median(numbers: list[float]) -> Number:
    return median(numbers) if numbers else None


def _bytes(number: float) -> str:
    return f"{number:,.0f} B"


def _cut(reason: str) -> str:
    return reason if len(reason) <= 30 else "not measured, see below"


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _seconds(number: float) -> str:
    return f"{number:.2f} s"


def _ms(number: float) -> str:
    return f"{number * 1_000:.2f} ms"


def _megabytes(number: float) -> str:
    return f"{number / 1_000_000:.1f} MB"


def _ratio(number: float) -> str:
    return f"{number:.2f}"
