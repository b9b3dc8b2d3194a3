"""One token that all callers share: for a team that trusts its members alike."""

import hashlib
import hmac

from mcp.server.auth.provider import AccessToken

from make_mcp import values
from make_mcp.signin.scopes import SCOPES

CLIENT = "token"
"""The name of every caller: one token cannot tell them apart."""


class StaticToken:
    """Takes this token and no other, in the form of the SDK's `TokenVerifier`; who has it may read and write.

    Raises:
        ValueError: it is too short, or could not stand in a header.
    """

    def __init__(self, token: str) -> None:
        # Of the digest: a comparison of other lengths would tell how long the token is.
        self._digest = _digest(values.token(token))
        self._access = AccessToken(token="", client_id=CLIENT, scopes=list(SCOPES))

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who calls, or None. The token itself is not in it."""
        return self._access if hmac.compare_digest(_digest(token), self._digest) else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
