"""The form of a wire case, and values that several of them use."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from make_tools import Request


class Case(NamedTuple):
    tool: str
    arguments: Mapping[str, Any]
    request: Request


class Refused(NamedTuple):
    tool: str
    arguments: Mapping[str, Any]
    why: str


PAGE = {"limit": 7, "offset": 14, "sort": "-name"}
PG = {"pg[limit]": 7, "pg[offset]": 14, "pg[sortBy]": "name", "pg[sortDir]": "desc"}

BLUEPRINT = {"name": "Orders", "flow": [{"id": 1, "module": "http:Get", "mapper": None}], "metadata": {"version": 1}}
BLUEPRINT_TEXT = '{"name":"Orders","flow":[{"id":1,"module":"http:Get","mapper":null}],"metadata":{"version":1}}'
BLUEPRINT_AS_TYPED = '{ "flow": [], "metadata": {"ratio": 1.50},\n  "name": "Orders" }'
CLONE = {"scenarioId": 77, "organizationId": 11, "teamId": 22, "name": "Copy"}
SCHEDULING = {"type": "indefinitely", "interval": 900}
SCHEDULING_TEXT = '{"type":"indefinitely","interval":900}'
SCHEDULING_AS_TYPED = '{ "interval": 900, "type": "indefinitely" }'

RUN_A, RUN_B = "a07e16f2ad134bf49cf83a00aa95c0a5", "0123456789abcdef0123456789abcdef"
BEYOND_64_BITS = "225874569526501080000"
MATON_ID = "21fd90f9-5935-43cd-b6c8-bde9d915ca80"


def without_what_we_add(query: list[tuple[str, str]], wanted: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A query less the columns of a list that nobody asked for, and the one item more that tells whether there are more."""
    kept = [pair for pair in query if pair[0] != "cols[]" or "cols[]" in wanted]
    limit = wanted.get("pg[limit]")
    kept = [
        (name, str(limit) if name == "pg[limit]" and int(value) == (limit or 0) + 1 else value) for name, value in kept
    ]
    return kept if limit is not None else [pair for pair in kept if pair[0] != "pg[limit]"]
