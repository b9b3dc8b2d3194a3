"""Every answer has the documented shape, in both worlds and behind both doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

import anyio
import pytest
from tests.sandbox import shapes
from tests.sandbox.differences import DIFFERENT, FEWER, UNDOCUMENTED
from tests.sandbox.recipes import OF_MATON, READS, RECIPES, Recipe
from tests.sandbox.shapes import Shape
from tests.sandbox.tour import DOCUMENTED, ENDPOINTS, Answer, documented, follow, furnished, opened, tour

from make_sandbox import worlds

Answers = Mapping[str, list[Answer]]

SHAPES = {name: shape for name in ENDPOINTS if (shape := documented(name)) is not None}
OVER_GATEWAY = [name for name in SHAPES if ENDPOINTS[name].gateway and OF_MATON not in name]


@pytest.fixture(scope="module", params=worlds.NAMES)
def world(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def answers(world: str) -> Answers:
    """What a fresh account answers to every recipe, over Make's own API and, of the gateway's own, over Maton."""
    return _toured(world, gateway=False)


@pytest.fixture(scope="module")
def answers_of_gateway(world: str) -> Answers:
    """The same of another account, over the gateway as far as that lets the recipes through."""
    return _toured(world, gateway=True)


def _toured(world: str, *, gateway: bool) -> Answers:
    """The tour of an account, or, for each test that needs it, one line instead of one long trace."""
    try:
        return anyio.run(partial(tour, world, gateway=gateway))
    except Exception as error:
        pytest.fail(f"{error!r}: see `test_a_team_is_furnished_over_the_api`", pytrace=False)


def expected(name: str, columns: tuple[str, ...], *, without: str | None = None) -> Shape:
    """The shape that an answer should have, apart from the differences but the one about a field."""
    differing = DIFFERENT.get(name, {})
    shape = SHAPES[name].but({field: differing[field].kind for field in differing if field != without})
    if columns:
        return shape.whole() if columns == ("*",) else shape.with_columns(columns)
    return shape.with_columns(FEWER[name].names) if name in FEWER else shape


def wrong(name: str, given: Answer, *, without: str | None = None) -> list[str]:
    if not 200 <= given.status < 300:
        return [f"status: is {given.status}, {given.body}"]
    return shapes.problems(expected(name, given.columns, without=without), given.body)


def test_each_endpoint_has_a_recipe_and_each_recipe_an_endpoint() -> None:
    assert {recipe.endpoint for recipe in RECIPES} == set(ENDPOINTS)


def test_each_endpoint_is_documented_or_has_a_reason_why_not() -> None:
    assert set(ENDPOINTS) - set(SHAPES) == set(UNDOCUMENTED)
    assert set(DOCUMENTED) == {shapes.plain(name) for name in SHAPES}


async def test_a_team_is_furnished_over_the_api(world: str) -> None:
    async with opened(world, gateway=False) as doors:
        things = await furnished(doors)
    named = {name for recipe in RECIPES for name in recipe.needs}
    assert named <= things.keys()


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_has_the_documented_shape(name: str, answers: Answers) -> None:
    assert [wrong(name, given) for given in answers[name]] == [[] for _ in answers[name]]


@pytest.mark.parametrize("name", OVER_GATEWAY)
def test_an_answer_has_the_same_shape_over_the_gateway(name: str, answers_of_gateway: Answers) -> None:
    given_by = answers_of_gateway[name]
    assert [wrong(name, given) for given in given_by] == [[] for _ in given_by]


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_an_endpoint_that_is_not_documented_answers_too(name: str, answers: Answers) -> None:
    assert [given.status for given in answers[name]] == [200]


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in DIFFERENT for field in DIFFERENT[name]])
def test_a_difference_is_still_one(name: str, field: str, answers: Answers) -> None:
    problems = [problem for given in answers[name] for problem in wrong(name, given, without=field)]
    assert [problem for problem in problems if problem.startswith(f"{field}: ")]


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, fields in DIFFERENT.items() for field, each in fields.items() if each.kind != "absent"],
)
def test_a_field_that_need_not_be_there_is_sometimes_there(name: str, field: str, answers: Answers) -> None:
    assert [row for given in answers[name] for row in _things(name, given) if field in row]


def _things(name: str, given: Answer) -> list[Mapping[str, Any]]:
    """What an answer is about: one thing, or those of a list."""
    key = SHAPES[name].key
    found: Any = given.body if key is None else given.body[key]
    return cast("list[Mapping[str, Any]]", found if isinstance(found, list) else [found])


FLAT = Shape(key=None, is_list=False, pages=False, fields={}, beside={}, columns=None, body="json")
LISTED = replace(FLAT, key="things", is_list=True, pages=True)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("string", "1", True),
        ("string", 1, False),
        ("integer", 1, True),
        ("integer", True, False),
        ("integer", 1.5, False),
        ("number", 1, True),
        ("number", 1.5, True),
        ("boolean", False, True),
        ("boolean", 0, False),
        ("object", {}, True),
        ("object", [], False),
        ("array", [1, "a"], True),
        ("array<integer>", [1, 2], True),
        ("array<integer>", [1, "2"], False),
        ("array<integer|string>", [1, "2"], True),
        ("array<object>", {}, False),
        ("string|number", 1.5, True),
        ("string|number", True, False),
        ("string", None, False),
        ("string|null", None, True),
        ("any", None, True),
    ],
)
def test_a_type_is_told_from_others(kind: str, value: Any, *, fits: bool) -> None:
    assert (shapes.problems(replace(FLAT, fields={"field": kind}), {"field": value}) == []) == fits


WRONG: list[tuple[Shape, Any, str]] = [
    (replace(FLAT, fields={"id": "integer"}), {}, "id: is missing"),
    (replace(FLAT, fields={"id": "integer|absent"}), {"name": "A"}, "name: is not documented"),
    (replace(FLAT, fields={"<id>": "object"}), {}, "<id>: is missing"),
    (replace(FLAT, fields={"<id>": "object"}), {"1": "A"}, '1: is "A" and not object'),
    (replace(FLAT, key="ids", fields={"ids": "array<integer>"}), {"ids": []}, "ids: is empty"),
    (replace(FLAT, key="thing", fields={}), {"things": {}}, "thing: is missing"),
    (replace(FLAT, key="thing", fields={}), {"thing": []}, "thing: is [] and not object"),
    (replace(FLAT, body="text"), {}, "body: is no text"),
    (FLAT, [], "body: is no object"),
    (LISTED, {"things": [{}]}, "pg: is missing"),
    (LISTED, {"things": [], "pg": {}}, "things: is empty"),
    (LISTED, {"things": {}, "pg": {}}, "things: is {} and not array<object>"),
    (LISTED, {"things": [{}, {"id": 1}], "pg": {}}, "id: is not documented"),
]


@pytest.mark.parametrize(("shape", "body", "problem"), WRONG)
def test_what_is_wrong_with_an_answer_is_named(shape: Shape, body: Any, problem: str) -> None:
    assert problem in shapes.problems(shape, body)


LEADS = {
    "GET /users": ("userId", "id"),
    "GET /users/roles": ("roleId", "id"),
    "GET /organizations": ("organizationId", "id"),
    "GET /audit-logs/organization/{organizationId}": ("uuid", "uuid"),
    "GET /teams": ("teamId", "id"),
    "GET /scenarios": ("scenarioId", "id"),
    "GET /scenarios/{scenarioId}/logs": ("executionId", "id"),
    "GET /connections": ("connectionId", "id"),
    "GET /data-stores": ("dataStoreId", "id"),
    "GET /data-structures": ("dataStructureId", "id"),
    "GET /keys": ("keyId", "id"),
    "GET /functions": ("functionId", "id"),
    "GET /hooks": ("hookId", "id"),
    "GET /hooks/{hookId}/incomings": ("incomingId", "id"),
    "GET /hooks/{hookId}/logs": ("logId", "id"),
    "GET /templates": ("templateId", "id"),
    "GET /templates/public": ("templateUrl", "url"),
    "GET /dlqs": ("dlqId", "id"),
    "GET /dlqs/{dlqId}/logs": ("executionDlqId", "id"),
    "GET /notifications": ("notificationId", "id"),
}
"""From lists to their things: the name that recipes have for one, and the field with its id."""

VISITED = {recipe.endpoint for recipe in READS if recipe.endpoint in SHAPES and OF_MATON not in recipe.endpoint}
NEVER_YET = {
    "GET /audit-logs/{organizationId}/{uuid}",
    "GET /hooks/{hookId}/incomings/{incomingId}",
}
"""Of these the demo account has none before somebody does something."""

MANY = 8
"""So many things of a list are looked at."""

MAY_REFUSE = {
    "GET /audit-logs/organization/{organizationId}": 402,
    "GET /audit-logs/organization/{organizationId}/filters": 402,
    "GET /functions": 402,
    "GET /scenarios/{scenarioId}/triggers": 404,
    "GET /connections/{connectionId}/editable-data-schema": 400,
}
"""What a plan does not include, and things that not all scenarios and connections have."""


async def visited() -> AsyncIterator[tuple[str, Answer]]:
    """Everything that the demo account holds, from one list to the next."""
    seen: set[str] = set()
    async with opened("demo", gateway=False) as doors:
        waiting: list[dict[str, Any]] = [{}]
        while waiting:
            things = waiting.pop()
            for recipe in _about(things):
                columns = () if SHAPES[recipe.endpoint].columns is None else ("*",)
                address = recipe.address(things, columns)
                if address in seen:
                    continue
                seen.add(address)
                given = await follow(doors.make, recipe, things, columns)
                yield recipe.endpoint, given
                if recipe.endpoint in LEADS and given.status == 200:
                    name, field = LEADS[recipe.endpoint]
                    rows = given.body[SHAPES[recipe.endpoint].key][:MANY]
                    waiting += [{**things, name: row[field]} for row in rows]


def _about(things: Mapping[str, Any]) -> list[Recipe]:
    """The requests that need no more than these things."""
    asked = (recipe for recipe in READS if recipe.endpoint in VISITED)
    return [replace(recipe, instead={}) for recipe in asked if recipe.needs <= things.keys()]


async def test_all_that_the_demo_account_holds_has_the_documented_shape() -> None:
    found: list[tuple[str, str]] = []
    names: set[str] = set()
    async for name, given in visited():
        if given.status == MAY_REFUSE.get(name):
            continue
        names.add(name)
        # A team need not have one of everything.
        found += [(name, problem) for problem in wrong(name, given) if not problem.endswith(": is empty")]
    assert found == []
    assert VISITED - names == NEVER_YET
