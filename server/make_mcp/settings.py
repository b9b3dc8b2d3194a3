"""Settings: every flag and environment variable, declared once.

A flag is the field's name with dashes (`--read-only`); its environment variable is `MAKE_MCP_` and the name
(`MAKE_MCP_READ_ONLY`), except for credentials and base URLs, which keep the names that Make's and Maton's own pages use.
A flag wins over the environment. A key has no flag: what stands on a command line can be read by other processes.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from make_mcp import values
from make_mcp.values import LOOPBACK

PREFIX = "MAKE_MCP_"


def _split(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if not names:
        raise ValueError("takes names, separated by commas")
    return names


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Names separated by commas."""

KEYS = frozenset({"maton_api_key", "make_api_key", "confirm_key"})
SHORTEST_CODE_KEY = 32
"""Characters."""


class SettingsError(Exception):
    """Raised by `load`: settings that do not fit. The text names each variable and what it takes, never a value."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    maton_api_key: SecretStr | None = Field(
        None, validation_alias="MATON_API_KEY", description="key of the Maton gateway (maton.ai/settings)"
    )
    maton_api_key_file: Path | None = Field(
        None, validation_alias="MATON_API_KEY_FILE", description="file that holds the key of the Maton gateway"
    )
    maton_connection: str | None = Field(
        None,
        validation_alias="MATON_CONNECTION",
        pattern="^[A-Za-z0-9_-]{1,64}$",
        description="Maton's id of the Make account to use, where several are linked",
    )
    make_api_key: SecretStr | None = Field(
        None, validation_alias="MAKE_API_KEY", description="token of Make's own API (your profile, API access)"
    )
    make_api_key_file: Path | None = Field(
        None, validation_alias="MAKE_API_KEY_FILE", description="file that holds the token of Make's own API"
    )
    make_zone: str | None = Field(
        None,
        validation_alias="MAKE_ZONE",
        description="zone of the token: the host that you see in Make, as in eu1.make.com",
    )
    maton_base_url: str = Field(
        "https://api.maton.ai",
        validation_alias="MATON_BASE_URL",
        description="where the Maton gateway is, for tests and proxies",
    )
    make_base_url: str | None = Field(
        None,
        validation_alias="MAKE_BASE_URL",
        description="where Make's API is, instead of the zone; for tests and proxies",
    )
    prefer: Literal["maton", "make"] = Field(
        "maton", description="the way to take where both keys are set and both ways offer a tool"
    )
    sandbox: bool = Field(False, description="serve a practice account: no key, no network")
    read_only: bool = Field(False, description="remove every tool that writes, and refuse calls to them")
    toolsets: Names = Field((), description="only these groups of tools, separated by commas")
    tools: Names = Field((), description="only these tools, separated by commas")
    exclude_tools: Names = Field((), description="all but these tools, separated by commas")
    confirm: Literal["standard", "strict", "human"] = Field(
        "standard",
        description="how a write is confirmed: standard (what deletes takes a code, and a person where one can be asked), "
        "strict (every write takes a code), human (and a person, always)",
    )
    confirm_key: SecretStr | None = Field(
        None, description="key for codes that several processes share, of at least 32 characters"
    )
    confirm_key_file: Path | None = Field(None, description="file that holds the key for codes that processes share")
    confirm_store: Path | None = Field(
        None, description="file in which processes that share a key note which codes were used"
    )
    timeout: float = Field(
        45, gt=0, le=600, description="seconds for a call, all waiting and trying again included (45)"
    )
    pace: str | None = Field(
        None,
        description="requests that may leave, as 5/second or 100/minute, instead of what Maton and Make allow; or off",
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis in which several servers share one pace, as redis://127.0.0.1:6379/0"
    )
    redis_url_file: Path | None = Field(None, description="file that holds the URL of Redis, where it has a password")
    reveal: bool = Field(
        False,
        description="show secrets of the account in answers: addresses of hooks, Maton's sign-in links, data of connections",
    )
    transport: Literal["stdio", "http", "sse"] = Field("stdio", description="how clients reach the server")
    host: str = Field("127.0.0.1", description="address to listen on, for http and sse; a loopback address")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on, for http and sse; 0 takes any free one")
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="how much to log, on stderr")
    audit_log: Path | None = Field(
        None,
        description="file to which a line is appended for each decision about a write; without it `serve` writes them to stderr",
    )

    @model_validator(mode="before")
    @classmethod
    def _host_placeholders(cls, raw: Any) -> Any:
        # One host of bundles hands out secrets that it forgot to decrypt.
        given = cast("Mapping[str, Any]", raw)
        for name, value in given.items():
            if isinstance(value, str) and value.startswith("__encrypted__:"):
                field = next((f for f in cls.model_fields if name in {f, variable(f)}), name)
                raise ValueError(
                    f"{variable(field)} arrived still encrypted: a fault of the host. Set it anew there, or in the environment"
                )
        return {name: value for name, value in given.items() if not _is_placeholder(value)}

    @field_validator("maton_api_key", "make_api_key", "confirm_key")
    @classmethod
    def _key_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(values.key(value.get_secret_value()))

    @field_validator("make_zone")
    @classmethod
    def _zone_is_a_host_of_make(cls, value: str | None) -> str | None:
        return None if value is None else values.zone(value)

    @field_validator("maton_base_url", "make_base_url")
    @classmethod
    def _base_url_is_safe(cls, value: str | None) -> str | None:
        return None if value is None else values.base_url(value)

    @field_validator("pace")
    @classmethod
    def _pace_is_a_rate(cls, value: str | None) -> str | None:
        return None if value is None else values.pace(value)

    @field_validator("redis_url")
    @classmethod
    def _redis_url_is_one(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(values.redis_url(value.get_secret_value()))

    @field_validator("host")
    @classmethod
    def _host_is_loopback(cls, value: str) -> str:
        if value not in LOOPBACK:
            raise ValueError("takes a loopback address (127.0.0.1, localhost or ::1): there is no sign-in yet")
        return value

    @model_validator(mode="after")
    def _one_source_for_each_key(self) -> "Settings":
        for name in sorted(KEYS | {"redis_url"}):
            if getattr(self, name) is not None and getattr(self, f"{name}_file") is not None:
                raise ValueError(f"{variable(name)} and {variable(name)}_FILE are both set: keep one of the two")
        return self

    @model_validator(mode="after")
    def _a_shared_key_has_a_shared_store(self) -> "Settings":
        has_key = self.confirm_key is not None or self.confirm_key_file is not None
        if has_key != (self.confirm_store is not None):
            # With a key alone two processes would take each other's codes, and each would let a code through once.
            raise ValueError(
                f"{variable('confirm_key')} (or its _FILE) and {variable('confirm_store')} belong together: the key lets "
                "processes take each other's codes, the store sees to it that each code counts once"
            )
        return self

    @property
    def maton_key(self) -> str | None:
        """The key of the gateway, from the environment or its file."""
        return _read(self.maton_api_key, self.maton_api_key_file, "MATON_API_KEY_FILE")

    @property
    def code_key(self) -> str | None:
        """The key for codes that several processes share, from the environment or its file."""
        key = _read(self.confirm_key, self.confirm_key_file, variable("confirm_key_file"))
        if key is not None and len(key) < SHORTEST_CODE_KEY:
            where = variable("confirm_key" if self.confirm_key is not None else "confirm_key_file")
            raise SettingsError(
                f"the key of {where} is too short: give at least {SHORTEST_CODE_KEY} characters that nobody can guess"
            )
        return key

    @property
    def redis(self) -> str | None:
        """The URL of Redis, from the environment, a flag or its file."""
        return _read(self.redis_url, self.redis_url_file, variable("redis_url_file"), values.redis_url)

    @property
    def make_key(self) -> str | None:
        """The token of Make's API, from the environment or its file."""
        return _read(self.make_api_key, self.make_api_key_file, "MAKE_API_KEY_FILE")


