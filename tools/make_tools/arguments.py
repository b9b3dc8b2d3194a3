"""The arguments that endpoints share, each described once. A description says which tool yields the value."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeAlias, cast

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import from_json
from typing_extensions import Doc

from make_tools.schema import SAFE_INTEGER
from make_tools.signature import Named, Nullable, Spread, Wire

_ID = Field(ge=1, le=SAFE_INTEGER)
Id: TypeAlias = Annotated[int, _ID]
Count: TypeAlias = Annotated[int, Field(ge=0, le=SAFE_INTEGER)]


def moment(value: str) -> datetime:
    """A time from ISO 8601; one without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("takes a date or a time in ISO 8601, such as 2026-03-01 or 2026-03-01T08:00:00Z") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = "takes Unix time in milliseconds, such as 1772352000000, or a time in ISO 8601, such as 2026-03-01T08:00:00Z"


def _as_milliseconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Digits alone are a number in quotes as likely as a date.
    if not value.isdigit():
        with suppress(ValueError):
            return (moment(value) - _BEGINNING) // timedelta(milliseconds=1)
    raise ValueError(_TIME)


def _milliseconds(value: int) -> int:
    # A time in seconds is a day of January 1970 in milliseconds, and Make would answer with everything.
    if 10**9 <= value < 10**11:
        raise ValueError(f"is in seconds: it {_TIME}")
    return value


Milliseconds: TypeAlias = Annotated[
    int,
    Field(ge=0, le=SAFE_INTEGER),
    BeforeValidator(_as_milliseconds),
    AfterValidator(_milliseconds),
    Doc("Unix time in milliseconds, or a time in ISO 8601."),
]
"""Listed as an integer, since a host may hold a model to one type."""

# `Doc` describes an argument for documents and refusals. `Field(description=…)` puts the text into the listing too: for
# arguments whose name and type leave a question, since each word there is read in every conversation.
UserId: TypeAlias = Annotated[Id, Doc("From users_list.")]
OrganizationId: TypeAlias = Annotated[Id, Doc("From organizations_list.")]
TeamId: TypeAlias = Annotated[Id, Doc("From teams_list.")]
ScenarioId: TypeAlias = Annotated[Id, Doc("From scenarios_list.")]
ConnectionId: TypeAlias = Annotated[Id, Doc("From connections_list.")]
DataStoreId: TypeAlias = Annotated[Id, Doc("From data_stores_list.")]
HookId: TypeAlias = Annotated[Id, Doc("From hooks_list.")]
TemplateId: TypeAlias = Annotated[Id, Doc("From templates_list.")]
DataStructureId: TypeAlias = Annotated[
    Id, Named("datastructureId"), Doc("Data structure that types the records; data_stores_get shows one in use.")
]
FolderId: TypeAlias = Annotated[Id, Doc("Scenario folder; scenarios_get shows one in use.")]
TimezoneId: TypeAlias = Annotated[Id, Doc("Make's number of a time zone; users_me shows yours.")]
CountryId: TypeAlias = Annotated[Id, Doc("Make's number of a country; users_me shows yours.")]
ZoneId: TypeAlias = Annotated[
    Id, Wire(place="query"), Named("imtZoneId"), Doc("Make's number of a zone; needed on its public cloud.")
]

IncompleteExecutionId: TypeAlias = Annotated[
    str, StringConstraints(pattern="^[0-9a-f]{32}$"), Doc("From incomplete_executions_list: 32 hexadecimal digits.")
]
NotificationId: TypeAlias = Annotated[
    str, StringConstraints(pattern="^[0-9]{1,32}$"), Doc("From notifications_list: digits in quotes.")
]
MatonConnectionId: TypeAlias = Annotated[
    str,
    StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}$"),
    Doc("From maton_connections_list: letters, digits, _ and -."),
]

Text: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=128), Doc("Name shown in Make.")]
NewName: TypeAlias = Annotated[Name, Doc("New name.")]

Fields: TypeAlias = Annotated[
    list[Text],
    Field(min_length=1),
    Wire("cols[]", place="query"),
    Doc('Columns to return, such as ["id", "name"]; ["*"] for all.'),
]
ShownFields: TypeAlias = Annotated[
    list[Text], Field(min_length=1), Wire(place="here"), Doc('Fields to show, such as ["id", "name"]; ["*"] for all.')
]
"""`fields` of a list of which Make always shows all; what is not asked for is left out here."""
AllPages: TypeAlias = Annotated[
    bool, Wire(place="here"), Doc("true: every page, as much as fits into one answer; limit is then for all of them.")
]
Whole: TypeAlias = Annotated[bool, Wire(place="here"), Doc("true: all of it, and not the outline.")]
ModuleIds: TypeAlias = Annotated[
    list[Id], Wire(place="here"), Named("modules"), Doc("Only these modules, whole; the outline shows their ids.")
]
Limit: TypeAlias = Annotated[Id, Wire("pg[limit]", place="query"), Doc("Items at the most.")]
Offset: TypeAlias = Annotated[Count, Wire("pg[offset]"), Doc("Items to skip.")]


def _sort(value: str) -> Mapping[str, str]:
    column = value.removeprefix("-")
    if not column:
        raise ValueError("takes a column's name, with a minus in front of it for descending")
    return {"pg[sortBy]": column, "pg[sortDir]": "desc" if value.startswith("-") else "asc"}


Sort: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_sort),
    Spread(),
    Wire(place="query"),
    Doc("Column to sort by, with a minus in front of it for descending."),
]


