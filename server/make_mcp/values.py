"""What the value of a setting must look like: each takes text and gives it back in its plain form.

Each raises ValueError with a text that says what is taken, and never the value.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+")
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
_ZONE = re.compile(r"[a-z]{2}[0-9]{1,2}")
_ZONE_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(make|celonis)\.com")
_PACE = re.compile(r"[1-9][0-9]{0,6}/(second|minute|hour)")
_REDIS = re.compile(r"rediss?://[!-~]+")
_HEADER = re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
SHORTEST_TOKEN = 32
"""Characters."""
_TOKEN = re.compile(f"(?=.{{{SHORTEST_TOKEN},1024}}$)[A-Za-z0-9._~+/-]+=*")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of those that JWTs can have, the ones whose keys the issuer can publish."""


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


def address(value: str) -> str:
    """An address of this machine to listen on."""
    found = value.strip()
    if found == "localhost":
        return found
    try:
        return str(ip_address(found))
    except ValueError:
        raise ValueError("takes an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0 (all of them)") from None


def host(value: str) -> str:
    """A Host header, as clients send it: a name or address in small letters, and a port where it is not the usual one."""
    if not _HEADER.fullmatch(value) or not _is_port(value.rpartition(":")[2]):
        raise ValueError(
            "takes hosts as they stand in a URL, such as make.example.com or make.example.com:8443, in small letters, without "
            "https:// and without *"
        )
    return value


def _is_port(text: str) -> bool:
    """Whether it is one, if it is a number at all."""
    return not text.isdigit() or 0 < int(text) < 2**16


def origin(value: str) -> str:
    """The origin of a web page, as a browser sends it."""
    scheme, _, rest = value.partition("://")
    if scheme not in {"https", "http"} or not rest or _origin(value) != value:
        raise ValueError("takes origins of web pages, such as https://app.example.com, without a path and without *")
    return value


def _origin(value: str) -> str | None:
    try:
        url = urlsplit(value)
        name, port = host(url.netloc), url.port
    except ValueError:
        return None
    usual = {"https": 443, "http": 80}.get(url.scheme)
    return None if port == usual or "@" in name else f"{url.scheme}://{name}"


def tls_url(value: str) -> str:
    """A URL of somebody who is trusted: https, or this machine. As it was given: an issuer is compared letter by letter."""
    found = value.strip()
    try:
        url = urlsplit(found)
        port = url.port
    except ValueError:
        raise ValueError("takes a URL such as https://login.example.com") from None
    del port
    if (
        not url.hostname
        or url.username
        or url.password
        or url.fragment
        or not found.isascii()
        or not found.isprintable()
        or " " in found
    ):
        raise ValueError("takes a URL such as https://login.example.com, without credentials or fragment")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise ValueError("takes https; http only for 127.0.0.1, localhost and [::1]")
    return found


def issuer(value: str) -> str:
    """The name of an issuer of tokens, which is a URL."""
    found = tls_url(value)
    if "?" in found:
        raise ValueError("takes a URL such as https://login.example.com, without a query")
    return found


def public_url(value: str) -> str:
    """The URL of the endpoint, as clients write it."""
    found = tls_url(value).removesuffix("/")
    if urlsplit(found).query:
        raise ValueError("takes a URL such as https://make.example.com/mcp, without a query")
    return found


def token(value: str) -> str:
    """A token that callers bring."""
    found = value.strip(" \t\r\n")
    if not _TOKEN.fullmatch(found):
        raise ValueError(
            f"takes a token of at least {SHORTEST_TOKEN} letters, digits and -._~+/ (= at its end); `openssl rand -hex 32` makes one"
        )
    return found


def algorithms(value: tuple[str, ...]) -> tuple[str, ...]:
    """Algorithms of signatures that everybody can check and the issuer alone can make."""
    if not set(value) <= set(ALGORITHMS):
        raise ValueError(f"takes of {', '.join(ALGORITHMS)}: with any other who can check a token could make one")
    return value
