"""Under which names the server is reached, and which web pages may call it.

Both are exact lists. A page whose name is made to point at this machine (DNS rebinding) sends a Host that is not on the
list, and a page that calls across origins sends its own Origin; the SDK's own lists compare beginnings.
"""

from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from make_mcp.hosting.refusals import refuse

Refused = Callable[[str], None]
"""Hears why a request was refused, in a word."""


class Addresses:
    """Lets through what is addressed to one of the hosts, and comes from no web page or from one of the origins."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str], refused: Refused) -> None:
        self._app = app
        self._hosts = frozenset(host.encode() for host in hosts)
        self._origins = frozenset(origin.encode() for origin in origins)
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            self._refused("host")
            await refuse(send, 421, _HOST)
        elif origins and (len(origins) > 1 or origins[0] not in self._origins):
            self._refused("origin")
            await refuse(send, 403, _ORIGIN)
        else:
            await self._app(scope, receive, send)


_HOST = (
    "This server is not reached under the Host of this request. Its operator can allow it: --allowed-hosts takes it exactly "
    "as it stands in the URL."
)
_ORIGIN = (
    "This server takes no calls from the web page (Origin) of this request. Its operator can allow it: --allowed-origins takes "
    "it exactly as the browser sends it."
)
