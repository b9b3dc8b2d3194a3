"""`python -m make_mcp.alive`: whether the server of this environment answers at /health. For a container's health check.

Standard library only, since it runs every half minute. Over stdio nobody can ask, and the process's end says it.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

_WITHIN = 3.0
"""Seconds."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # it is looked up, and not listened on


def main() -> int:
    """0 if it answers, or serves stdio; 1 if it does not."""
    if os.environ.get("MAKE_MCP_TRANSPORT", "stdio") not in {"http", "sse"}:
        return 0
    host = os.environ.get("MAKE_MCP_HOST") or "127.0.0.1"
    connection = HTTPConnection(
        _EVERYWHERE.get(host, host), int(os.environ.get("MAKE_MCP_PORT") or 8000), timeout=_WITHIN
    )
    try:
        connection.request("GET", "/health")
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
