"""`/templates/public`: Make's own templates, and the published ones of teams for who has their link.

They belong to no organization, so that no rate limit counts these calls.
"""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.model import tables
from make_sandbox.model.store import Document
from make_sandbox.resources.templates import VERSION

FIELDS = ("id", "name", "description", "url", "usedApps", "usage")
COLUMNS = Columns(full=FIELDS)

public_templates = Resource("/templates/public", Field("templateUrl", "text", required=True), scope="templates")


@public_templates.get(
    query=(Field("includeEn", "boolean"), Field("name", "text"), Field("usedApps[]", "texts")),
    columns=COLUMNS,
    page=Page(limit=100, sort_by="usage", direction="desc", sortable=("id", "name", "description", "url")),
    gateway=False,
)
def list_of(call: Call):
    """The approved templates (documented) in the language of the user, and with `includeEn` the English ones too.

    `name` is looked for anywhere in the names; `usedApps[]` keeps those that use every one of the apps.
    """
    query = call.query
    languages = {call.account.user()["language"], *(("en",) if query.get("includeEn", False) else ())}
    name, apps = query.get("name", "").casefold(), set(query.get("usedApps[]", []))
    found = (
        row
        for row in call.account.store.list(tables.PUBLIC_TEMPLATES)
        if row["approved"]
        and row["language"] in languages
        and name in row["name"].casefold()
        and apps.issubset(row["usedApps"])
    )
    return call.listing("templatesPublic", found)


@public_templates.get("/{templateUrl}", query=(VERSION,), columns=COLUMNS, gateway=False)
def read(call: Call):
    return {"templatePublic": call.pick(_find(call))}


@public_templates.get("/{templateUrl}/blueprint", query=(VERSION,), gateway=False)
def blueprint_of(call: Call):
    """A flat answer."""
    found = _find(call)
    return {name: found[name] for name in ("blueprint", "controller", "scheduling", "language", "metadata")}


def _find(call: Call) -> Document:
    """The template with this address, approved or not. An address begins with the number of the public version; that
    `templatePublicId` has to agree with it is a guess.
    """
    url = call.path["templateUrl"]
    number = url.partition("-")[0]
    found = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        found = call.account.store.get(tables.PUBLIC_TEMPLATES, int(number))
    if found is None or found["url"] != url or call.query.get("templatePublicId", found["id"]) != found["id"]:
        raise errors.not_found("Template not found.")
    return found
