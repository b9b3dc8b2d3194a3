"""Where a request carries its token: in one Authorization header, as RFC 6750 writes it, and nowhere else."""

import re
from urllib.parse import parse_qsl

from starlette.types import Scope

_BEARER = re.compile(rb"(?i:bearer) ([A-Za-z0-9._~+/-]+=*)")
_SCHEME = re.compile(rb"\s*bearer(?:[\s,]|$)", re.IGNORECASE)


class NotSignedIn(Exception):
    """A request without a token that can be checked. The text is for the caller.

    `tried` is False where the caller brought nothing that could have been one: RFC 6750 names no error to those.
    """

    def __init__(self, why: str, *, tried: bool) -> None:
        super().__init__(why)
        self.tried = tried


def token_of(scope: Scope) -> str:
    """The token of a request.

    Raises:
        NotSignedIn: there is none, or it stands where or as it must not.
    """
    query: bytes = scope.get("query_string", b"")
    # Addresses are kept in logs and histories, so it does not count there; beside a good header it is still a mistake to mend.
    if query and any(name == "access_token" for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)):
        raise NotSignedIn("Send the token in the Authorization header alone, and not in the address.", tried=True)
    values: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not values:
        raise NotSignedIn("Sign in: send the header Authorization with Bearer, a space and your token.", tried=False)
    if len(values) > 1:
        raise NotSignedIn("Send one Authorization header: this request has several.", tried=True)
    if (found := _BEARER.fullmatch(values[0])) is not None:
        return found[1].decode("ascii")
    if _SCHEME.match(values[0]) is None:
        raise NotSignedIn("Sign in with a Bearer token: no other scheme is taken.", tried=False)
    raise NotSignedIn("The Authorization header takes Bearer, one space and the token, and nothing else.", tried=True)
