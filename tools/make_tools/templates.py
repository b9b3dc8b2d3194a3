"""Templates: blueprints that a team keeps to make scenarios from."""

from typing import Annotated

from pydantic import Field
from typing_extensions import Doc, TypedDict

from make_tools.arguments import Fields, Id, Limit, Offset, Sort, TeamId, TemplateId, Text, Wire
from make_tools.endpoint import Group
from make_tools.signature import Spread

templates = Group(
    name="templates",
    about="Templates: blueprints that a team keeps to make scenarios from.",
    noun="template",
    scope="templates",
)


class TemplateFilters(TypedDict, total=False):
    public: bool
    usedApps: Annotated[list[Text], Wire("usedApps[]"), Field(description="names")]


@templates.get("/templates")
def templates_list(
    team_id: TeamId | None = None,
    filters: Annotated[TemplateFilters, Spread()] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Sort | None = None,
):
    """List a team's templates; 10 unless limit."""


@templates.get("/templates/{template_id}")
def templates_get(template_id: TemplateId):
    """Read a template. No blueprint."""


@templates.get("/templates/{template_id}/blueprint", title="Get template blueprint", bulky=True)
def templates_blueprint(
    template_id: TemplateId,
    for_use: Annotated[bool, Doc("In the form for scenarios_create.")] | None = None,
    template_public_id: Annotated[Id, Doc("publishedId or approvedId of a public version.")] | None = None,
):
    """Read a template's blueprint and schedule."""


@templates.delete("/templates/{template_id}", guarded=True)
def templates_delete(template_id: TemplateId):
    """Delete a template; its scenarios stay."""
