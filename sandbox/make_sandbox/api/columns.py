"""`cols[]`: which fields an answer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from make_sandbox import errors
from make_sandbox.api.fields import Field

ASKED = Field("cols[]", "texts")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The fields of one resource.

    `full` are the documented ones; `default` those that come without `cols[]`, where Make gives fewer; `extra` come
    only when asked for. `*` means all of them. An unknown column is refused: each endpoint documents a closed list.
    """

    full: tuple[str, ...]
    default: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def chosen(self, asked: list[str] | None) -> tuple[str, ...]:
        if asked is None:
            return self.default or self.full
        if "*" in asked:
            return self.full + self.extra
        known = {*self.full, *self.extra}
        problems = [
            f"Invalid value in parameter 'cols'. Unknown column '{name}'." for name in asked if name not in known
        ]
        if problems:
            raise errors.invalid_parameters(problems)
        return tuple(dict.fromkeys(asked))

    def pick(self, row: Mapping[str, Any], asked: list[str] | None = None) -> dict[str, Any]:
        return {name: row[name] for name in self.chosen(asked)}
