"""Where the keys of an issuer are, when only its name is known."""

import pytest
from tests.server.faults.manners import Manner, answer, hang_up
from tests.server.signin.issuer import METADATA, OPENID, issuing, signer

from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.source import Source, Unfit, keys_address, metadata_of

ADDRESSES = [
    ("https://a.example", "https://a.example{oauth}", "https://a.example{openid}"),
    ("https://a.example/", "https://a.example{oauth}", "https://a.example{openid}"),
    ("https://a.example:8443/t", "https://a.example:8443{oauth}/t", "https://a.example:8443/t{openid}"),
    ("https://a.example/realms/team/", "https://a.example{oauth}/realms/team", "https://a.example/realms/team{openid}"),
    ("http://[::1]:80/x", "http://[::1]:80{oauth}/x", "http://[::1]:80/x{openid}"),
    ("https://a.example/a/a", "https://a.example{oauth}/a/a", "https://a.example/a/a{openid}"),
]


@pytest.mark.parametrize(("issuer", "oauth", "openid"), ADDRESSES)
def test_metadata_is_where_its_standards_say(issuer: str, oauth: str, openid: str):
    assert metadata_of(issuer) == (oauth.format(oauth=METADATA), openid.format(openid=OPENID))


@pytest.mark.parametrize("path", ["", "/", "/realms/team", "/realms/team/"])
async def test_keys_are_found_through_the_issuers_metadata(path: str):
    async with issuing() as issuer:
        issuer.name += path
        issuer.upstream.on(METADATA + path.rstrip("/"), answer(issuer.metadata()))
        async with IssuerKeys(issuer.name) as found:
            assert await found.find(signer().kid)
        assert [request.path for request in issuer.upstream.arrived] == [METADATA + path.rstrip("/"), "/jwks"]


@pytest.mark.parametrize(
    "first",
    [answer(b"", 404), answer(b"<html>"), answer({}), answer({"issuer": "https://evil.example", "jwks_uri": "x"})],
)
async def test_keys_are_found_through_openid_where_the_other_metadata_is_of_no_use(first: Manner):
    async with issuing() as issuer:
        issuer.upstream.on(METADATA, first)
        issuer.upstream.on(OPENID, answer(issuer.metadata()))
        async with IssuerKeys(issuer.name) as found:
            assert await found.find(signer().kid)
        assert [request.path for request in issuer.upstream.arrived] == [METADATA, OPENID, "/jwks"]


async def test_an_address_of_keys_that_is_given_is_the_only_one_asked():
    async with issuing() as issuer, IssuerKeys(issuer.name, issuer.jwks_url) as found:
        assert await found.find(signer().kid)
        assert [request.path for request in issuer.upstream.arrived] == ["/jwks"]


OTHERS = ["https://evil.example", "{name}/", "{name}/tenant", "", None, ["{name}"], 5]


@pytest.mark.parametrize("said", OTHERS)
async def test_metadata_of_another_issuer_is_not_used(said: object):
    async with issuing() as issuer:
        other = said.format(name=issuer.name) if isinstance(said, str) else said
        for path in (METADATA, OPENID):
            issuer.upstream.on(path, answer(issuer.metadata(issuer=other)))
        with pytest.raises(Unfit, match="of another issuer"):
            await Source(issuer.name).fetch()
        assert issuer.fetches == 0


NOWHERE = [
    None, 5, "", "/jwks", "jwks", "ftp://a.example/jwks", "file:///etc/passwd", "http://a.example/jwks", "http://169.254.169.254/",
    "http://127.0.0.1.evil.example/", "https://user:secret@a.example/", "https://", "http://[::1", "https://a.example/#x", "https://a.example/ü",
]  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE)
async def test_an_address_of_keys_that_cannot_be_trusted_is_not_asked(address: object):
    async with issuing() as issuer:
        for path in (METADATA, OPENID):
            issuer.upstream.on(path, answer(issuer.metadata(jwks_uri=address)))
        with pytest.raises(Unfit, match="no address of keys that can be trusted") as error:
            await Source(issuer.name).fetch()
        assert not isinstance(address, str) or len(address) < 5 or address not in str(error.value)


def test_an_issuer_of_the_network_cannot_send_us_to_this_machine():
    told = {"issuer": "https://a.example", "jwks_uri": "http://127.0.0.1:6379/"}
    with pytest.raises(Unfit, match="no address of keys that can be trusted"):
        keys_address("https://a.example", told)
    assert keys_address("http://127.0.0.1:5", {**told, "issuer": "http://127.0.0.1:5"}) == told["jwks_uri"]


async def test_redirects_of_metadata_are_not_followed():
    async with issuing() as issuer:
        issuer.upstream.on("/elsewhere", answer(issuer.metadata()))
        for path in (METADATA, OPENID):
            issuer.upstream.on(path, answer(b"", 302, location="/elsewhere"))
        with pytest.raises(Unfit, match="status 302"):
            await Source(issuer.name).fetch()
        assert issuer.upstream.of("/elsewhere") == []


async def test_an_issuer_that_hangs_up_is_not_asked_for_more():
    async with issuing() as issuer:
        issuer.upstream.on(METADATA, hang_up)
        async with IssuerKeys(issuer.name) as found:
            assert not await found.find(signer().kid)
        assert [request.path for request in issuer.upstream.arrived] == [METADATA]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "a.example",
        "",
        "https://",
        "ftp://a.example",
        "https://u:p@a.example",
        "https://a.example#x",
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_refused_at_the_start(url: str):
    for given in ((url, None), ("https://a.example", url)):
        with pytest.raises(ValueError, match="takes"):
            IssuerKeys(*given)
    with pytest.raises(ValueError, match="without a query"):
        IssuerKeys("https://a.example?tenant=1")
