"""The practice account over real HTTP, for any client."""

from __future__ import annotations

import os

import make_sandbox


def serve(host: str, port: int, database: str | os.PathLike[str] | None = None) -> None:
    """See `make_sandbox.serve`."""
    import uvicorn

    # Warnings go to stderr through uvicorn's own handler. The access log would go to stdout, and name every path.
    uvicorn.run(make_sandbox.create_app(database), host=host, port=port, log_level="warning", access_log=False)


def banner(host: str, port: int) -> str:
    """See `make_sandbox.banner`."""
    name = f"[{host}]" if ":" in host else host
    root = f"http://{name}:{port}"
    return f"""A practice Make account, nothing in it is real.

Make's API      {root}/api/v2
  token         {make_sandbox.TOKEN}
  try           curl -H "Authorization: Token {make_sandbox.TOKEN}" {root}/api/v2/users/me

Maton's gateway {root}/make/api/v2
  key           {make_sandbox.KEY}
  try           curl -H "Authorization: Bearer {make_sandbox.KEY}" {root}/make/api/v2/organizations
"""
