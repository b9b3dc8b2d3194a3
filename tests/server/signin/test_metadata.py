"""What a client without a token finds out, and what it does with it."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.server.signin.asking import Inside, guarded
from tests.server.signin.issuer import RESOURCE, issuing, signer

from make_mcp.signin.jwks import IssuerKeys
from make_mcp.signin.metadata import metadata_routes, metadata_url
from make_mcp.signin.static import StaticToken

WELL_KNOWN = "/.well-known/oauth-protected-resource"
ISSUERS = [
    "https://login.example.com",
    "https://login.example.com/",
    "https://login.example.com/realms/team",
    "http://127.0.0.1:9000",
]


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        (RESOURCE, f"https://make.example.com{WELL_KNOWN}/mcp"),
        ("https://make.example.com:8443/team/mcp", f"https://make.example.com:8443{WELL_KNOWN}/team/mcp"),
        ("https://make.example.com", f"https://make.example.com{WELL_KNOWN}"),
        ("http://127.0.0.1:8000/mcp", f"http://127.0.0.1:8000{WELL_KNOWN}/mcp"),
    ],
)
def test_the_metadata_of_a_resource_is_where_its_standard_says(resource: str, url: str):
    assert metadata_url(resource) == url
    (route,) = metadata_routes(resource, ISSUERS[0])
    assert url.endswith(route.path)


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_the_metadata_names_the_issuer_letter_by_letter(issuer: str):
    app = Starlette(routes=metadata_routes(RESOURCE, issuer))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        response = await http.get(metadata_url(RESOURCE))
    assert response.status_code == 200
    assert response.json() == {
        "resource": RESOURCE,
        "authorization_servers": [issuer],
        "scopes_supported": ["make:read", "make:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "make-mcp",
    }


async def test_a_client_gets_from_the_refusal_to_the_issuer_and_in():
    async with issuing() as issuer, IssuerKeys(issuer.name) as keys:
        guard = guarded(issuer.verifier(keys), Inside(), metadata_url(RESOURCE))
        app = Starlette(routes=[*metadata_routes(RESOURCE, issuer.name), Mount("/mcp", guard)])
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
            refused = await http.post(f"{RESOURCE}/")
            assert refused.status_code == 401
            address = refused.headers["www-authenticate"].split('resource_metadata="')[1].split('"')[0]
            metadata = (await http.get(address)).json()
            assert metadata["authorization_servers"] == [issuer.name]
            token = signer().sign(issuer.claims(resource=metadata["resource"], scope=metadata["scopes_supported"][0]))
            taken = await http.post(f"{RESOURCE}/", headers={"authorization": f"Bearer {token}"})
            assert taken.status_code == 200


async def test_a_shared_token_advertises_no_issuer():
    app = Starlette(routes=[Mount("/", guarded(StaticToken("x" * 32)))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        for path in (f"{WELL_KNOWN}/mcp", WELL_KNOWN, "/mcp"):
            response = await http.get(f"https://make.example.com{path}")
            assert response.status_code == 401
            assert response.headers["www-authenticate"] == 'Bearer scope="make:read make:write"'
