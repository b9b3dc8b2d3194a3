"""Where a client learns whose tokens are taken: the metadata of RFC 9728. Only with an issuer; one shared token has none."""

from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.shared.auth import ProtectedResourceMetadata
from starlette.routing import Route

from make_mcp.signin.scopes import SCOPES

NAME = "make-mcp"


def metadata_url(resource: str) -> str:
    """The address of the metadata of this resource, whose own URL it is given."""
    return str(build_resource_metadata_url(_metadata(resource, resource).resource))


def metadata_routes(resource: str, issuer: str) -> list[Route]:
    """The route of the metadata: `/.well-known/oauth-protected-resource` and the path of the resource. Everybody may read it."""
    known = _metadata(resource, issuer)
    return create_protected_resource_routes(known.resource, known.authorization_servers, list(SCOPES), NAME)


def _metadata(resource: str, issuer: str) -> ProtectedResourceMetadata:
    # Read from text: only so does an issuer without a path stay as it is, which clients compare letter by letter.
    return ProtectedResourceMetadata.model_validate({"resource": resource, "authorization_servers": [issuer]})
