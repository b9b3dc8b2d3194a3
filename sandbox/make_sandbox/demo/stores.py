"""The data stores of the demo account: their structures, and the records in them.

The records are put together from short lists and from numbers that look like chance, always the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from make_sandbox.model import records, tables
from make_sandbox.model.account import Account, chance
from make_sandbox.model.clock import iso
from make_sandbox.model.store import Document
from make_sandbox.resources import data_structures

Row = tuple[str, Document]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One data store to be made. `rows` makes its records, as they are at a moment."""

    team: str
    name: str
    megabytes: int
    spec: tuple[Document, ...]
    rows: Callable[[datetime], Iterator[Row]]
    strict: bool = False


def add(account: Account, teams: dict[str, Document]) -> dict[str, int]:
    """Makes all data stores with what is in them, and returns their numbers by name."""
    return {plan.name: _add(account, teams[plan.team], plan) for plan in PLANS}


def _add(account: Account, team: Document, plan: Plan) -> int:
    structure = data_structures.new(account, team["id"], f"{plan.name} record", plan.spec, strict=plan.strict)
    data_store = account.store.add(
        tables.DATA_STORES,
        {
            "name": plan.name,
            "teamId": team["id"],
            "records": 0,
            "size": "0",
            "maxSize": str(plan.megabytes * 1024 * 1024),
            "datastructureId": structure["id"],
        },
    )
    return records.write(account, data_store, plan.rows(account.now()))["id"]


def _field(name: str, kind: str, label: str, *, required: bool = False, options: tuple[str, ...] = ()) -> Document:
    choices = {"options": [{"label": value.capitalize(), "value": value} for value in options]} if options else {}
    return {"name": name, "type": kind, "label": label, "required": required, **choices}


ARTICLES = (
    "Notebook A5", "Notebook A4", "Sketch pad", "Fountain pen", "Gel pen", "Pencil set", "Desk lamp", "Desk mat",
    "Tote bag", "Mug", "Water bottle", "Wall calendar", "Postcard set", "Sticker sheet", "Washi tape", "Paper clips",
    "Ring binder", "File folder", "Cable box", "Pen case", "Card holder", "Poster frame", "Cork board", "Bookend",
    "Table clock", "Letter tray",
)  # fmt: skip
COLOURS = (
    "black", "white", "sand", "olive", "navy", "rust", "mint", "plum", "grey", "coral", "teal", "ochre", "rose",
    "slate", "cream", "denim",
)  # fmt: skip
NUMBER_OF_ARTICLES = 412


def _stock(now: datetime) -> Iterator[Row]:
    """What lies in the warehouse, by article and colour; a few lines were never made."""
    every = list(product(enumerate(ARTICLES, start=1), COLOURS))
    for (number, article), colour in every[:NUMBER_OF_ARTICLES]:
        key = f"NW-{number:02}-{colour[:3].upper()}"
        data = {
            "product": f"{article}, {colour}",
            "quantity": chance(f"{key} quantity", 240),
            "reorderAt": 10 * (1 + chance(f"{key} reorder", 4)),
            "location": f"{'ABCD'[number % 4]}{1 + chance(f'{key} shelf', 18):02}",
            "countedAt": iso(now - timedelta(hours=1 + chance(f"{key} counted", 30 * 24))),
        }
        yield key, data


PLACES = ("Alder", "Birch", "Cedar", "Fjord", "Harbour", "Juniper", "Lakeside", "Moorland", "Northgate", "Quarry")
TRADES = ("Paper", "Ceramics", "Textiles", "Packaging")
NUMBER_OF_SUPPLIERS = 37


def _suppliers(_: datetime) -> Iterator[Row]:
    every = list(product(TRADES, PLACES))
    for number, (trade, place) in enumerate(every[:NUMBER_OF_SUPPLIERS], start=1):
        key = f"SUP-{number:03}"
        data: Document = {
            "company": f"{place} {trade}",
            "contact": f"orders@{place}-{trade}.example.com".lower(),
            "category": trade.lower(),
            "leadTimeDays": 3 + chance(f"{key} lead time", 25),
            "active": chance(f"{key} active", 9) > 0,
        }
        yield key, data


