"""`/enums` and `/ping`: what everybody may read. Short lists; Make's own have hundreds of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from make_sandbox import errors
from make_sandbox.api.resource import Call, Resource

ZONES = ((1, "eu1.make.com", "EU1"), (2, "us1.make.com", "US1"))
ZONE_OF_ACCOUNT = 1

REGIONS = ((1, "EU", "eu1.make.com"), (2, "US", "us1.make.com"))
"""The third column is where an organization of the region is created."""

TIMEZONES = (
    (113, "Europe/London", "GMT", "+0000"),
    (118, "Europe/Prague", "CET", "+0100"),
    (152, "Asia/Tokyo", "JST", "+0900"),
    (200, "UTC", "UTC", "+0000"),
    (301, "America/New_York", "EST", "-0500"),
    (317, "America/Los_Angeles", "PST", "-0800"),
)
COUNTRIES = (
    (57, "Czechia", "CZE", "CZ"),
    (81, "Germany", "DEU", "DE"),
    (109, "Japan", "JPN", "JP"),
    (201, "United Kingdom", "GBR", "GB"),
    (202, "United States", "USA", "US"),
)
LOCALES = {1: "en-US", 2: "en-GB", 3: "cs-CZ", 4: "de-DE"}
LANGUAGES = ("en", "cs", "de", "es", "fr", "pt")

general = Resource("", scope=None)
enums = Resource("/enums", scope=None)


@general.get("/ping", gateway=False)
def ping(_: Call) -> str:
    """Plain text, not JSON."""
    return "pong"


def _rows(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=False)) for row in rows]


@enums.get("/imt-zones", gateway=False)
def zones(_: Call):
    return {"imtZones": _rows(("id", "domain", "name"), ZONES)}


@enums.get("/imt-regions", gateway=False)
def regions(_: Call):
    return {"imtRegions": _rows(("id", "name"), REGIONS)}


@enums.get("/timezones", gateway=False)
def timezones(_: Call):
    return {"timezones": _rows(("id", "name", "code", "offset"), TIMEZONES)}


@enums.get("/countries", gateway=False)
def countries(_: Call):
    return {"countries": _rows(("id", "name", "code", "code2"), COUNTRIES)}


def check(values: Mapping[str, Any]) -> None:
    """Refuses ids that are in none of these lists, by the names under which bodies carry them."""
    known: Mapping[str, set[Any]] = {
        "regionId": {row[0] for row in REGIONS},
        "timezoneId": {row[0] for row in TIMEZONES},
        "countryId": {row[0] for row in COUNTRIES},
        "localeId": set(LOCALES),
        "language": set(LANGUAGES),
    }
    wrong = [name for name in known if name in values and values[name] not in known[name]]
    if wrong:
        raise errors.invalid_parameters([f"Invalid value in parameter '{name}'." for name in wrong])


def timezone_name(timezone_id: int) -> str:
    return next(name for id_, name, _, _ in TIMEZONES if id_ == timezone_id)


def offset(timezone_id: int) -> timedelta:
    """How far the clocks of a time zone are ahead of UTC, as the list says it: without summer time."""
    text = next(text for id_, _, _, text in TIMEZONES if id_ == timezone_id)
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return -size if text[0] == "-" else size