def columns(*names: str) -> AfterValidator:
    """Holds a `Sort` to the columns that Make documents for its list."""

    def check(value: Mapping[str, str]) -> Mapping[str, str]:
        if value["pg[sortBy]"] not in names:
            raise ValueError(f"takes {' or '.join(names)}, with a minus in front of it for descending")
        return value

    return AfterValidator(check)


OrganizationTimezone: TypeAlias = Annotated[bool, Doc("Days begin in the organization's time zone.")]

All: TypeAlias = Annotated[bool, Wire(place="body")]


def _as_object(value: object, what: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = from_json(value.encode(), allow_inf_nan=False)
        except ValueError:
            raise ValueError(f"is a string that is no JSON: send the {what} as an object") from None
    if not isinstance(value, dict):
        raise ValueError(f"takes the {what} as an object, or as a JSON string of one")  # noqa: TRY004  # pydantic collects ValueErrors
    return cast("dict[str, Any]", value)


def _as_text(given: object, checked: Mapping[str, Any]) -> str:
    """The JSON text for Make: what was given as text stays letter by letter, so that no number changes its form."""
    if isinstance(given, str):
        return given
    try:
        return json.dumps(checked, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueError("holds something that JSON cannot carry (NaN, or nesting without end)") from None


def _blueprint(value: object) -> str:
    blueprint = _as_object(value, "blueprint")
    # Make answers a bare 500 without a name, and a 400 without flow or metadata.
    if not (isinstance(blueprint.get("name"), str) and blueprint["name"]):
        raise ValueError("has no `name`: that is the scenario's name")
    if not isinstance(blueprint.get("flow"), list):
        raise ValueError("has no `flow`: the list of its modules ([] for none)")  # noqa: TRY004  # as above
    if not isinstance(blueprint.get("metadata"), dict):
        raise ValueError("has no `metadata` ({} will do)")  # noqa: TRY004  # as above
    return _as_text(value, blueprint)


SCHEDULING_TYPES = (
    "immediately", "indefinitely", "once", "daily", "weekly", "monthly", "yearly", "on-demand",
)  # fmt: skip
_EVERY_HOUR = 'every hour is {"type": "indefinitely", "interval": 3600}'


def _scheduling(value: object) -> str:
    scheduling = _as_object(value, "scheduling")
    kind = scheduling.get("type")
    if kind not in SCHEDULING_TYPES:
        # What was given may be anything, and is not repeated.
        word = ' "hourly"' if kind == "hourly" else ""
        wrong = "needs a `type`" if kind is None else f"has a `type`{word} that Make does not know"
        raise ValueError(f"{wrong}: it takes {', '.join(SCHEDULING_TYPES)}; {_EVERY_HOUR}")
    interval = scheduling.get("interval")
    if interval is not None and (isinstance(interval, bool) or not isinstance(interval, int) or interval < 60):
        raise ValueError("has an `interval` that is not a whole number of seconds from 60 up")
    if scheduling["type"] == "indefinitely" and interval is None:
        raise ValueError("of type indefinitely needs an `interval`, in seconds")
    return _as_text(value, scheduling)


Blueprint: TypeAlias = Annotated[
    dict[str, Any] | str,
    BeforeValidator(_blueprint),
    WithJsonSchema({"type": "object", "description": "{name, flow, metadata}"}),
    Doc("The whole blueprint, an object (or a JSON string of one) with name, flow and metadata."),
]
"""Read as an object, sent to Make as JSON text."""

Scheduling: TypeAlias = Annotated[
    dict[str, Any] | str,
    BeforeValidator(_scheduling),
    WithJsonSchema({"type": "object", "description": "{type: indefinitely, interval: 900}…"}),
    Doc("When it runs, an object (or a JSON string of one): type, and interval in seconds for indefinitely."),
]
"""Read as an object, sent to Make as JSON text."""

FolderOrNone: TypeAlias = Annotated[
    int,
    Nullable(),
    Field(ge=0, le=SAFE_INTEGER, description="0: none"),
    Doc("Folder to move it to; 0 (or null) takes it out of its folder."),
    AfterValidator(lambda value: value or None),
]


def exactly_one(**arguments: object) -> None:
    """Raises ValueError unless exactly one of the arguments was given; Make answers 400 to none and to both."""
    names = " and ".join(f"`{name}`" for name in arguments)
    given = sum(value is not None for value in arguments.values())
    if given != 1:
        raise ValueError(
            f"give exactly one of {names}, " + ("not both" if given else "neither was given (From organizations_list)")
        )


def ids_or_all(
    ids: list[Any] | None, all_: bool | None, except_ids: list[Any] | None, *, also: str = ""
) -> None:  # mirrors Make's body
    """Raises ValueError unless a batch says clearly what it is about: `ids`, or `all` with or without `exceptIds`.

    `also` names an argument that chooses too, and was not given.
    """
    if bool(ids) == bool(all_):
        other = f", `{also}`" if also else ""
        raise ValueError(f"give either `ids` (at least one){other} or `all`: true")
    if except_ids is not None and not all_:
        raise ValueError("`exceptIds` goes with `all`: true")


def present(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the fields whose argument was left out."""
    return {name: value for name, value in fields.items() if value is not None}


def apart(own: Mapping[str, Any], data: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Further fields for the body. Raises ValueError for one that has an argument of its own."""
    if clash := sorted(own.keys() & (data or {}).keys()):
        raise ValueError(f"`data` must not hold {', '.join(clash)}: there is an argument for that")
    return data or {}
