"""Why a run fails: always for a reason that stands in the account, so that it can be found and repaired.

* a connection, a data store or a hook of a module is gone,
* a connection's credentials no longer work (its test says so, and new ones repair it),
* a module calls a host below `.invalid`, which no name server knows (RFC 2606),
* what a module is given does not do: no JSON where it parses some, a record that is there already (see `modules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from make_sandbox.model import blueprints, credentials, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document, Table


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The module that fails, and the error as Make words it."""

    module: blueprints.Module
    name: str
    message: str

    @property
    def handlers(self) -> list[str]:
        """The modules of the error handler, in order."""
        return [str(module.get("module")) for module in blueprints.modules({"flow": self.module.get("onerror")})]

    def error(self) -> Document:
        """The error as the answer of a responsive run shows it."""
        module = str(self.module.get("module"))
        return {
            "name": self.name,
            "message": self.message,
            "causeModule": {"name": module, "appName": blueprints.app(self.module)},
        }


def reason(account: Account, module: blueprints.Module) -> tuple[str, str] | None:
    """Why a module fails, if it does: the name of Make's error, and its text."""
    connection_id = blueprints.parameter(module, "__IMTCONN__")
    if connection_id is not None:
        connection = _get(account, tables.CONNECTIONS, connection_id)
        if connection is None:
            return "InvalidConfigurationError", f"Connection not found '{connection_id}'."
        if not credentials.work(account, connection):
            return "InvalidAccessTokenError", f"[401] {connection['name']}: the credentials were refused."
    for name, table in (("datastore", tables.DATA_STORES), ("hook", tables.HOOKS), ("auth", tables.KEYS)):
        id_ = blueprints.parameter(module, name)
        if id_ is not None and _get(account, table, id_) is None:
            return "InvalidConfigurationError", f"Missing value of required parameter '{name}'."
    host = _host(module)
    if host.endswith(".invalid"):
        return "ConnectionError", f"getaddrinfo ENOTFOUND {host}"
    return None


def _get(account: Account, table: Table, id_: Any) -> Document | None:
    return account.store.get(table, id_) if blueprints.is_id(id_) else None


def _host(module: blueprints.Module) -> str:
    mapper = module.get("mapper")
    url = cast("Mapping[str, Any]", mapper).get("url") if isinstance(mapper, dict) else None
    try:
        return (urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""
