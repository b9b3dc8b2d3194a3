"""Completions: ids by a part of the name that somebody types."""

from mcp_types import Completion, CompletionArgument, PromptReference, ResourceTemplateReference

from make_mcp.offers import prompts, resources
from make_mcp.offers.matching import completions
from make_mcp.offers.visit import Visit

MOST = 100
"""Values of one answer, as the protocol has it."""
_LONGEST = 200
"""Characters of what somebody types."""


async def complete(
    visit: Visit, about: PromptReference | ResourceTemplateReference, argument: CompletionArgument
) -> Completion:
    """The ids that fit what was typed. What cannot be read leaves them out: typing must not end in an error.

    Raises:
        Unfit: there is no such prompt or template.
    """
    if isinstance(about, PromptReference):
        kind = prompts.kind_of(visit.caller.words(about.name), argument.name)
    else:
        kind = resources.kind_of(about.uri, argument.name)
    if kind is None:
        return Completion(values=[], total=0, has_more=False)
    if len(argument.value) > _LONGEST:
        # No name is so long, and each would be compared with it.
        return Completion(values=[], total=0, has_more=False)
    known = await visit.known(kind)
    found = completions(known.names, argument.value)
    return Completion(
        values=[str(one.id) for one in found[:MOST]],
        total=len(found),
        has_more=len(found) > MOST or not known.is_whole,
    )
