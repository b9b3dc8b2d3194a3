"""`/templates`: blueprints that a team keeps for new scenarios. What everybody sees is in `public_templates`."""

from __future__ import annotations

from make_sandbox import errors
from make_sandbox.api.columns import Columns
from make_sandbox.api.fields import CONFIRMED, Field
from make_sandbox.api.paging import Page
from make_sandbox.api.resource import Call, Resource
from make_sandbox.automation import removal
from make_sandbox.model import tables
from make_sandbox.model import templates as model
from make_sandbox.model.store import Document
from make_sandbox.resources import access, enums

FIELDS = (
    "id", "name", "teamId", "description", "usedApps", "public", "published", "approved", "approvedId",
    "requestedApproval", "publishedId", "publicUrl", "approvedName", "publishedName",
)  # fmt: skip
COLUMNS = Columns(full=FIELDS)
SORTABLE = tuple(name for name in FIELDS if name != "usedApps")
VERSION = Field("templatePublicId", "integer")
PARTS = (Field("blueprint", "json"), Field("scheduling", "json"), Field("controller", "json"))

templates = Resource("/templates", Field("templateId", "integer", required=True), scope="templates")


def find(call: Call) -> Document:
    return access.find(call.account, tables.TEMPLATES, call.path["templateId"])


def find_version(call: Call, template: Document) -> Document | None:
    """The public version that a request asks for, if it asks for one. A number that is none of this template's is not
    found (a guess).
    """
    wanted = call.query.get("templatePublicId")
    if wanted is None:
        return None
    version = model.public_version(call.account, wanted)
    if version is None or wanted not in (template["publishedId"], template["approvedId"]):
        raise errors.not_found("Template version not found.")
    return version


@templates.get(
    query=(Field("teamId", "integer"), Field("public", "boolean"), Field("usedApps[]", "texts")),
    columns=COLUMNS,
    page=Page(limit=10, sort_by="id", sortable=SORTABLE),
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


@templates.get("/{templateId}/blueprint", query=(Field("forUse", "boolean"), VERSION))
def blueprint_of(call: Call):
    """A flat answer: the team's own version, or the public one that is asked for. `forUse` changes nothing here: the
    blueprint is kept as scenarios take it.
    """
    template = find(call)
    source = find_version(call, template) or template
    return {name: source[name] for name in ("blueprint", "controller", "scheduling", "language")}


@templates.post(
    columns=COLUMNS,
    body=(Field("teamId", "integer", required=True), Field("language", "text", required=True), *PARTS),
    gateway=False,
)
def create(call: Call):
    body = call.body
    team = access.team(call.account, body["teamId"])
    enums.check({"language": body["language"]})
    draft = model.Draft(
        team_id=team["id"],
        language=body["language"],
        blueprint=body.get("blueprint"),
        controller=body.get("controller"),
        scheduling=body.get("scheduling"),
    )
    return {"template": call.pick(model.new(call.account, draft))}


@templates.patch(
    "/{templateId}",
    query=(VERSION,),
    columns=COLUMNS,
    body=(Field("name", "text", pattern=r"(?s).+"), *PARTS),
    gateway=False,
)
def update(call: Call):
    """Changes the team's own version, or with `templatePublicId` the public one, which everybody sees at once.

    The answer is a list of one template (documented). The language is fixed for good (documented), so that a body
    with one is read as if it had none.
    """
    template, store = find(call), call.account.store
    version, changed = find_version(call, template), model.changes(dict(call.body))
    if version is None:
        template = store.put(tables.TEMPLATES, template, **changed)
    else:
        version = store.put(tables.PUBLIC_TEMPLATES, version, **changed)
        template = store.put(tables.TEMPLATES, template, publishedName=version["name"])
    return {"template": [call.pick(template)]}


@templates.post("/{templateId}/publish", columns=COLUMNS, gateway=False)
def publish(call: Call):
    """Makes it reachable by its link (documented). Publishing again brings what the link shows up to date."""
    return {"template": call.pick(model.publish(call.account, find(call)))}


@templates.post("/{templateId}/request-approval", query=(VERSION,), columns=COLUMNS, gateway=False)
def request_approval(call: Call):
    """Asks Make to show the template to everybody. Nobody approves here, so that it stays asked for.

    It is the public version that gets approved (documented); that a template without one is refused is a guess.
    """
    template = find(call)
    find_version(call, template)
    if template["publishedId"] is None:
        raise errors.invalid_input("Template is not published.")
    return {"template": call.pick(call.account.store.put(tables.TEMPLATES, template, requestedApproval=True))}


@templates.delete("/{templateId}", query=(CONFIRMED,))
def delete(call: Call):
    """Needs `confirmed` for private and for published templates; an approved one is for Make's administrators. The
    public version goes with it.
    """
    template = find(call)
    if template["approved"] is not None:
        raise errors.permission_denied()
    call.confirm(lambda: [{"type": "publishedTemplate" if template["public"] else "template"}])
    removal.of_one(call.account, tables.TEMPLATES, template["id"])
    return {"template": template["id"]}
