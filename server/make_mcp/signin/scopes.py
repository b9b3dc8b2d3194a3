"""What a caller may do: `make:read` is for tools that read, `make:write` for all of them."""

from collections.abc import Collection

READ = "make:read"
WRITE = "make:write"
SCOPES = (READ, WRITE)


def may_read(scopes: Collection[str]) -> bool:
    """Whether these scopes let a caller list and call tools that read. Who may write may read."""
    return READ in scopes or WRITE in scopes


def may_write(scopes: Collection[str]) -> bool:
    """Whether these scopes let a caller list and call tools that write."""
    return WRITE in scopes
