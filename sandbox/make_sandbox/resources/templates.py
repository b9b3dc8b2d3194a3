"""`/templates`: blueprints that a team keeps for new scenarios."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.store import Document
from make_sandbox.resources import access

FIELDS = (
    "id", "name", "teamId", "description", "usedApps", "public", "published", "approved", "approvedId",
    "requestedApproval", "publishedId", "publicUrl", "approvedName", "publishedName",
)  # fmt: skip
COLUMNS = Columns(full=FIELDS)

templates = Resource("/templates", Field("templateId", "integer", required=True), scope="templates")


def find(call: Call) -> Document:
    return access.find(call.account, tables.TEMPLATES, call.path["templateId"])


@templates.get(
    query=(Field("teamId", "integer"), Field("public", "boolean"), Field("usedApps[]", "texts")),
    columns=COLUMNS,
    page=Page(limit=10, sort_by="id", sortable=FIELDS),
)
def list_of(call: Call):
    """The templates of a team, or of all teams. `usedApps[]` keeps those that use every one of the apps."""
    team_id = call.query.get("teamId")
    if team_id is not None:
        access.team(call.account, team_id)
    public, apps = call.query.get("public"), set(call.query.get("usedApps[]", []))
    rows = call.account.store.list(tables.TEMPLATES, team_id)
    found = (row for row in rows if public in (None, row["public"]) and apps.issubset(row["usedApps"]))
    return call.listing("templates", found)


@templates.get("/{templateId}", columns=COLUMNS)
def read(call: Call):
    return {"template": call.pick(find(call))}


@templates.get("/{templateId}/blueprint", query=(Field("forUse", "boolean"), Field("templatePublicId", "integer")))
def blueprint_of(call: Call):
    """A flat answer. Public versions do not differ from the private one here."""
    template = find(call)
    return {name: template[name] for name in ("blueprint", "controller", "scheduling", "language")}


@templates.delete("/{templateId}", query=(CONFIRMED,))
def delete(call: Call):
    """Needs `confirmed` for private and for published templates; an approved one is for Make's administrators."""
    template = find(call)
    if template["approved"] is not None:
        raise errors.permission_denied()
    call.confirm(lambda: [{"type": "publishedTemplate" if template["public"] else "template"}])
    call.account.store.remove(tables.TEMPLATES, template["id"])
    return {"template": template["id"]}
