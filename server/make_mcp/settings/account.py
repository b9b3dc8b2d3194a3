"""What is served: the account, the tools, how writes are confirmed, and how fast requests leave."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from make_mcp import values
from make_mcp.settings.forms import Names


class AccountSettings(BaseSettings):
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
    toolsets: Names = Field(
        (),
        description="only these groups of tools, separated by commas: names of groups, account, default, all; without it the default "
        "ones are listed, and all others can be called",
    )
    tools: Names = Field((), description="only these tools, separated by commas")
    exclude_tools: Names = Field((), description="all but these tools, separated by commas")
    catalog: bool = Field(
        False,
        description="list three tools that find and call all others, for hosts that take few; also --toolsets catalog",
    )
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
    max_result_bytes: int = Field(
        25_000,
        ge=2000,
        le=10_000_000,
        description="bytes that an answer may have; what is longer is cut, and says so (25000)",
    )
    no_output_schemas: bool = Field(False, description="list tools without the schemas of their answers")
    reveal: bool = Field(
        False,
        description="show secrets of the account in answers: addresses of hooks, Maton's sign-in links, data of connections",
    )

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
