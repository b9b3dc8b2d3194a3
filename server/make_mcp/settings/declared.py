"""All settings together: what one says about another, and the keys from wherever they come."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from make_mcp import values
from make_mcp.settings.account import AccountSettings
from make_mcp.settings.errors import SettingsError
from make_mcp.settings.serving import ServingSettings

PREFIX = "MAKE_MCP_"
KEYS = frozenset({"maton_api_key", "make_api_key", "confirm_key", "auth_token"})
SHORTEST_CODE_KEY = 32
"""Characters."""


class Settings(ServingSettings, AccountSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
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
        return {name: value for name, value in given.items() if not is_placeholder(value)}

    @model_validator(mode="after")
    def _one_source_for_each_key(self) -> "Settings":
        for name in sorted(KEYS | {"redis_url"}):
            if getattr(self, name) is not None and getattr(self, f"{name}_file") is not None:
                raise ValueError(f"{variable(name)} and {variable(name)}_FILE are both set: keep one of the two")
        return self

    @model_validator(mode="after")
    def _a_shared_key_has_a_shared_store(self) -> "Settings":
        has_key = self.confirm_key is not None or self.confirm_key_file is not None
        has_redis = self.redis_url is not None or self.redis_url_file is not None
        if (has_key and not has_redis and self.confirm_store is None) or (not has_key and self.confirm_store):
            # With a key alone two processes would take each other's codes, and each would let a code through once.
            raise ValueError(
                f"{variable('confirm_key')} (or its _FILE) and {variable('confirm_store')} belong together: the key lets processes "
                f"take each other's codes, the store (or Redis, with {variable('redis_url')}) sees to it that each code counts once"
            )
        return self

    @property
    def maton_key(self) -> str | None:
        """The key of the gateway, from the environment or its file."""
        return _read(self.maton_api_key, self.maton_api_key_file, "MATON_API_KEY_FILE")

    @property
    def make_key(self) -> str | None:
        """The token of Make's API, from the environment or its file."""
        return _read(self.make_api_key, self.make_api_key_file, "MAKE_API_KEY_FILE")

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
    def callers_token(self) -> str | None:
        """The token that callers over HTTP must bring, from the environment or its file."""
        return _read(self.auth_token, self.auth_token_file, variable("auth_token_file"), values.token)

    @property
    def redis(self) -> str | None:
        """The URL of Redis, from the environment, a flag or its file."""
        return _read(self.redis_url, self.redis_url_file, variable("redis_url_file"), values.redis_url)


def variable(field: str) -> str:
    """The environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def is_placeholder(value: object) -> bool:
    """Whether a bundle's host left it in place of an option that has no value."""
    return isinstance(value, str) and value.startswith("${user_config.")


def _read(key: SecretStr | None, file: Path | None, name: str, check: Callable[[str], str] = values.key) -> str | None:
    if key is not None:
        return key.get_secret_value()
    if file is None:
        return None
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"{name} names {str(file)!r}, which cannot be read") from None
    try:
        return check(text)
    except ValueError as error:
        raise SettingsError(f"{name} names {str(file)!r}, which {error}") from None
