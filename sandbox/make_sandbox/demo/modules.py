"""Blueprints as Make writes them, from the parts that matter."""

from __future__ import annotations

from typing import Any

from make_sandbox.model.store import Document


def module(id_: int, name: str, **parts: Any) -> Document:
    """One module. `parts` are `parameters`, `mapper`, `filter`, `routes`, `onerror`, `version`."""
    return {
        "id": id_,
        "module": name,
        "version": parts.pop("version", 1),
        "parameters": parts.pop("parameters", {}),
        "mapper": parts.pop("mapper", {}),
        "metadata": {"designer": {"x": 300 * (id_ - 1), "y": 0}},
        **parts,
    }


def only_if(name: str, value: str, operator: str, other: str = "") -> Document:
    """A filter in front of a module."""
    return {"name": name, "conditions": [[{"a": value, "o": operator, "b": other}]]}


def http(id_: int, url: str, connection_id: int | None = None, method: str = "get", **parts: Any) -> Document:
    """A call of somebody's API."""
    return module(
        id_,
        "http:ActionSendData",
        version=3,
        parameters={"handleErrors": True} | ({} if connection_id is None else {"__IMTCONN__": connection_id}),
        mapper={"url": url, "method": method, "parseResponse": True, "timeout": 60},
        **parts,
    )


def slack(id_: int, connection_id: int, channel: str, text: str, **parts: Any) -> Document:
    """A message to a channel."""
    return module(
        id_,
        "slack:CreateMessage",
        version=4,
        parameters={"__IMTCONN__": connection_id},
        mapper={"channel": channel, "channelWType": "list", "text": text},
        **parts,
    )


def blueprint(name: str, *flow: Document, keeps_incomplete: bool = True) -> Document:
    """A whole blueprint. `keeps_incomplete` is the setting "store incomplete executions"."""
    settings = {
        "roundtrips": 1,
        "maxErrors": 3,
        "autoCommit": True,
        "autoCommitTriggerLast": True,
        "sequential": False,
        "confidential": False,
        "dataloss": False,
        "dlq": keeps_incomplete,
        "freshVariables": False,
    }
    metadata: Document = {"version": 1, "scenario": settings, "designer": {"orphans": []}, "zone": "eu1.make.com"}
    return {"name": name, "flow": list(flow), "metadata": metadata}
