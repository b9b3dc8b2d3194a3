"""The resources: what a client can attach to a conversation without a call of a tool."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp_types import ReadResourceResult, Resource, ResourceTemplate, TextResourceContents

from make_mcp.calls import renamed
from make_mcp.offers import icons
from make_mcp.offers.names import Kind
from make_mcp.offers.subjects import Unfit
from make_mcp.offers.uris import ACCOUNT, BLUEPRINT, JSON, RUNS, OfScenario
from make_mcp.offers.visit import Visit
from make_mcp.recipes import RECIPES
from make_mcp.recipes.use import is_gone
from make_mcp.upstream import UpstreamError
from make_tools.forms import runs as forms
from make_tools.previews.vocabulary import Json, thing
from make_tools.scenarios import scenarios_blueprint, scenarios_interface, scenarios_logs

_OVERVIEW = "account_overview"
_LAST_RUNS = 50


class NoSuchResource(Unfit):
    """There is no resource of this address."""

    def __init__(self, text: str, uri: str) -> None:
        super().__init__(text)
        self.uri = uri


def resources(visit: Visit) -> list[Resource]:
    if not visit.can_read(_OVERVIEW):
        return []
    return [
        Resource(
            uri=ACCOUNT,
            name="account",
            title="Account",
            description="Organizations, teams, active scenarios, failures of the last day, what waits, and usage.",
            mime_type=JSON,
            icons=icons.icon(icons.REVIEW),
        )
    ]


def templates(visit: Visit) -> list[ResourceTemplate]:
    return [
        ResourceTemplate(
            uri_template=one.template,
            name=one.name,
            title=one.title,
            description=one.about,
            mime_type=JSON,
            icons=icons.icon(one.path),
        )
        for one in _offered(visit)
    ]


async def resource(visit: Visit, uri: str) -> ReadResourceResult:
    """What stands at an address, as JSON: whole, without secrets.

    Raises:
        NoSuchResource: there is none of this form, or Make knows none of this id.
        ArgumentError, UpstreamError: as of a tool.
    """
    if uri == ACCOUNT and visit.can_read(_OVERVIEW):
        return _json(visit, uri, await _account(visit))
    for one in _offered(visit):
        if (scenario := one.scenario(uri)) is not None:
            try:
                return _json(visit, uri, await _READERS[one.name](visit, scenario), is_exact=one is BLUEPRINT)
            except UpstreamError as error:
                if is_gone(error):
                    raise NoSuchResource(renamed(uri, str(error)), uri) from None
                raise
    there = [each.uri for each in resources(visit)] + [each.template for each in _offered(visit)]
    says = (
        f"There are {', '.join(there)}, where {{id}} is the number of a scenario."
        if there
        else "This server offers none."
    )
    raise NoSuchResource(f"There is no such resource. {says}", uri)


def kind_of(uri: str, argument: str) -> Kind | None:
    """What the values of an argument of a template name; None for an argument that it has not.

    Raises:
        Unfit: there is no such template.
    """
    if uri == ACCOUNT:
        return None
    if uri not in {BLUEPRINT.template, RUNS.template}:
        raise Unfit(f"There is no such template. There are {BLUEPRINT.template} and {RUNS.template}.")
    return "scenario" if argument == "id" else None


def _offered(visit: Visit) -> list[OfScenario]:
    return [one for one in (BLUEPRINT, RUNS) if visit.can_read(one.tool)]


def _json(visit: Visit, uri: str, data: dict[str, Any], *, is_exact: bool = False) -> ReadResourceResult:
    text = visit.caller.shown(data, is_exact=is_exact)
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=JSON, text=text)])


async def _account(visit: Visit) -> dict[str, Any]:
    (overview,) = (recipe for recipe in RECIPES if recipe.name == _OVERVIEW)
    return await overview.answer(visit.use, {})


async def _blueprint(visit: Visit, scenario: int) -> dict[str, Any]:
    use = visit.use
    answer = thing(await use.read(scenarios_blueprint, scenario_id=scenario), "response")
    found: dict[str, Any] = {"scenarioId": scenario}
    found |= {name: answer[name] for name in ("blueprint", "scheduling") if name in answer}
    if interface := _interface(answer) or await use.perhaps(
        "The interface", use.thing(scenarios_interface, scenario_id=scenario)
    ):
        found["interface"] = interface
    return found | ({"note": " ".join(use.unread)} if use.unread else {})


def _interface(answer: Json) -> Json:
    """Inputs and outputs, where they stand beside the blueprint."""
    beside = thing(answer, "metadata")
    sides = {name: beside.get(f"{name}_spec") for name in ("input", "output")}
    return sides if any(sides.values()) else {}


async def _runs(visit: Visit, scenario: int) -> dict[str, Any]:
    items, more = await visit.use.items(scenarios_logs, most=_LAST_RUNS, scenario_id=scenario)
    # Equal ones keep their order, which is the latest first. No set: an odd answer may hold what fits into none.
    runs = sorted(forms.logs(items), key=lambda run: run.get("status") not in ("error", "warning"))
    return {"scenarioId": scenario, "runs": runs} | ({"more": True} if more else {})


_READERS: dict[str, Callable[[Visit, int], Awaitable[dict[str, Any]]]] = {
    BLUEPRINT.name: _blueprint,
    RUNS.name: _runs,
}
