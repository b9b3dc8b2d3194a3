"""Every tool, through every door, with every refusal that is documented: three parts, and a next step that exists."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.errors.documented import ANSWERS, ARGUMENTS, FULL, Answer, refused, ways
from tests.server.errors.reading import calls, names, parts
from tests.server.network import ENDPOINTS

from make_tools import Endpoint, Upstream

every_tool = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
MOST = 350
"""Characters of our own words."""
MAY_WRITE = {"scenarios_start", "scenarios_update"}
"""What a hint may name although it changes something: as a preview, to somebody who was about to change something."""
WAITING = {408, 415, 429, 500, 502, 503, 504}
"""Statuses after which the same call may go well a little later."""


def refusals(endpoint: Endpoint[...]) -> Iterator[tuple[Upstream, Answer, dict[str, Any], str]]:
    for way in ways(endpoint):
        for answer in ANSWERS[way]:
            for given in (ARGUMENTS[endpoint.name], FULL[endpoint.name]):
                text = str(refused(endpoint.name, answer, way, given))
                yield way, answer, dict(given), text


@every_tool
def test_what_was_said_comes_first_in_quotes_then_what_it_means_then_what_to_do_next(endpoint: Endpoint[...]):
    for _, answer, _, text in refusals(endpoint):
        said, means, following = parts(text)
        assert said.startswith(f"{endpoint.name}: Ma")
        assert str(answer.status) in said
        body = answer.body if isinstance(answer.body, dict) else {}
        told = body.get("message") or body.get("error", {}).get("message") or answer.body
        assert str(told).rstrip(".") in said
        assert means[0].isupper(), text
        assert means.endswith("."), text
        assert following
        assert text.count("Next:") == 1


@every_tool
def test_our_own_words_are_few(endpoint: Endpoint[...]):
    for _, _, _, text in refusals(endpoint):
        said, means, following = parts(text)
        assert len(f"{means} Next: {following}") <= MOST, text
        assert len(said) < 300


@every_tool
def test_a_tool_that_is_named_exists_and_takes_what_is_named_with_it(endpoint: Endpoint[...]):
    for way, _, _, text in refusals(endpoint):
        said, means, following = parts(text)
        assert names(means) <= ENDPOINTS.keys(), text
        assert names(said.partition(": ")[2]) == set(), "an example that would hide a mistake"
        for step in calls(following):
            assert step.tool in ENDPOINTS, text
            takes = step.endpoint.schema["properties"]
            assert {*step.given, *step.lacks} <= takes.keys(), text
            assert {way} <= {*step.endpoint.upstreams, *step.endpoint.perhaps}, f"it cannot be called there: {text}"
            if not step.lacks:
                step.endpoint.parse(step.given)


@every_tool
def test_a_next_step_changes_nothing_that_nobody_asked_for(endpoint: Endpoint[...]):
    for _, _, _, text in refusals(endpoint):
        for step in calls(parts(text)[2]):
            assert "confirm" not in step.given
            assert step.endpoint.effect == "read" or (step.tool in MAY_WRITE and endpoint.effect != "read"), text


@every_tool
def test_a_next_step_is_not_the_call_that_has_just_failed(endpoint: Endpoint[...]):
    for _, answer, given, text in refusals(endpoint):
        following = parts(text)[2]
        for step in calls(following):
            same = step.tool == endpoint.name and step.given.items() <= given.items() and not step.lacks
            assert not same or "limit" in step.given, text
        if following.startswith("the same call in "):
            assert answer.status in WAITING, text


@every_tool
def test_ids_are_repeated_and_no_text_that_somebody_wrote(endpoint: Endpoint[...]):
    for _, _, given, text in refusals(endpoint):
        ours = " ".join(parts(text)[1:])
        for name, value in given.items():
            if not name.endswith("Id"):
                assert all(f'"{leaf}"' not in ours for leaf in leaves(value) if leaf != "on-demand"), text
        for step in calls(parts(text)[2]):
            assert all(name.endswith("Id") or name == "limit" for name in step.given), text


def leaves(value: object) -> Iterator[str]:
    """The texts in JSON."""

    def walk(one: Any) -> Iterator[str]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            for part in one.values() if isinstance(one, dict) else one:  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON is untyped
                yield from walk(part)

    return walk(json.loads(json.dumps(value)))


@every_tool
def test_a_write_that_was_refused_says_that_nothing_was_changed_or_that_nobody_knows(endpoint: Endpoint[...]):
    for way, answer, given, text in refusals(endpoint):
        error = refused(endpoint.name, answer, way, given)
        is_open = endpoint.effect != "read" and error.leaves_it_open
        assert ("outcome_unknown: it may have taken effect: do not repeat it" in text) is is_open, text
        assert ("Nothing was changed." in text) is (endpoint.effect != "read" and not is_open), text
        if is_open:
            assert next(calls(parts(text)[2])).tool == endpoint.truth, text
