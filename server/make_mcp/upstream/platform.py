"""Maton's own API, held to Make: its connections link the account to every other app too."""

from typing import Any, cast

from make_mcp.upstream.errors import Refused
from make_tools import Endpoint

PLATFORM = "/connections"
_APP = "make"


def hold_to_make(endpoint: Endpoint[...], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without links to other apps.

    Raises:
        Refused: the link that was asked for belongs to another app.
    """
    apps = [answer["app"]] if "app" in answer else []
    if "connection" in answer:
        one = answer["connection"]
        apps.append(cast("dict[str, Any]", one).get("app") if isinstance(one, dict) else None)
    if any(app != _APP for app in apps):
        raise Refused(
            f"{endpoint.name}: this id is not known to link Make, and was left alone. Next: maton_connections_list.",
            status=404,
            code=None,
        )
    many = answer.get("connections")
    if not isinstance(many, list):
        return answer
    links = [cast("dict[str, Any]", link) for link in cast("list[object]", many) if isinstance(link, dict)]
    return {**answer, "connections": [link for link in links if link.get("app", _APP) == _APP]}
