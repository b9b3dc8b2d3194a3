"""Which organization a request counts against, on the practice account, whose answers are those of Make."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2
from tests.tools.wire_cases import CASES

import make_sandbox
from make_tools import GROUPS, Endpoint, Request
from make_tools.belonging import Belongings

Json = dict[str, Any]
TOOLS: Mapping[str, Endpoint[...]] = {endpoint.name: endpoint for group in GROUPS for endpoint in group.endpoints}


async def test_after_the_lists_that_lead_down_each_request_names_its_organization():
    account = httpx2.ASGITransport(make_sandbox.create_app(limits=False))
    headers = {"authorization": f"Token {make_sandbox.TOKEN}"}
    known = Belongings()
    async with httpx2.AsyncClient(transport=account, base_url="https://make.invalid/api/v2", headers=headers) as make:

        async def read(tool: str, **arguments: Any) -> list[Json]:
            request = TOOLS[tool].parse(arguments)
            data: Json = (await make.get(request.path, params=dict(request.query))).raise_for_status().json()
            known.learn(request, data)
            return next(cast("list[Json]", value) for value in data.values() if isinstance(value, list))

        organizations = [each["id"] for each in await read("organizations_list")]
        assert len(organizations) == 2
        teams = {(o, team["id"]) for o in organizations for team in await read("teams_list", organizationId=o)}
        scenarios = {(o, each["id"]) for o, team in teams for each in await read("scenarios_list", teamId=team)}
        assert {o for o, _ in scenarios} == {o for o, _ in teams} == set(organizations)
        owned = {"organizationId": {(o, o) for o in organizations}, "teamId": teams, "scenarioId": scenarios}
        named = {owner for case in CASES for owner in owned.keys() & case.arguments.keys()}
        assert named == owned.keys()
        for case in CASES:
            for owner in owned.keys() & case.arguments.keys():
                for organization, id_ in owned[owner]:
                    # Where a request names the organization too, it names the one that all of it belongs to.
                    whose = {"organizationId": organization} if "organizationId" in case.arguments else {}
                    request = TOOLS[case.tool].parse({**case.arguments, **whose, owner: id_})
                    assert known.organization(request) == organization, (case, id_)

        # Which plan, and one level further down.
        for organization in organizations:
            assert known.allowed(organization) is None
            licence = known.licence_request(organization)
            known.learn(licence, (await make.get(licence.path)).json())
            assert (known.allowed(organization) or 0) >= 30
        for organization, team in teams:
            for tool, path in (
                ("hooks_list", "hooks"),
                ("connections_list", "connections"),
                ("data_stores_list", "data-stores"),
            ):
                for each in await read(tool, teamId=team):
                    assert known.organization(Request("GET", f"/{path}/{each['id']}")) == organization
        waiting = [
            (organization, each["id"])
            for organization, scenario in scenarios
            for each in await read("incomplete_executions_list", scenarioId=scenario)
        ]
        assert waiting
        assert all(
            known.organization(Request("POST", f"/dlqs/{id_}/retry")) == organization for organization, id_ in waiting
        )