def load(flags: Mapping[str, Any]) -> Settings:
    """The settings from flags and environment.

    Raises:
        SettingsError: one does not fit; nothing was started.
    """
    _refuse_misspelt()
    redis_url = str(flags.get("redis_url") or "")
    if "@" in redis_url or any(values.sign_in_of_redis(redis_url)):
        raise SettingsError(
            f"--redis-url holds a password, which other processes can read on a command line: set {variable('redis_url')}, "
            "or give --redis-url-file"
        )
    try:
        # By the variables' names, for which alone the fields that have one of their own are known.
        given = {_source(name): value for name, value in flags.items() if not _is_placeholder(value)}
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_problem(item["loc"], item["msg"], item["type"], item.get("ctx", {})) for item in error.errors())
        ) from None


def _refuse_misspelt() -> None:
    """A misspelt MAKE_MCP_READONLY must not leave the door open; a name that is like none of ours is somebody else's."""
    known = {variable(field).removeprefix(PREFIX): variable(field) for field in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known.values():
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.75)
            if near:
                raise SettingsError(f"there is no setting {name}: did you mean {known[near[0]]}?")


def _is_placeholder(value: object) -> bool:
    """Whether a bundle's host left it in place of an option that has no value."""
    return isinstance(value, str) and value.startswith("${user_config.")


def _source(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else field


def variable(field: str) -> str:
    """The environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def _problem(location: tuple[int | str, ...], message: str, kind: str, context: Mapping[str, Any]) -> str:
    where = str(location[0]) if location else ""
    field = next((f for f in Settings.model_fields if where in {f, variable(f)}), None)
    flag = "" if field in KEYS else f"(--{field.replace('_', '-')}) " if field else ""
    name = "" if field is None else f"{variable(field)} {flag}"
    return name + _TAKES.get(kind, message.removeprefix("Value error, ")).format_map({"expected": "", **context})


_TAKES = {
    "bool_parsing": "takes true or false",
    "int_parsing": "takes a whole number",
    "literal_error": "takes {expected}",
    "float_parsing": "takes a number",
    "greater_than": "takes a number above {gt}",
    "greater_than_equal": "takes a number from {ge} up",
    "less_than_equal": "takes a number up to {le}",
    "string_pattern_mismatch": "takes text of the form {pattern}",
}


def _read(key: SecretStr | None, file: Path | None, name: str, check: Callable[[str], str] | None = None) -> str | None:
    if key is not None:
        return key.get_secret_value()
    if file is None:
        return None
    try:
        return (check or values.key)(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        what = "address" if check else "key"
        raise SettingsError(f"{name} names {str(file)!r}, which cannot be read or holds no usable {what}") from None
