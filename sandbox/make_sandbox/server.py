"""The practice account over real HTTP, for any client."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

import make_sandbox
from make_sandbox import worlds
from make_sandbox.api.dispatch import Practice
from make_sandbox.network import Dropped

_open: dict[Any, asyncio.Transport] = {}
"""The open connections by the address of their client. There are some only while a process serves."""


class _Connection(H11Protocol):
    """A connection that can be found again by the request that came through it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it so
        super().connection_made(transport)
        # Else the second half of an answer waits 40 ms for the client to acknowledge the first: asyncio does this by
        # itself only for sockets that name their protocol.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _open[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _open.pop(self.client, None)
        super().connection_lost(exc)


def breaking(application: ASGIApp) -> ASGIApp:
    """Closes the connection of a request that is to be dropped: its client sees no answer at all."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await application(scope, receive, send)
        except Dropped:
            transport = _open.get(tuple(scope["client"]) if scope.get("client") else None)
            if transport is not None:
                transport.abort()
            # Until the server has noticed, it would answer 500 for an application that said nothing.
            while (await receive())["type"] != "http.disconnect":
                pass

    return answer


def serve(host: str, port: int, application: ASGIApp) -> None:
    """See `make_sandbox.serve`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        asyncio.run(serve_on(listening, application))


async def serve_on(listening: socket.socket, application: ASGIApp) -> None:
    """Serves the practice account, with a network in front of it or not, on a socket that listens already."""
    config = uvicorn.Config(
        breaking(application),
        http=_Connection,
        # The access log would go to stdout; the account has a log of its own.
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    server.servers = []
    try:
        await server.serve(sockets=[listening])
    finally:
        # One that is cancelled leaves its listeners behind.
        for listener in server.servers:
            listener.close()


def root(host: str, port: int) -> str:
    """The address of what is served on a host and a port."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def held(application: Starlette) -> str:
    """One line about what an account holds."""
    practice: Practice = application.state.practice
    with practice.account.store.transaction(writes=False):
        world, now = worlds.held(practice.account), practice.now().stamp()
    limits = "" if practice.limits is not None else ", without rate limits"
    return f"The world '{world['name']}', seed {world['seed']}, at {now}{limits}."


def banner(host: str, port: int) -> str:
    """See `make_sandbox.banner`."""
    address = root(host, port)
    token, key = make_sandbox.TOKEN, make_sandbox.KEY
    return f"""A practice Make account: nothing in it is real.

Make's API       {address}/api/v2
  token          {token}
  try            curl -H "Authorization: Token {token}" {address}/api/v2/users/me
Maton's gateway  {address}/make/api/v2 and {address}/connections
  key            {key}
  try            curl -H "Authorization: Bearer {key}" {address}/make/api/v2/organizations
The account      {address}/sandbox tells its ids, its hooks and its time; see docs/sandbox.md
"""
