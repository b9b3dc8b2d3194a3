"""The dashboard shows what is counted, and nothing that is not."""

import json
import re
from itertools import combinations
from typing import Any, cast

import pytest
from tests.conftest import ROOT
from tests.server.telemetry.test_observer import TOLD

from make_mcp.telemetry.metrics import Metrics

Json = dict[str, Any]
FILE = ROOT / "deploy" / "grafana-dashboard.json"
DASHBOARD = cast("Json", json.loads(FILE.read_text(encoding="utf-8")))
PANELS = cast("list[Json]", DASHBOARD["panels"])
SHOWING = [panel for panel in PANELS if panel["type"] != "row"]
OF_THE_SCRAPE = {"job", "instance", "le"}
"""Labels that Prometheus adds, or a histogram has."""


def offered() -> dict[str, set[str]]:
    """The names under which Prometheus knows the metrics, each with its labels, once each has happened."""
    metrics = Metrics()
    for method, told in TOLD.items():
        getattr(metrics, method)(*told)
    return {
        sample.name: set(sample.labels) - {"le"} for family in metrics.registry.collect() for sample in family.samples
    }


OFFERED = offered()
EXPRESSIONS = [target["expr"] for panel in SHOWING for target in panel["targets"]]


def used(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:make_mcp|process)_\w+", expression))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_in_an_expression_is_counted_and_has_the_labels_that_it_names(expression: str):
    names = used(expression)
    assert names
    assert names <= OFFERED.keys()
    labels = set[str].intersection(*(OFFERED[name] for name in names))
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
    selected = {label for group in re.findall(r"{([^}]*)}", expression) for label in re.findall(r"(\w+)=", group)}
    assert grouped | selected <= labels | OF_THE_SCRAPE
    assert {"job", "instance"} <= selected, "each can be narrowed"
    assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]"))


@pytest.mark.parametrize("panel", SHOWING, ids=lambda panel: panel["title"])
def test_what_a_legend_names_is_what_the_expression_groups_by(panel: Json):
    assert panel["description"].endswith(".")
    for target in panel["targets"]:
        grouped = {each.strip() for group in re.findall(r"by \(([^)]*)\)", target["expr"]) for each in group.split(",")}
        named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert named == grouped - {"le"} or (named == {"instance"} and not grouped)


def test_every_metric_of_ours_is_shown():
    shown = set[str]().union(*map(used, EXPRESSIONS))
    ours = {name for name in OFFERED if name.startswith("make_mcp_") and not name.endswith("_created")}
    assert len(ours) > 10
    # Of a histogram the buckets tell all that the others do.
    assert {name for name in ours if not name.endswith(("_sum", "_count"))} <= shown


def test_it_asks_which_prometheus_and_names_none():
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    sources = [each["datasource"]["uid"] for panel in SHOWING for each in (panel, *panel["targets"])]
    sources += [each["datasource"]["uid"] for each in variables.values() if each["type"] == "query"]
    assert set(sources) == {"${datasource}"}
    assert "://" not in FILE.read_text(encoding="utf-8")


def test_its_panels_have_names_of_their_own_and_do_not_overlap():
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for one, other in combinations((panel["gridPos"] for panel in PANELS), 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart or above
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
