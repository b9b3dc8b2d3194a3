"""The lists of what `checks/conformance.py` expects to fail: what may stand there, so that nothing hides in them."""

import re

import pytest

from conformance import WIRES, Wire, expected


@pytest.fixture(params=WIRES, ids=lambda wire: wire.revision)
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param


def test_a_list_holds_reasons_and_single_checks_and_nothing_else(wire: Wire):
    lines = wire.expected.read_text(encoding="utf-8").splitlines()
    top = lines.index("server:")
    assert all(line.startswith("# ") for line in lines[:top])
    form = re.compile(r"  # .+|  - [a-z0-9-]+:[a-z0-9-]+")
    assert [line for line in lines[top + 1 :] if form.fullmatch(line) is None] == []


def test_a_reason_stands_above_each_group_of_entries(wire: Wire):
    lines = wire.expected.read_text(encoding="utf-8").splitlines()
    assert lines[lines.index("server:") + 1].startswith("  # ")


def test_nothing_is_listed_twice(wire: Wire):
    entries = expected(wire.expected)
    assert entries
    assert len(entries) == len(set(entries))


def test_nothing_is_expected_to_fail_that_needs_no_fixture(wire: Wire):
    assert {entry.partition(":")[0] for entry in expected(wire.expected)} & wire.plain == set()


def test_what_goes_over_the_wire_always_fits_the_schema(wire: Wire):
    assert not [entry for entry in expected(wire.expected) if entry.endswith(":wire-schema-valid")]