FIRST = (
    "amber", "blue", "brisk", "calm", "clear", "coral", "crisp", "early", "fair", "fern", "gentle", "gold", "green",
    "happy", "hazel", "honest", "ivory", "jolly", "keen", "kind", "late", "light", "lively", "lucky", "maple", "merry",
    "mild", "mossy", "neat", "noble", "north", "olive", "pale", "plain", "quick", "quiet", "rapid", "rosy", "ruby",
    "sandy",
)  # fmt: skip
SECOND = (
    "anchor", "basket", "bridge", "brook", "cloud", "cove", "dune", "ember", "field", "finch", "garden", "grove",
    "harbor", "heron", "island", "lantern", "meadow", "mill", "oak", "orchard", "otter", "pebble", "pine", "pond",
    "reader", "river", "robin", "shore", "sparrow", "stone", "willow", "window",
)  # fmt: skip
REASONS = ("unsubscribed", "bounced", "complained")


def _suppressed(now: datetime) -> Iterator[Row]:
    """Addresses that get no newsletter: most of them have unsubscribed."""
    for first, second in product(FIRST, SECOND):
        key = f"{first}.{second}@example.com"
        draw = chance(f"{key} reason", 10)
        since = now - timedelta(days=1 + chance(f"{key} since", 700), minutes=chance(f"{key} minute", 1440))
        yield key, {"reason": REASONS[0 if draw < 6 else 1 if draw < 9 else 2], "since": iso(since)}


COMMENTS = (
    None, None, None, "Quick answer, thank you.", "Had to write twice.", "The parcel came late.", "Very friendly.",
    "The return was easy.", "Still waiting for the refund.",
)  # fmt: skip
CHANNELS = ("email", "chat", "phone")
NUMBER_OF_ANSWERS = 96


def _answers(now: datetime) -> Iterator[Row]:
    for number in range(1, NUMBER_OF_ANSWERS + 1):
        key = f"answer-{number:04}"
        data: Document = {
            "score": 1 + max(chance(f"{key} score", 5), chance(f"{key} again", 5)),
            "channel": CHANNELS[chance(f"{key} channel", len(CHANNELS))],
            "answeredAt": iso(now - timedelta(hours=8 * (NUMBER_OF_ANSWERS - number) + chance(f"{key} hour", 8))),
        }
        comment = COMMENTS[chance(f"{key} comment", len(COMMENTS))]
        yield key, data if comment is None else {**data, "comment": comment}


PLANS = (
    Plan(
        team="Operations",
        name="Stock levels",
        megabytes=96,
        spec=(
            _field("product", "text", "Product"),
            _field("quantity", "number", "Quantity", required=True),
            _field("reorderAt", "number", "Reorder at"),
            _field("location", "text", "Location"),
            _field("countedAt", "date", "Counted at"),
        ),
        rows=_stock,
    ),
    Plan(
        team="Operations",
        name="Known suppliers",
        megabytes=8,
        spec=(
            _field("company", "text", "Company", required=True),
            _field("contact", "email", "Contact"),
            _field("category", "text", "Category"),
            _field("leadTimeDays", "number", "Lead time in days"),
            _field("active", "boolean", "Active"),
        ),
        rows=_suppliers,
    ),
    Plan(
        team="Marketing",
        name="Suppressed addresses",
        megabytes=16,
        spec=(
            _field("reason", "select", "Reason", required=True, options=REASONS),
            _field("since", "date", "Since", required=True),
        ),
        rows=_suppressed,
        strict=True,
    ),
    Plan(
        team="Customer Care",
        name="Survey answers",
        megabytes=8,
        spec=(
            _field("score", "number", "Score", required=True),
            _field("channel", "select", "Channel", options=CHANNELS),
            _field("comment", "text", "Comment"),
            _field("answeredAt", "date", "Answered at"),
        ),
        rows=_answers,
    ),
)
