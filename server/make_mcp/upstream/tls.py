"""How the other end proves who it is: one context for all connections, since it takes a while to make and much memory to keep."""

import os
import ssl
from functools import lru_cache

import httpx2

_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables that name other certificates than the usual ones."""


def context() -> ssl.SSLContext:
    """The context of this environment.

    Raises:
        OSError: the certificates that it names cannot be read.
    """
    return _made(tuple(os.environ.get(name) for name in _NAMES))


@lru_cache(maxsize=4)
def _made(_: tuple[str | None, ...]) -> ssl.SSLContext:
    return httpx2.create_ssl_context()
