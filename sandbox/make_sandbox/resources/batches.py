"""Deleting several things at once: `{"ids": [...]}`, or `{"all": true, "exceptIds": [...]}`, in the body."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call


def of(kind: Literal["integers", "texts"]) -> tuple[Field, ...]:
    """The body's fields, for ids of a kind."""
    return Field("ids", kind), Field("all", "boolean"), Field("exceptIds", kind)


def chosen(call: Call, every: Iterable[Any]) -> list[Any]:
    """The ids that the body means, each once; `every` are all that there are."""
    body = call.body
    if body.get("all", False):
        if "ids" in body:
            raise errors.invalid_parameters(["The parameters 'ids' and 'all' cannot be used together."])
        return [id_ for id_ in every if id_ not in body.get("exceptIds", [])]
    if "exceptIds" in body:
        raise errors.invalid_parameters(["The parameter 'exceptIds' needs the parameter 'all'."])
    if "ids" not in body:
        raise errors.missing_parameter("ids")
    return list(dict.fromkeys(body["ids"]))
