"""Templates: blueprints that a team keeps to make scenarios from."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc, TypedDict

from make_tools.arguments import (
    AllPages,
    Fields,
    Id,
    Limit,
    ModuleIds,
    Offset,
    Sort,
    TeamId,
    TemplateId,
    Text,
    Whole,
    Wire,
)
from make_tools.endpoint import Group
from make_tools.forms.outline import blueprint_answer
from make_tools.shape import Listing
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


@templates.get("/templates", shows=Listing("templates", "id name teamId= usedApps? public?"))
def templates_list(
    team_id: TeamId | None = None,
    filters: Annotated[TemplateFilters, Spread()] | None = None,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: Sort | None = None,
    all_: AllPages | None = None,
):
    """List a team's templates."""


@templates.get("/templates/{template_id}", gives="template")
def templates_get(template_id: TemplateId):
    """Read a template. No blueprint."""


def _blueprint(answer: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    whole = given.get("whole") is True or given.get("forUse") is True
    return blueprint_answer(answer, whole=whole, module_ids=given.get("modules"))


@templates.get(
    "/templates/{template_id}/blueprint",
    title="Get template blueprint",
    bulky=True,
    form=_blueprint,
    rest="`modules`: [ids] gives single modules whole.",
)
def templates_blueprint(
    template_id: TemplateId,
    for_use: Annotated[bool, Doc("In the form for scenarios_create.")] | None = None,
    template_public_id: Annotated[Id, Doc("publishedId or approvedId of a public version.")] | None = None,
    whole: Whole | None = None,
    modules: ModuleIds | None = None,
):
    """Read a template's blueprint: an outline."""


@templates.delete("/templates/{template_id}", guarded=True)
def templates_delete(template_id: TemplateId):
    """Delete a template; its scenarios stay."""
