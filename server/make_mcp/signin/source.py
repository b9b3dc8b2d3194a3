"""Where the keys of an issuer are, and how they are fetched: over TLS, from the issuer alone, in little time and little space."""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
import httpx2

from make_mcp import __version__, values
from make_mcp.signin.keys import KeySet, Unfit, keys_of

DEADLINE = 5.0
"""Seconds for all of it: finding where the keys are, and getting them."""
LARGEST = 256_000
"""Bytes of one document."""
FRESH = 600.0
"""Seconds for which keys are fresh, where the issuer does not say."""
LEAST, MOST = 60.0, 3600.0
"""Seconds, whatever the issuer says: fewer would have it asked all the time, and more would keep a key that was withdrawn."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?([0-9]{1,9})", re.IGNORECASE)
_HEADERS = {
    "accept": "application/json, application/jwk-set+json",
    # Packed answers could swell.
    "accept-encoding": "identity",
    "user-agent": f"make-mcp/{__version__}",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """The keys, and for how many seconds they are fresh."""

    keys: KeySet
    seconds: float


class Source:
    """The keys of an issuer at `jwks_url`, or where the issuer's metadata says.

    Raises:
        ValueError: one of the two is no URL that can be trusted.
    """

    def __init__(self, issuer: str, jwks_url: str | None = None) -> None:
        self._issuer = values.tls_url(issuer)
        if urlsplit(issuer).query:
            raise ValueError("takes an issuer without a query")
        self._jwks_url = None if jwks_url is None else values.tls_url(jwks_url)

    async def fetch(self) -> Fetched:
        """The keys as they are now.

        Raises:
            Unfit, TimeoutError, httpx2.HTTPError: they cannot be had.
        """
        with anyio.fail_after(DEADLINE):
            async with self._client() as client:
                document, headers = await _document(client, self._jwks_url or await self._found(client))
        return Fetched(keys_of(document), _seconds(headers))

    async def _found(self, client: httpx2.AsyncClient) -> str:
        """Where the issuer's metadata says that its keys are (RFC 8414, then OpenID Connect Discovery)."""
        why = Unfit("its metadata says nothing of keys")
        for address in metadata_of(self._issuer):
            try:
                document, _ = await _document(client, address)
                return keys_address(self._issuer, document)
            except Unfit as error:
                why = error
        raise why

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context()

    def _client(self) -> httpx2.AsyncClient:
        """A client for one fetch: minutes pass between two."""
        return httpx2.AsyncClient(
            verify=self._tls,
            headers=_HEADERS,
            # A redirect could lead to somebody else's keys.
            follow_redirects=False,
            # The deadline is for all of it.
            timeout=None,
            # http is for this machine alone, and goes through no proxy.
            mounts={"http://": httpx2.AsyncHTTPTransport(verify=self._tls)},
        )


def metadata_of(issuer: str) -> tuple[str, str]:
    """Where an issuer's metadata can be: with its path behind the well-known part, or before it."""
    root, path = issuer.rstrip("/"), urlsplit(issuer).path.rstrip("/")
    origin = root.removesuffix(path)
    return f"{origin}/.well-known/oauth-authorization-server{path}", f"{root}/.well-known/openid-configuration"


def keys_address(issuer: str, metadata: Mapping[str, Any]) -> str:
    """Where the metadata of an issuer says that its keys are.

    Raises:
        Unfit: it is not this issuer's, or says nothing that can be trusted.
    """
    if metadata.get("issuer") != issuer:
        # Else the metadata of one tenant would do for another.
        raise Unfit("its metadata is of another issuer")
    found = metadata.get("jwks_uri")
    try:
        address = values.tls_url(found) if isinstance(found, str) else ""
    except ValueError:
        address = ""
    # One of the network must not send us to this machine.
    if urlsplit(address).scheme not in {"https", urlsplit(issuer).scheme}:
        raise Unfit("its metadata gives no address of keys that can be trusted")
    return address


async def _document(client: httpx2.AsyncClient, address: str) -> tuple[Mapping[str, Any], httpx2.Headers]:
    """A JSON object, and the headers it came with."""
    async with client.stream("GET", address, extensions={"trace": _Watch()}) as response:
        if response.status_code != 200:
            raise Unfit(f"status {response.status_code}")
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Unfit("the answer is packed, which was not asked for")
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise Unfit(f"the answer is larger than {LARGEST // 1000} kB")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Unfit("the answer is no JSON") from None
    if not isinstance(document, dict):
        raise Unfit("the answer is no JSON object")
    return cast("dict[str, Any]", document), response.headers


def _seconds(headers: httpx2.Headers) -> float:
    said = _MAX_AGE.search(headers.get("cache-control", ""))
    return FRESH if said is None else min(max(float(said[1]), LEAST), MOST)


class _Watch:
    """Closes a connection whose TLS handshake is cut off by the deadline: the client forgets it, and leaves it open."""

    def __init__(self) -> None:
        self._opened: Any = None

    async def __call__(self, step: str, told: Mapping[str, Any]) -> None:
        if step.endswith(".connect_tcp.complete"):
            self._opened = told["return_value"]
        elif step.endswith(".start_tls.failed") and self._opened is not None:
            with anyio.CancelScope(shield=True):
                await self._opened.aclose()
