"""`/enums` and `/ping`: lists that every token may read, whatever its scopes, with one exception.

None of them has pages or columns. They count against no organization's rate limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from make_sandbox import errors
from make_sandbox.api.fields import Field
from make_sandbox.api.resource import Call, Resource
from make_sandbox.lists import places, scopes, words
from make_sandbox.lists.apps import CONNECTION_TYPES, HOOK_TYPES
from make_sandbox.lists.countries import COUNTRIES
from make_sandbox.lists.places import LANGUAGES, REGIONS, TIMEZONES, ZONES

ZONE_OF_ACCOUNT = ZONES[0][0]
LOCALES = {number: code for number, (_, code) in places.LOCALES.items()}
_TIMEZONES = {row[0]: row for row in TIMEZONES}

general = Resource("", scope=None)
enums = Resource("/enums", scope=None)


@general.get("/ping", gateway=False)
def ping(_: Call) -> str:
    """Plain text, not JSON."""
    return "pong"


def _rows(names: str, rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The rows as objects. They may have more columns than the answer."""
    return [dict(zip(names.split(), row, strict=False)) for row in rows]


@enums.get("/imt-zones", gateway=False)
def zones(_: Call):
    return {"imtZones": _rows("id domain name", ZONES)}


@enums.get("/imt-regions", gateway=False)
def regions(_: Call):
    return {"imtRegions": _rows("id name", REGIONS)}


@enums.get("/timezones", gateway=False)
def timezones(_: Call):
    """Make's list is about three times as long."""
    return {"timezones": _rows("id name code offset", TIMEZONES)}


@enums.get("/countries", gateway=False)
def countries(_: Call):
    """The code of three letters is called `code` (as Make's SDK has it); one document calls it `code1`."""
    return {"countries": _rows("id name code code2", COUNTRIES)}


@enums.get("/locales", gateway=False)
def locales(_: Call):
    rows = ((number, name, code, code.lower()) for number, (name, code) in places.LOCALES.items())
    return {"locales": _rows("id name code angularCode", rows)}


@enums.get("/languages", query=(Field("localized", "boolean"),), gateway=False)
def languages(call: Call):
    """With `localized` only those that Make itself speaks, each named in itself (documented: names are localised and
    the list is limited; to which languages, is not).
    """
    if call.query.get("localized", False):
        found = ((code, own) for code, (_, own) in LANGUAGES.items() if own is not None)
    else:
        found = ((code, name) for code, (name, _) in LANGUAGES.items())
    return {"languages": _rows("code name", found)}


@enums.get("/module-types", gateway=False)
def module_types(_: Call):
    return {"moduleTypes": _rows("id name", words.MODULE_TYPES)}


@enums.get("/variable-types", gateway=False)
def variable_types(_: Call):
    return {"variableTypes": _rows("id name teamOnly", words.VARIABLE_TYPES)}


@enums.get("/user-features", gateway=False)
def user_features(_: Call):
    return {"userFeatures": _rows("title name", words.USER_FEATURES)}


@enums.get("/organization-features", gateway=False)
def organization_features(_: Call):
    return {"organizationFeatures": _rows("title name", words.ORGANIZATION_FEATURES)}


@enums.get("/user-email-notifications", query=(Field("language", "text", choices=("en",)),), gateway=False)
def email_notifications(_: Call):
    """Texts exist in English only (documented). That another language is refused is a guess."""
    return {"userEmailNotifications": _rows("id translationKey name description", words.EMAIL_NOTIFICATIONS)}


@enums.get("/user-api-token-scopes", gateway=False)
def api_token_scopes(_: Call):
    return {"userApiTokenScopes": [{"name": name} for name in scopes.ALL]}


@enums.get("/apps-review-statuses", gateway=False)
def review_statuses(_: Call):
    return {"reviewStatuses": _rows("value label", words.REVIEW_STATUSES)}


@enums.get("/llm-models", gateway=False)
def llm_models(_: Call):
    names = "modelName providerName modelDisplayName modelDisplayPriority providerDisplayName"
    return {"llmModels": _rows(names, words.LLM_MODELS)}


@enums.get("/llm-builtin-tiers", gateway=False)
def llm_tiers(_: Call):
    models = {row[0]: row for row in words.LLM_MODELS}
    rows: list[tuple[Any, ...]] = []
    for tier, name, cost in words.LLM_TIERS:
        model, provider, shown, _place, provider_shown = models[name]
        rows.append((tier, model, provider, cost, shown, provider_shown))
    names = "tierName modelName providerName centicreditsCoefficient modelDisplayName providerDisplayName"
    return {"llmBuiltinTiers": _rows(names, rows)}


@enums.get("/connected-system-apps", scope="agents:read", gateway=False)
def connected_system_apps(_: Call):
    """The one list here that asks for a scope (documented)."""
    return {"connectedSystemApps": _rows("name label icon", words.SYSTEM_APPS)}


@enums.get("/hook-types", gateway=False)
def hook_types(_: Call):
    """The kinds of hooks that can be created. Make documents no such list: it is here for those who build one."""
    rows = ((name, kind, _label(name, package), theme) for name, (kind, package, theme, *_) in HOOK_TYPES.items())
    return {"hookTypes": _rows("typeName type label theme", rows)}


def _label(type_name: str, package: str | None) -> str:
    kind = None if package is None else CONNECTION_TYPES.get(package)
    return words.HOOK_LABELS.get(type_name, type_name if kind is None else kind.label)


def check(values: Mapping[str, Any]) -> None:
    """Refuses ids that are in none of these lists, by the names under which bodies carry them."""
    known: Mapping[str, set[Any]] = {
        "regionId": {row[0] for row in REGIONS},
        "timezoneId": set(_TIMEZONES),
        "countryId": {row[0] for row in COUNTRIES},
        "localeId": set(LOCALES),
        "language": set(LANGUAGES),
    }
    wrong = [name for name in known if name in values and values[name] not in known[name]]
    if wrong:
        raise errors.invalid_parameters([f"Invalid value in parameter '{name}'." for name in wrong])


def timezone_name(timezone_id: int) -> str:
    return _TIMEZONES[timezone_id][1]


def zone(timezone_id: int) -> tzinfo:
    """The time of a time zone, with its summer time; without, as the list says it, on a machine that knows no zones."""
    _, name, _, text = _TIMEZONES[timezone_id]
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
        return timezone(-size if text[0] == "-" else size)
