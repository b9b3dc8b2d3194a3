"""What a preview says of a write to templates."""

from typing import cast

from make_tools.previews.kinds import TEMPLATE
from make_tools.previews.vocabulary import Call, Looking, Sight, listed, of, told
from make_tools.previews.words import guard, place
from make_tools.templates import templates_delete


@of(templates_delete)
def delete(call: Call, sight: Sight) -> Looking:
    """The template, its team, the apps that it works with, and whether it is published or approved."""
    id_ = call.given["templateId"]
    template = yield from sight.read(TEMPLATE, id_)
    where = yield from place(sight, template)
    sight.what = f"Delete {told('template', id_, template)}{where} for good."
    used = template.get("usedApps")
    if isinstance(used, list) and used:
        sight.next.append(f"It is made for: {listed(cast('list[object]', used))}.")
    if template.get("published") or template.get("public"):
        sight.next.append("It is published: nobody can make scenarios from it any more.")
    if template.get("approved"):
        sight.next.append("It is approved: Make lets an administrator alone delete it.")
    sight.next += ["Scenarios that were made from it stay.", guard(call)]
