"""What stands behind the words of Make and Maton changes only on purpose. `pytest --accept` writes it anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest
from tests.conftest import ROOT, Accepted
from tests.server.errors.documented import ANSWERS, ARGUMENTS, EVERY, MAKES, explained, refused
from tests.server.errors.reading import ENDPOINTS, parts

from make_tools import GROUPS, Group

SNAPSHOTS = ROOT / "tests" / "generated" / "errors"
OTHERS = {"ours", "whole"}
HEAD = """# {name}: after which refusals what follows the words of Make and Maton. Written by `pytest --accept`.
# Calls are the least that each tool takes; (maton) and (make) are the doors, where that matters. Behind the meaning of a write stands
# also that nothing was changed, or where the next step has a ?, `outcome_unknown: it may have taken effect: ...`.
"""


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_what_the_refusals_of_a_groups_tools_mean_changes_only_on_purpose(group: Group, accepted: Accepted):
    accepted(SNAPSHOTS / f"{group.name}.txt", HEAD.format(name=group.name) + "\n" + "\n".join(entries(group)))


def test_no_snapshot_is_left_of_a_group_that_is_gone():
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == {group.name for group in GROUPS} | OTHERS


def test_a_whole_error_changes_only_on_purpose(accepted: Accepted):
    """Each refusal once, as an agent reads it."""
    texts = [str(refused(tool, answer, way)) for tool, answer, way in explained()]
    accepted(SNAPSHOTS / "whole.txt", "\n\n".join(["# Each refusal once, whole.", *texts]) + "\n")


def test_the_page_on_errors_is_up_to_date(accepted: Accepted):
    accepted(ROOT / "docs" / "errors.md", errors_document())


def errors_document() -> str:
    """What each refusal means, by the example of the tool that meets it most often."""
    rows: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for tool, answer, way in explained():
        _, means, following = parts(str(refused(tool, answer, way)))
        of = f"{answer.label.replace('<', '&lt;')}{'' if answer in MAKES else ' of Maton'}"
        rows[tool, means.removesuffix(" Nothing was changed."), following].append(of)
    table = "\n".join(
        f"| {', '.join(after)} | `{tool}` | {means} | {following} |" for (tool, means, following), after in rows.items()
    )
    return f"{_PAGE}\n| answer | to a call of | what it means | next |\n|---|---|---|---|\n{table}\n"


_PAGE = """# Errors

Generated from the texts themselves: `pytest --accept` writes this page.

An error has three parts: what Make said, in quotes; what that means here; and after `Next:` which tool to call, with the ids of the
failed call (`with teamId` where a value is not known), or what else to do. A next step reads, or is a preview; it never changes anything by itself.
After a write it also says that nothing was changed, or `outcome_unknown` and which tool shows what is true
([reliability](reliability.md)). Errors of make-mcp itself begin with a word of their own, such as `rate_limited`, and end with `Next:` too.

What is scoped, zoned or another team's Make often answers alike, so that the text names each of them. The examples are for a Make
token; through Maton they name its link instead of the token.
"""


def entries(group: Group) -> list[str]:
    """The meanings in the order of the refusals, each with the next steps of the tools."""
    steps: defaultdict[str, defaultdict[tuple[str, str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for answer in EVERY:
        for endpoint in group.endpoints:
            for way in endpoint.upstreams:
                if answer in ANSWERS[way]:
                    _, means, following = parts(str(refused(endpoint.name, answer, way, ARGUMENTS[endpoint.name])))
                    means, _, is_open = means.removesuffix(" Nothing was changed.").partition("outcome_unknown:")
                    label = answer.label if answer in MAKES else f"{answer.label} of Maton"
                    step = f"Next{'?' if is_open else ':'} {following}"
                    steps[means.strip()][endpoint.name, way, step].append(label)
    return [f"{means}\n{_told(found)}\n" for means, found in steps.items()]


def _told(found: Mapping[tuple[str, str, str], Sequence[str]]) -> str:
    """Tools that share refusals and the next step share a line, and lines share the refusals."""
    tools: defaultdict[tuple[str, ...], defaultdict[str, defaultdict[str, list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for (tool, way, step), labels in found.items():
        tools[tuple(dict.fromkeys(labels))][step][tool].append(way)
    lines: list[str] = []
    for labels, by_step in tools.items():
        lines.append(f"  after {', '.join(labels)}")
        for step, by_tool in by_step.items():
            one_door = {
                way for tool, ways in by_tool.items() if tuple(ways) != ENDPOINTS[tool].upstreams for way in ways
            }
            door = f" ({one_door.pop()})" if len(one_door) == 1 else ""
            lines.append(f"    {', '.join(by_tool)}{door}: {step}")
    return "\n".join(lines)
