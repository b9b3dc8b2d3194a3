"""The documented shape of each answer, and what is wrong with an answer that should have it.

The shapes stand in `documented.json`, one endpoint a line, as Make's public API documents of 2026 and its SDK have
them, those of `api.maton.ai` as the gateway's own page has them. `key` is the field of the answer that holds the
thing or, with `list`, the things; `null` means a flat answer. `fields` are those of the thing, or of the answer itself
where the key is one of them. `beside` are other fields next to the key, `pages` says that there is a `pg` among them.
`columns` are what `cols[]` may name; an empty list means that no document says it.

A type is one of JSON's, or several with `|` between them. `null` is one of them, and so is `absent`: a field that need
not be there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

Fields = Mapping[str, str]

ANY_NAME = re.compile(r"<\w+>")
"""A field whose name is an id: it stands for every field."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    key: str | None
    is_list: bool
    pages: bool
    fields: Fields
    beside: Fields
    columns: tuple[str, ...] | None
    body: str

    def with_columns(self, names: tuple[str, ...]) -> Shape:
        """The shape when just these columns come. Of a column that is no documented field the type is not known."""
        return replace(self, fields={name: self.fields.get(name, "any") for name in names})

    def whole(self) -> Shape:
        """The shape when all columns come, and with them what comes only when asked for."""
        return self.with_columns(tuple(dict.fromkeys((*self.fields, *(self.columns or ())))))

    def but(self, differing: Fields) -> Shape:
        """The shape with other types for some fields, or with fields more."""
        return replace(self, fields={**self.fields, **differing})


def plain(path: str) -> str:
    """A path without the names of its parameters, which are everybody's own."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def read() -> dict[str, Shape]:
    """The documented shapes by method, host (of Maton's own) and path: `GET /scenarios/{}`."""
    rows: list[dict[str, Any]] = json.loads(Path(__file__).with_name("documented.json").read_text(encoding="utf-8"))
    return {
        f"{row['method']} {row.get('host', '')}{plain(row['path'])}": Shape(
            key=row["key"],
            is_list=row["list"],
            pages=row.get("pages", False),
            fields=row["fields"],
            beside=row.get("beside", {}),
            columns=None if "columns" not in row else tuple(row["columns"]),
            body=row.get("body", "json"),
        )
        for row in rows
    }


def problems(shape: Shape, body: Any) -> list[str]:
    """What is wrong with the body of an answer, each beginning with the name of the field."""
    if shape.body != "json":
        fits = isinstance(body, str) if shape.body == "text" else body is None
        return [] if fits else [f"body: is no {shape.body}"]
    if not isinstance(body, dict):
        return ["body: is no object"]
    answer = cast("Mapping[str, Any]", body)
    around = {**shape.beside, **({"pg": "object"} if shape.pages else {})}
    if shape.key is None or shape.key in shape.fields:
        found = list(_of_object(answer, {**shape.fields, **around}))
        return found + [f"{name}: is empty" for name in shape.fields if name == shape.key and answer.get(name) == []]
    envelope = {shape.key: "array<object>" if shape.is_list else "object", **around}
    found = list(_of_object(answer, envelope))
    if not found:
        things = answer[shape.key] if shape.is_list else [answer[shape.key]]
        found = [problem for thing in things for problem in _of_object(thing, shape.fields)]
        found += [] if things else [f"{shape.key}: is empty"]
    return list(dict.fromkeys(found))


def _of_object(found: Mapping[str, Any], fields: Fields) -> Iterator[str]:
    of_any = next((kind for name, kind in fields.items() if ANY_NAME.fullmatch(name)), None)
    expected = fields if of_any is None else dict.fromkeys(found, of_any)
    if of_any is not None and not found:
        yield f"{next(iter(fields))}: is missing"
    for name, kind in expected.items():
        kinds = _alternatives(kind)
        if name not in found:
            if "absent" not in kinds:
                yield f"{name}: is missing"
        elif not any(_is(each, found[name]) for each in kinds):
            yield f"{name}: is {json.dumps(found[name])[:60]} and not {kind}"
    yield from (f"{name}: is not documented" for name in found if name not in expected)


def _alternatives(kind: str) -> list[str]:
    """The types of a union. The bars inside `array<...>` belong to its items."""
    return re.split(r"\|(?![^<]*>)", kind)


def _is(kind: str, value: Any) -> bool:
    if kind.startswith("array<"):
        inner = _alternatives(kind.removeprefix("array<").removesuffix(">"))
        items = cast("list[Any]", value) if isinstance(value, list) else [None]
        return isinstance(value, list) and all(any(_is(each, item) for each in inner) for item in items)
    return kind in _kinds(value)


def _kinds(value: Any) -> set[str]:
    """The types that a JSON value is of. In Python a boolean is an integer too; in JSON it is not."""
    if value is None:
        return {"null", "any"}
    kinds = {
        bool: {"boolean"},
        int: {"integer", "number"},
        float: {"number"},
        str: {"string"},
        list: {"array"},
        dict: {"object"},
    }
    return kinds[type(value)] | {"any"}
