"""Which documents a list means, and in which order: put together here, carried out by SQLite.

A list of ten thousand scenarios is filtered, sorted and cut to its page in the database, so that only the page is
read. Names of fields come from this program and never from a request; every value is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

SQL = str
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "contains", "is null", "is not null"]


@dataclass(frozen=True)
class Where:
    """A condition on a field of the document: `id`, `owner` and `place` mean the columns beside it.

    `contains` looks for a text in a text and does not tell capitals apart; `in` takes several values.
    """

    field: str
    operator: Operator
    value: Any = None


@dataclass(frozen=True)
class Order:
    """By which field a list is sorted: `id` and `place` mean the columns beside the document. Texts are compared
    without regard to capitals, documents without a value come last, and the id decides between equals.
    """

    field: str = "id"
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Documents of one kind: of some owners or of all, that meet every condition, in an order, one page of them."""

    owners: Sequence[int | str] | None = None
    where: tuple[Where, ...] = ()
    order: Order | None = Order()
    limit: int | None = None
    offset: int = 0

    def unsorted(self) -> Selection:
        """All of it, in no order."""
        return replace(self, order=None, limit=None, offset=0)


_COLUMNS = {"id": "id", "owner": "owner", "mark": "mark", "place": "place COLLATE NOCASE"}


def parts(kind: str, selection: Selection, group: SQL = "", mark: str | None = None) -> tuple[SQL, list[Any]]:
    """What stands behind `WHERE`, and the values for its question marks. `mark` is the field that has a column."""
    conditions: list[SQL] = ["kind = ?"]
    values: list[Any] = [kind]
    if selection.owners is not None:
        if len(selection.owners) == 1:
            conditions.append("owner = ?")
        else:
            conditions.append(f"owner IN ({_marks(selection.owners)})")
        values.extend(selection.owners)
    for where in selection.where:
        condition, bound = _condition(replace(where, field="mark") if where.field == mark else where)
        conditions.append(condition)
        values.extend(bound)
    sql = f"{' AND '.join(conditions)} {group}"
    if selection.order is not None:
        sql += f" ORDER BY {_order(selection.order)}"
    if selection.limit is not None or selection.offset:
        sql += " LIMIT ? OFFSET ?"
        values.extend((-1 if selection.limit is None else selection.limit, selection.offset))
    return sql, values


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _expression(field: str) -> SQL:
    """Where a field stands. Its name is one of this program's own, of letters alone."""
    if field in _COLUMNS:
        return _COLUMNS[field]
    if not field.replace(".", "").isalpha():
        raise ValueError(f"no field can be called {field!r}")
    return f"json_extract(document, '$.{field}')"


def _condition(where: Where) -> tuple[SQL, list[Any]]:
    expression = _expression(where.field)
    match where.operator:
        case "is null" | "is not null":
            return f"{expression} {where.operator.upper()}", []
        case "in":
            values = list(where.value)
            return f"{expression} IN ({_marks(values)})", values
        case "contains":
            return f"instr(lower(coalesce({expression}, '')), lower(?)) > 0", [where.value]
        case operator:
            return f"{expression} {operator} ?", [where.value]


def _order(order: Order) -> SQL:
    direction = "DESC" if order.descending else "ASC"
    if order.field == "id":
        return f"id {direction}"
    expression = _expression(order.field)
    if order.field == "place":
        return f"{expression} {direction}, id {direction}"
    return f"{expression} IS NULL, {expression} COLLATE NOCASE {direction}, id {direction}"
