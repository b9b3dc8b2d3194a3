"""Templates: blueprints that teams keep, and the public versions that everybody may look at.

Publishing a template makes a copy of it, its public version, with a number and an address of its own. The template may
change afterwards; the public version stays as it is until the template is published again or the version itself is
changed. Make's own templates are public versions that belong to no team.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from make_sandbox import errors
from make_sandbox.model import blueprints, schedule, tables
from make_sandbox.model.account import Account
from make_sandbox.model.store import Document

SCHEDULING: Document = {"type": "indefinitely", "interval": 900}
"""What a template runs by when nobody says it. Not documented."""

UNNAMED = "New template"
"""Make documents neither a name of its own for a new template nor that one is needed."""

CONTENT = ("name", "description", "usedApps", "language", "blueprint", "controller", "scheduling")
"""What a public version has of its template."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a new template is made of: its name is the controller's or else the blueprint's, its description the
    controller's (guesses: Make documents no other fields that could hold them).
    """

    team_id: int
    language: str
    blueprint: Document | None = None
    controller: Document | None = None
    scheduling: Document | None = None


def new(account: Account, draft: Draft) -> Document:
    """A new template of a team. Nobody else sees it."""
    controller = draft.controller or {}
    name = _name(controller) or _name(draft.blueprint or {}) or UNNAMED
    plan: Document = {"name": name, "flow": [], "metadata": {}} if draft.blueprint is None else draft.blueprint
    description = controller.get("description")
    document: Document = {
        "name": name,
        "teamId": draft.team_id,
        "description": description if isinstance(description, str) else None,
        "public": False,
        "published": None,
        "approved": None,
        "approvedId": None,
        "requestedApproval": False,
        "publishedId": None,
        "publicUrl": None,
        "approvedName": None,
        "publishedName": None,
        "controller": {"name": name, "modules": {}, "idSequence": blueprints.last_number(plan) + 1} | controller,
        "language": draft.language,
        **_planned(plan),
        **_scheduled(SCHEDULING if draft.scheduling is None else draft.scheduling),
    }
    return account.store.add(tables.TEMPLATES, document)


def changes(given: Document) -> Document:
    """What a request's new parts change in a template, or in a public version of one."""
    changed: Document = {}
    if "blueprint" in given:
        changed |= _planned(given["blueprint"])
    if "scheduling" in given:
        changed |= _scheduled(given["scheduling"])
    if "controller" in given:
        description = given["controller"].get("description")
        changed["controller"] = given["controller"]
        changed |= {"description": description} if isinstance(description, str) else {}
    return changed | ({"name": given["name"]} if "name" in given else {})


def publish(account: Account, template: Document) -> Document:
    """Copies a template into its public version, which is made when it has none. The address stays as it was first."""
    content = {field: template[field] for field in CONTENT}
    version = public_version(account, template["publishedId"])
    if version is None:
        number = account.store.next(tables.PUBLIC_TEMPLATES.kind, tables.PUBLIC_TEMPLATES.first)
        version = account.store.add(
            tables.PUBLIC_TEMPLATES,
            public(number, content) | {"templateId": template["id"]},
        )
    else:
        version = account.store.put(tables.PUBLIC_TEMPLATES, version, **content)
    return account.store.put(
        tables.TEMPLATES,
        template,
        public=True,
        published=account.stamp(),
        publishedId=version["id"],
        publishedName=version["name"],
        publicUrl=version["url"],
    )


def public(number: int, content: Document) -> Document:
    """A public version with this number: nobody has used it, Make has not approved it, and it belongs to no template."""
    return {
        "id": number,
        "url": f"{number}-{_slug(content['name'])}",
        "usage": 0,
        "approved": False,
        "templateId": None,
        "metadata": None,
        **content,
    }


def public_version(account: Account, number: int | None) -> Document | None:
    return None if number is None else account.store.get(tables.PUBLIC_TEMPLATES, number)


def use(account: Account, number: int) -> None:
    """Counts that a scenario has been made from a public version."""
    version = public_version(account, number)
    if version is not None:
        account.store.put(tables.PUBLIC_TEMPLATES, version, usage=version["usage"] + 1)


def _planned(plan: Document) -> Document:
    blueprints.check_form(plan)
    return {"blueprint": plan, "usedApps": blueprints.packages(plan)}


def _scheduled(scheduling: Document) -> Document:
    schedule.check(scheduling)
    return {"scheduling": scheduling}


def _name(holder: Document) -> str | None:
    name: Any = holder.get("name")
    if name is not None and not isinstance(name, str):
        raise errors.invalid_parameter("name", "Invalid text in parameter")
    return name or None


def _slug(name: str) -> str:
    """A name as addresses have it: `Orders (HTTP)` is `orders-http`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "template"
