"""The Authorization header: what lets a request in, and what every other one is told."""

import logging

import anyio
import pytest
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from starlette.types import Message, Receive, Scope, Send
from tests.server.signin.asking import METADATA_URL, Inside, ask, guarded

from make_mcp.signin.guard import SignIn
from make_mcp.signin.scopes import READ, WRITE, may_read, may_write
from make_mcp.signin.static import StaticToken

TOKEN = "kept-by-the-team_0123456789.~+/ab=="
VERIFIER = StaticToken(TOKEN)

NO_TOKEN = {
    "none": (),
    "empty": ("",),
    "the token alone": (TOKEN,),
    "Basic": ("Basic dG9rZW46dG9rZW4=",),
    "Basic with the token": (f"Basic {TOKEN}",),
    "Make's own": (f"Token {TOKEN}",),
    "Digest": ('Digest username="token"',),
    "a longer scheme": (f"Bearers {TOKEN}",),
    "in front of another": (f"Basic x, Bearer {TOKEN}",),
}
"""Requests in which nobody tried to bring a Bearer token."""
BAD_TOKEN = {
    "Bearer alone": ("Bearer",),
    "nothing behind Bearer": ("Bearer ",),
    "two spaces": (f"Bearer  {TOKEN}",),
    "a tab": (f"Bearer\t{TOKEN}",),
    "a space in front": (f" Bearer {TOKEN}",),
    "a space behind": (f"Bearer {TOKEN} ",),
    "a line break behind": (f"Bearer {TOKEN}\n",),
    "two tokens": (f"Bearer {TOKEN} {TOKEN}",),
    "two tokens with a comma": (f"Bearer {TOKEN}, Bearer {TOKEN}",),
    "a comma": (f"Bearer {TOKEN},",),
    "a parameter": (f'Bearer token="{TOKEN}"',),
    "quoted": (f'Bearer "{TOKEN}"',),
    "two headers": (f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
    "a good one before a bad one": (f"Bearer {TOKEN}", "Bearer wrong"),
    "a bad one before a good one": ("Basic x", f"Bearer {TOKEN}"),
    "wrong": ("Bearer wrong",),
    "shorter": (f"Bearer {TOKEN[:-1]}",),
    "longer": (f"Bearer {TOKEN}=",),
    "in capitals": (f"Bearer {TOKEN.upper()}",),
    "not ASCII": (b"Bearer \xff\xfe",),
    "the token and a byte beyond ASCII": (f"Bearer {TOKEN}".encode() + b"\xc2\xa0",),
    "NUL": (f"Bearer {TOKEN}\x00",),
    "very long": ("Bearer " + "a" * 60_000,),
    "padding in the middle": ("Bearer =" + TOKEN,),
}
"""Requests in which somebody tried."""
GOOD = [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER {TOKEN}", f"bEaReR {TOKEN}"]


@pytest.mark.parametrize("values", NO_TOKEN.values(), ids=NO_TOKEN)
async def test_who_brings_no_token_is_told_how_to_get_one(values: tuple[str, ...]):
    inside = Inside()
    answered = await ask(guarded(VERIFIER, inside, METADATA_URL), *values)
    assert (answered.status, inside.callers) == (401, [])
    assert answered.challenge == f'Bearer scope="make:read make:write", resource_metadata="{METADATA_URL}"'
    assert answered.json["error"] == "unauthorized"
    assert answered.json["error_description"].endswith(".")


@pytest.mark.parametrize("values", BAD_TOKEN.values(), ids=BAD_TOKEN)
async def test_who_brings_a_token_that_is_not_taken_is_told_so(values: tuple[bytes | str, ...]):
    inside = Inside()
    answered = await ask(guarded(VERIFIER, inside), *values)
    assert (answered.status, inside.callers) == (401, [])
    assert set(answered.json) == {"error", "error_description"}
    assert answered.json["error"] == "invalid_token"
    assert answered.challenge == (
        f'Bearer error="invalid_token", error_description="{answered.json["error_description"]}", '
        'scope="make:read make:write"'
    )
    assert TOKEN not in answered.body.decode() + answered.challenge


@pytest.mark.parametrize("value", GOOD)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_the_token_lets_in(value: str, method: str):
    inside = Inside()
    answered = await ask(guarded(VERIFIER, inside), value, method=method, query=b"session_id=5&empty")
    assert answered.status == 200
    assert [(one.client_id, one.scopes, one.subject) for one in inside.callers] == [("token", [READ, WRITE], None)]
    assert get_access_token() is None


@pytest.mark.parametrize("query", [b"access_token=", b"a=b&access_token=x", b"access%5Ftoken=x", b"access_token"])
@pytest.mark.parametrize("values", [(), (GOOD[0],)], ids=["alone", "beside a good header"])
async def test_a_token_in_the_address_does_not_count(query: bytes, values: tuple[str, ...]):
    inside = Inside()
    answered = await ask(guarded(VERIFIER, inside), *values, query=query.replace(b"x", TOKEN.encode()))
    assert (answered.status, inside.callers) == (401, [])
    assert 'error="invalid_token"' in answered.challenge
    assert "address" in answered.json["error_description"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("path", ["/mcp", "/", "/messages/", "/health", "//mcp", "/.well-known/x"])
async def test_every_method_and_path_behind_it_takes_a_token(method: str, path: str):
    inside = Inside()
    assert (await ask(guarded(VERIFIER, inside), method=method, path=path)).status == 401
    assert inside.scopes == []


async def test_answers_are_kept_by_no_cache_and_say_their_size():
    answered = await ask(guarded(VERIFIER))
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["content-type"] == "application/json"
    assert int(answered.headers["content-length"]) == len(answered.body)


class Says:
    """A verifier that knows everybody, with these scopes."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = list(scopes)

    async def verify_token(self, token: str) -> AccessToken | None:
        return AccessToken(token="", client_id=token, scopes=self.scopes)


@pytest.mark.parametrize(
    "scopes", [(), ("make",), ("make:Read",), ("read", "write"), ("make:*",), ("make:read make:write",)]
)
async def test_a_token_without_a_scope_of_ours_is_told_which_there_are(scopes: tuple[str, ...]):
    inside = Inside()
    answered = await ask(guarded(Says(*scopes), inside, METADATA_URL), "Bearer someone")
    assert (answered.status, inside.callers) == (403, [])
    assert answered.json["error"] == "insufficient_scope"
    assert answered.challenge.startswith('Bearer error="insufficient_scope", ')
    assert 'scope="make:read make:write"' in answered.challenge
    assert f'resource_metadata="{METADATA_URL}"' in answered.challenge


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        ((), False, False),
        ((READ,), True, False),
        ((WRITE,), True, True),
        ((READ, WRITE), True, True),
        (("x",), False, False),
    ],
)
async def test_who_may_write_may_read(scopes: tuple[str, ...], reads: bool, writes: bool):  # columns
    assert (may_read(scopes), may_write(scopes)) == (reads, writes)
    assert (await ask(guarded(Says(*scopes)), "Bearer someone")).status == (200 if reads else 403)


class Breaks:
    """A verifier that does not work."""

    async def verify_token(self, token: str) -> AccessToken | None:
        raise LookupError(f"nothing is known of {token}")


async def test_a_verifier_that_fails_lets_nobody_in(caplog: pytest.LogCaptureFixture):
    inside = Inside()
    with caplog.at_level(logging.DEBUG):
        answered = await ask(guarded(Breaks(), inside), f"Bearer {TOKEN}")
    assert (answered.status, inside.callers) == (401, [])
    assert caplog.messages == ["a token could not be checked: LookupError"]
    assert TOKEN not in caplog.text + answered.body.decode()


async def test_callers_at_once_are_each_themselves():
    names = [f"caller-{number}" for number in range(64)]
    inside: set[str] = set()
    all_there = anyio.Event()

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        inside.add(scope["user"].display_name)
        if len(inside) == len(names):
            all_there.set()
        await all_there.wait()
        access = get_access_token()
        assert access is not None
        await send({"type": "http.response.start", "status": 200, "headers": [(b"who", access.client_id.encode())]})
        await send({"type": "http.response.body", "body": b""})

    async def come(name: str) -> None:
        assert (await ask(SignIn(app, Says(READ)), f"Bearer {name}")).headers["who"] == name

    async with anyio.create_task_group() as tasks:
        for name in names:
            tasks.start_soon(come, name)
    assert inside == set(names)


async def test_nothing_gets_in_over_a_web_socket():
    inside, sent = Inside(), list[Message]()

    async def nothing() -> Message:
        raise AssertionError("it reads")

    async def send(message: Message) -> None:
        sent.append(message)

    await guarded(VERIFIER, inside)(
        {"type": "websocket", "headers": [(b"authorization", GOOD[0].encode())]}, nothing, send
    )
    assert (inside.scopes, sent) == ([], [{"type": "websocket.close", "code": 1008}])
    await guarded(VERIFIER, inside)({"type": "lifespan"}, nothing, send)
    assert [scope["type"] for scope in inside.scopes] == ["lifespan"]


# ---- The token itself


@pytest.mark.parametrize(
    "token",
    [
        "",
        " ",
        TOKEN + " ",
        " " + TOKEN,
        TOKEN + "\n",
        TOKEN[:-1],
        TOKEN.swapcase(),
        "ä" * 40,
        "\ud800",
        "\0",
        "x" * 10**6,
        TOKEN * 2,
    ],
    ids=range(12),
)
async def test_only_the_token_itself_is_taken(token: str):
    assert await VERIFIER.verify_token(token) is None


async def test_the_token_is_not_handed_on():
    access = await VERIFIER.verify_token(TOKEN)
    assert access is not None
    assert TOKEN not in repr(access) + repr(vars(VERIFIER))


@pytest.mark.parametrize("token", ["", "x" * 31, "x" * 31 + " ", "ü" * 40, "x y" * 20, "x" * 32 + "\nx"])
def test_a_token_that_is_short_or_fits_no_header_is_refused_at_the_start(token: str):
    with pytest.raises(ValueError, match="takes a token of at least 32"):
        StaticToken(token)
