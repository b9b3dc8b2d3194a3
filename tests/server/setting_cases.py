"""Values of settings: what fits and what becomes of it, and what does not."""

from pathlib import Path
from typing import Any

# The field, what its flag or variable holds, and what becomes of it.
FITTING: list[tuple[str, str, Any]] = [
    ("maton_connection", "21fd90f9-5935_X", "21fd90f9-5935_X"), ("make_zone", "eu1.make.com", "eu1.make.com"),
    ("maton_base_url", "https://proxy.example.com/", "https://proxy.example.com"),
    ("make_base_url", "http://localhost:4401", "http://localhost:4401"),
    ("maton_api_key_file", "/run/key", Path("/run/key")), ("make_api_key_file", "/run/key", Path("/run/key")),
    ("prefer", "make", "make"), ("prefer", "maton", "maton"), ("sandbox", "true", True), ("sandbox", "0", False),
    ("read_only", "true", True), ("read_only", "1", True), ("read_only", "yes", True), ("read_only", "on", True),
    ("read_only", "TRUE", True), ("read_only", "false", False), ("read_only", "no", False),
    ("toolsets", "users,teams", ("users", "teams")), ("toolsets", " users , teams ,", ("users", "teams")),
    ("catalog", "true", True), ("no_output_schemas", "1", True), ("max_result_bytes", "2000", 2000),
    ("max_result_bytes", "10000000", 10_000_000),
    ("tools", "users_me", ("users_me",)), ("exclude_tools", "users_me,teams_list", ("users_me", "teams_list")),
    ("transport", "stdio", "stdio"), ("transport", "http", "http"), ("transport", "sse", "sse"),
    ("host", "127.0.0.1", "127.0.0.1"), ("host", "::1", "::1"), ("host", "localhost", "localhost"),
    ("host", "0.0.0.0", "0.0.0.0"), ("host", "::", "::"), ("host", " 10.0.0.1 ", "10.0.0.1"),
    ("allowed_hosts", "make.example.com, a:8443,[::1]:80", ("make.example.com", "a:8443", "[::1]:80")),
    ("allowed_origins", "https://a.example.com,http://b:8080", ("https://a.example.com", "http://b:8080")),
    ("public_url", "https://make.example.com/mcp/", "https://make.example.com/mcp"),
    ("auth_issuer", "https://login.example.com/", "https://login.example.com/"), ("auth_algorithms", "RS256,EdDSA", ("RS256", "EdDSA")),
    ("auth_jwks_url", "http://127.0.0.1:4000/keys", "http://127.0.0.1:4000/keys"), ("max_body", "8", 8), ("body_timeout", "2.5", 2.5),
    ("max_connections", "20", 20), ("max_sessions", "1", 1), ("session_idle", "60", 60.0), ("rate_limit", "600/minute", "600/minute"),
    ("rate_limit", "off", "off"), ("grace", "0", 0.0), ("metrics_port", "9464", 9464), ("log_format", "json", "json"),
    ("port", "0", 0), ("port", "65535", 65535), ("log_level", "debug", "debug"), ("log_level", "error", "error"),
]  # fmt: skip

UNFIT: list[tuple[str, str]] = [
    ("maton_connection", "a b"), ("maton_connection", "a/../b"), ("maton_connection", "x" * 65), ("maton_connection", "a\nb: c"),
    ("maton_connection", "a\n"), ("maton_connection", "ä"),
    ("prefer", "both"), ("prefer", "Make"), ("sandbox", "maybe"), ("sandbox", "2"), ("read_only", "maybe"), ("read_only", "ja"),
    ("transport", "websocket"), ("transport", "HTTP"), ("host", "evil.com"), ("host", "*"), ("host", "127.0.0.1/8"), ("host", "1"),
    ("host", "127.0.0.1.evil.com"), ("host", "127.0.0.1:80"), ("host", "[::1]"), ("port", "65536"),
    ("port", "-1"), ("port", "x"), ("port", "80.5"), ("log_level", "loud"), ("log_level", "DEBUG"), ("log_format", "xml"),
    ("allowed_hosts", "*"), ("allowed_hosts", "*.example.com"), ("allowed_hosts", "https://a.example.com"), ("allowed_hosts", "a.example.com/"),
    ("allowed_hosts", "A.example.com"), ("allowed_hosts", "a@b"), ("allowed_hosts", "a:x"), ("allowed_hosts", "::1"), ("allowed_hosts", "a b"),
    ("allowed_origins", "*"), ("allowed_origins", "null"), ("allowed_origins", "a.example.com"), ("allowed_origins", "https://a.example.com/"),
    ("allowed_origins", "https://a.example.com:443"), ("allowed_origins", "https://*.example.com"), ("allowed_origins", "https://u@a"),
    ("public_url", "http://make.example.com/mcp"), ("public_url", "make.example.com"), ("public_url", "https://a/mcp?x=1"),
    ("auth_issuer", "http://login.example.com"), ("auth_issuer", "login"), ("auth_issuer", "https://a/?x"), ("auth_issuer", "https://a/#x"),
    ("auth_jwks_url", "http://keys.example.com"), ("auth_algorithms", "HS256"), ("auth_algorithms", "none"), ("auth_algorithms", "RS256,HS512"),
    ("max_body", "0"), ("max_body", "65"), ("max_body", "x"), ("body_timeout", "0"), ("body_timeout", "nan"), ("body_timeout", "inf"),
    ("max_result_bytes", "1999"), ("max_result_bytes", "10000001"), ("max_result_bytes", "25 kB"), ("catalog", "maybe"),
    ("no_output_schemas", "none"), ("max_connections", "0"), ("max_sessions", "0"), ("session_idle", "0"), ("session_idle", "-1"), ("rate_limit", "50"),
    ("rate_limit", "0/second"), ("rate_limit", "fast"), ("grace", "-1"), ("grace", "601"), ("metrics_port", "65536"),
]  # fmt: skip
