"""How it is served: the transport, who may reach it over HTTP, what one of them may take, and what is told of it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from make_mcp import values
from make_mcp.settings.forms import Names


class ServingSettings(BaseSettings):
    transport: Literal["stdio", "http", "sse"] = Field("stdio", description="how clients reach the server")
    host: Annotated[str, AfterValidator(values.address)] = Field(
        "127.0.0.1",
        description="address to listen on, for http and sse; one that is not loopback takes allowed-hosts and sign-in",
    )
    port: int = Field(8000, ge=0, le=65535, description="port to listen on, for http and sse; 0 takes any free one")
    allowed_hosts: Names = Field(
        (),
        description="Host headers that requests may have, exactly, as in make.example.com or make.example.com:8443, "
        "separated by commas; on loopback its own names count too",
    )
    allowed_origins: Names = Field(
        (), description="web pages that may call, as in https://app.example.com, separated by commas; none without it"
    )
    public_url: str | None = Field(
        None, description="URL under which clients reach the server, as in https://make.example.com/mcp"
    )
    auth_token: SecretStr | None = Field(
        None, description="token that callers over http and sse must bring, of at least 32 characters"
    )
    auth_token_file: Path | None = Field(None, description="file that holds the token that callers must bring")
    auth_issuer: str | None = Field(
        None, description="issuer of the tokens (JWTs) that callers must bring, as in https://login.example.com"
    )
    auth_audience: str | None = Field(
        None, description="audience that such a token must be for; without it the public URL"
    )
    auth_jwks_url: str | None = Field(
        None, description="where the issuer's keys are; without it the issuer's own metadata says it"
    )
    auth_algorithms: Names = Field(
        values.ALGORITHMS, description="algorithms by which such a token may be signed, separated by commas"
    )
    credentials_file: Path | None = Field(
        None, description="file with the Make or Maton key of each caller, by the subject of their token"
    )
    max_body: int = Field(4, ge=1, le=64, description="megabytes that a request may have (4)")
    body_timeout: float = Field(10, gt=0, le=300, description="seconds for a request to arrive as a whole (10)")
    max_connections: int = Field(500, ge=1, le=100_000, description="connections at once (500)")
    max_sessions: int = Field(
        200, ge=1, le=10_000, description="sessions at once of clients of protocols before 2026-07-28 (200)"
    )
    session_idle: float = Field(
        300, gt=0, le=86_400, description="seconds after which such a session ends that nobody uses (300)"
    )
    rate_limit: str = Field(
        "1000/second",
        description="requests that one caller may send, as 50/second or 600/minute; or off (1000/second)",
    )
    grace: float | None = Field(
        None,
        ge=0,
        le=600,
        description="seconds for calls in flight to finish when the server is told to end (0.6; with sign-in 30)",
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="port on which Prometheus finds /metrics, for http and sse; none without it"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="how much to log, on stderr")
    log_format: Literal["text", "json"] = Field("text", description="lines of text, or of JSON for a log collector")
    audit_log: Path | None = Field(
        None,
        description="file to which a line is appended for each decision about a write; without it `serve` writes them to stderr",
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts_are_exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(values.host(one) for one in value)

    @field_validator("allowed_origins")
    @classmethod
    def _origins_are_exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(values.origin(one) for one in value)

    @field_validator("public_url")
    @classmethod
    def _public_url_is_one(cls, value: str | None) -> str | None:
        return None if value is None else values.public_url(value)

    @field_validator("auth_token")
    @classmethod
    def _token_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(values.token(value.get_secret_value()))

    @field_validator("auth_issuer")
    @classmethod
    def _issuer_is_a_url(cls, value: str | None) -> str | None:
        return None if value is None else values.issuer(value)

    @field_validator("auth_jwks_url")
    @classmethod
    def _keys_come_over_tls(cls, value: str | None) -> str | None:
        return None if value is None else values.tls_url(value)

    @field_validator("auth_algorithms")
    @classmethod
    def _algorithms_have_no_shared_secret(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return values.algorithms(value)

    @field_validator("rate_limit")
    @classmethod
    def _rate_is_one(cls, value: str) -> str:
        return values.pace(value)
