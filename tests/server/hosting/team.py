"""A team whose members sign in with the tokens of an issuer."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from tests.server.signin.issuer import Issuer, issuing, signer

URL = "https://make.example.com/mcp"
READ, WRITE = "make:read", "make:write"
BOTH = (READ, WRITE)


class Team:
    """Its issuer, as a server and its members see it."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer

    @property
    def flags(self) -> dict[str, Any]:
        """Settings of a server that takes its tokens."""
        return {"auth_issuer": self.issuer.name, "public_url": URL}

    def token(self, subject: str, *scopes: str, **claims: object) -> str:
        """A token of a member; without scopes it lets do everything."""
        now = time.time()
        times = {"iat": now, "nbf": now, "exp": now + 600}
        said = {"sub": subject, "scope": " ".join(scopes or BOTH), "aud": URL, **times, **claims}
        return signer().sign(self.issuer.claims(**said))


@asynccontextmanager
async def team() -> AsyncGenerator[Team]:
    async with issuing() as issuer:
        yield Team(issuer)


def keep(file: Path, entries: Mapping[str, Mapping[str, str]]) -> Path:
    """Writes a file of credentials that only its owner can read, all at once as a secret store does it."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(to_json(entries))
    fresh.chmod(0o600)
    fresh.replace(file)
    return file
