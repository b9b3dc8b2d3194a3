"""Icons as `data:` URIs: plain shapes of ours, and small, since each list has them."""

from base64 import b64encode
from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import SERVER_INFO_META_KEY, Icon

_SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#8a31b0'/>"
    "<path d='{}' fill='none' stroke='#fff' stroke-width='2'/></svg>"
)


def icon(path: str) -> list[Icon]:
    """White lines on a violet ground; `path` is the `d` of an SVG path in a square of 16."""
    image = b64encode(_SVG.format(path).encode()).decode()
    return [Icon(src=f"data:image/svg+xml;base64,{image}", mime_type="image/svg+xml", sizes=["any"])]


async def once(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Middleware: the server's own icon goes out where a client asks who we are. The SDK says that again in each answer."""
    result = await call_next(ctx)
    if ctx.method != "server/discover" and isinstance(result, dict):
        meta: object = result.get("_meta")
        said = cast("dict[str, object]", meta).get(SERVER_INFO_META_KEY) if isinstance(meta, dict) else None
        if isinstance(said, dict):
            cast("dict[str, object]", said).pop("icons", None)
    return result


SERVER = "M4 8 7 11 12 5"
"""The tick of the bundle's icon."""
DIAGNOSE = "M10 10 13 13M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0"
"""A lens."""
REVIEW = "M4 12V9M8 12V4M12 12V7"
"""Bars."""
CHANGE = "M4 12V9.5L10.5 3 13 5.5 6.5 12Z"
"""A pen."""
MOVE = "M3 8H12M8 4 12 8 8 12"
"""An arrow."""
BLUEPRINT = "M4 3H12V13H4ZM4 8H12"
"""A sheet."""
RUNS = "M6 5 11 8 6 11Z"
"""A triangle that points on."""
