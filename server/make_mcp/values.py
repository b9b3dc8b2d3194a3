"""What the value of a setting must look like: each takes text and gives it back in its plain form.

Each raises ValueError with a text that says what is taken, and never the value.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+")
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
_ZONE = re.compile(r"[a-z]{2}[0-9]{1,2}")
_ZONE_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(make|celonis)\.com")
_PACE = re.compile(r"[1-9][0-9]{0,6}/(second|minute|hour)")
_REDIS = re.compile(r"rediss?://[!-~]+")


def key(value: str) -> str:
    """A key that fits into a header."""
    found = value.strip(" \t\r\n")
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise ValueError("holds no usable key: it is empty, or has spaces or characters that a key cannot have")
    return found


def zone(value: str) -> str:
    """The host of a zone of Make, from `eu1`, `eu1.make.com` or its URL."""
    host = value.strip().lower().removeprefix("https://").rstrip("/")
    host = f"{host}.make.com" if _ZONE.fullmatch(host) else host
    if not _ZONE_HOST.fullmatch(host):
        raise ValueError("takes a zone such as eu1.make.com; for another host set MAKE_BASE_URL")
    return host


def base_url(value: str) -> str:
    """A URL to which a key may go: https, or this machine."""
    try:
        url = urlsplit(value.strip())
        port = url.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if (
        not url.hostname
        or url.username
        or url.password
        or url.query
        or url.fragment
        or url.scheme not in {"https", "http"}
    ):
        raise ValueError("takes a URL such as https://proxy.example.com, without credentials, query or fragment")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ValueError("takes https; http only for 127.0.0.1, localhost and [::1], since the key goes there")
    if not _HOST.fullmatch(url.hostname):
        raise ValueError("takes a URL whose host is a plain name or address")
    if not all(_SEGMENT.fullmatch(segment) for segment in url.path.rstrip("/").split("/")[1:]):
        raise ValueError("takes a URL whose path is of plain letters and digits")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}{f':{port}' if port else ''}{url.path.rstrip('/')}"


def pace(value: str) -> str:
    """A number of requests in a unit of time, such as `5/second`, or `off`."""
    found = value.strip()
    if found != "off" and not _PACE.fullmatch(found):
        raise ValueError("takes a number of requests per second, minute or hour, as in 5/second; or off")
    return found


def redis_url(value: str) -> str:
    """The address of a Redis server."""
    url = value.strip()
    if not _REDIS.fullmatch(url):
        raise ValueError(
            "holds no address of Redis: it takes one such as redis://127.0.0.1:6379/0, or rediss:// for TLS"
        )
    return url


def sign_in_of_redis(url: str) -> Iterator[str]:
    """The parameters of an address of Redis, as they are written, that hold a user or a password."""
    for written in url.partition("#")[0].partition("?")[2].split("&"):
        # As the client reads it, for whom `pass%77ord` is a password too.
        if any(name.lower().endswith(("password", "username")) for name, _ in parse_qsl(written)):
            yield written
