"""What `checks/mutants.py` needs of the sources, so that it is noticed here and not the next time that somebody runs it."""

import pytest
from tests.conftest import ROOT

from mutants import SUITES, Defect

DEFECTS = [defect for defects, _ in SUITES.values() for defect in defects]


def test_there_are_more_defects_than_a_few_and_each_is_another():
    assert len(DEFECTS) >= 50
    assert len({defect.what for defect in DEFECTS}) == len({defect.changes for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.what)
def test_what_a_defect_replaces_stands_in_the_sources_once(defect: Defect):
    for change in defect.changes:
        assert (ROOT / change.file).read_text(encoding="utf-8").count(change.was) == 1, change
        assert change.now != change.was
