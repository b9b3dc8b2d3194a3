"""The independent guard on what leaves: only addresses below the API's own base.

It looks at the final URL alone, and trusts nothing that was decided before. A Maton key opens every app of its account, so
a path that climbed out of Make's part would turn a tool for Make into one for somebody's mail.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from make_mcp.upstream.errors import GuardError

_PORTS = {"https": 443, "http": 80}


class Guard:
    """Lets a URL pass that lies below one of the bases, each written as `https://host[:port]/path`."""

    def __init__(self, bases: Collection[str]) -> None:
        self._bases = [(_origin(base), urlsplit(base).path.rstrip("/")) for base in bases]

    def check(self, url: str) -> None:
        """Raises GuardError unless the URL lies below a base, by its letters and by its meaning."""
        try:
            origin = _origin(url)
        except ValueError:
            raise _outside() from None
        parts = urlsplit(url)
        path = parts.path
        # Of the whole: what takes a URL apart leaves line breaks out.
        plain = (
            url.isascii()
            and url.isprintable()
            and "%" not in path
            and "\\" not in path
            and ";" not in path
            and not parts.fragment
            and "@" not in parts.netloc
            and all(segment not in {"", ".", ".."} for segment in path.split("/")[1:])
        )
        if not plain or not any(
            origin == o and (path == prefix or path.startswith(prefix + "/")) for o, prefix in self._bases
        ):
            raise _outside()


def _outside() -> GuardError:
    return GuardError(
        "The request was stopped before it left: its address lies outside the API. Nothing was sent. "
        "Next: the same call with ids as the list tools show them, plain numbers or letters."
    )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
