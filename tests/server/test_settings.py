"""Each setting from its flag and its variable, and nothing started with one that does not fit."""

import itertools
import traceback
from pathlib import Path
from typing import Any

import pytest
from tests.server.network import MAKE_TOKEN, MATON_KEY, SECRETS
from tests.server.setting_cases import FITTING, UNFIT

from make_mcp.settings import Settings, SettingsError, load, variable
from make_mcp.upstream.doors import open_doors

ZONES = {
    "eu1": "eu1.make.com", "EU1": "eu1.make.com", "us2": "us2.make.com", "eu1.make.com": "eu1.make.com",
    "https://eu1.make.com/": "eu1.make.com", "https://eu1.make.com": "eu1.make.com", "HTTPS://EU1.Make.com": "eu1.make.com",
    " eu1.make.com ": "eu1.make.com", "us1.make.celonis.com": "us1.make.celonis.com",
}  # fmt: skip
NO_ZONES = [
    "evil.com", "eu1.make.com.evil.com", "eu1.make.com/path", "https://eu1.make.com/api/v2", "eu1.make.com:8443", "user@eu1.make.com",
    "https://user:pw@eu1.make.com", "http://eu1.make.com", "eu1.evilmake.com", "make.com", "evilmake.com", ".make.com", "eu1..make.com",
    "eu1.make.com?x=1", "eu1.make.com#x", "eu1.make.com\\.evil.com", "evil.com/.make.com", "evil.com#.make.com", "evil.com?.make.com",
    "evil.com\n.make.com", "eu1.make.com\nX: y", "eu1.make.com\n.evil.com", "eu1.mäke.com", "eu1。make。com", "eu1.make.com.", "eu 1",
    "eu1%2emake.com", "https://", "//eu1.make.com", "eu1.make.com/..", "europe", "1", "[::1].make.com", "*.make.com", "x:y@a.make.com",
]  # fmt: skip

BASES = {
    "https://proxy.example.com": "https://proxy.example.com", "https://proxy.example.com/": "https://proxy.example.com",
    "https://PROXY.example.com:8443/a/b/": "https://proxy.example.com:8443/a/b", "http://127.0.0.1:4401": "http://127.0.0.1:4401",
    "http://localhost": "http://localhost", "http://[::1]:4401/": "http://[::1]:4401", " https://proxy.example.com ": "https://proxy.example.com",
    "https://eu1.make.com/api/v2": "https://eu1.make.com/api/v2", "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
}  # fmt: skip
NO_BASES = [
    "http://proxy.example.com", "http://evil.com/127.0.0.1", "http://127.0.0.1.evil.com", "http://localhost.evil.com", "http://127.0.0.2",
    "http://10.0.0.1", "https://user@proxy.example.com", "https://user:pw@proxy.example.com", "https://:pw@proxy.example.com",
    "https://proxy.example.com?x=1", "https://proxy.example.com#x", "ftp://proxy.example.com", "file:///etc/passwd", "javascript:alert(1)",
    "proxy.example.com", "//proxy.example.com", "https://", "https:///api", "garbage", "https://[", "https://proxy.example.com:x",
    "https://proxy.example.com:99999", "http://[::2]", "https://proxy.example.com\\@evil.com",
]  # fmt: skip
# What the guard in the transport would refuse in every single call belongs refused at the start.
NO_CALL = [" .x", "/a/../b", "/a%2Fb", "/%2e%2e", "/a;b", "//a", "/a//b", "/./a", "/ä", "/a b", "\\a"]

KEYS = ["maton_api_key", "make_api_key"]
NO_KEYS = [" ", "\t\n", "a b", "a\nb", "a\r\nX: y", "schlüssel", "a\x00b", "a\x7f", "\u200bkey", "ke\u00a0y", "\ud800"]


def refused(flags: dict[str, Any]) -> str:
    """What a person reads of settings that do not fit: one line, and no value in it nor in anything behind it."""
    with pytest.raises(SettingsError) as error:
        load(flags)
    text = str(error.value)
    assert "\n" not in text
    assert text.strip()
    behind = "".join(traceback.format_exception(error.value))
    assert not any(secret in behind for secret in SECRETS)
    return text


@pytest.mark.parametrize(("name", "given", "wanted"), FITTING)
def test_a_setting_comes_from_its_flag_or_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, wanted: Any
):
    assert getattr(load({name: given}), name) == wanted
    monkeypatch.setenv(variable(name), given)
    assert getattr(load({}), name) == wanted
    monkeypatch.setenv(variable(name), "")
    assert getattr(load({}), name) == Settings.model_fields[name].default


@pytest.mark.parametrize(("name", "given"), [(name, value) for name, value in UNFIT if "\x00" not in value])
def test_a_setting_that_does_not_fit_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, given: str):
    flag = f"--{name.replace('_', '-')}"
    for text in (refused({name: given}), (monkeypatch.setenv(variable(name), given), refused({}))[1]):
        assert text.startswith(f"{variable(name)} ({flag}) takes"), text
        assert (
            given not in text.removeprefix(f"{variable(name)} ({flag})")
            or len(given) < 3
            or given.lower() in text.lower()
        )


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [("port", "80.5", "it got '80.5'"), ("confirm", "Human", "it got 'Human'"), ("allowed_hosts", "*.a.example.com", "it got "),
     ("rate_limit", "fast\n", "it got 'fast\\n'"), ("max_body", "x" * 61, "it got a text of 61 characters"),
     ("make_zone", MAKE_TOKEN, "it got a text of 36 characters"), ("host", MATON_KEY, f"it got a text of {len(MATON_KEY)} characters"),
     ("public_url", "https://a:b@c", "it got a text of 13 characters")],
)  # fmt: skip
def test_what_was_given_is_shown_unless_it_may_be_a_key(name: str, given: str, shown: str):
    assert shown in refused({name: given})


def test_every_setting_has_one_variable_with_a_name_that_can_be_guessed():
    own = {"MATON_API_KEY", "MATON_API_KEY_FILE", "MATON_CONNECTION", "MAKE_API_KEY", "MAKE_API_KEY_FILE", "MAKE_ZONE",
           "MATON_BASE_URL", "MAKE_BASE_URL"}  # fmt: skip
    for name, field in Settings.model_fields.items():
        assert variable(name) == (name.upper() if name.upper() in own else f"MAKE_MCP_{name.upper()}")
        assert field.description
    assert {variable(name) for name in Settings.model_fields} >= own


OTHERS = [
    ("make_zone", "us2.make.com", "eu1.make.com"), ("maton_base_url", "https://a.example.com", "https://b.example.com"),
    ("make_base_url", "https://a.example.com", "https://b.example.com"), ("maton_connection", "a", "b"), ("prefer", "maton", "make"),
    ("toolsets", "users", "teams"), ("tools", "users_me", "teams_list"), ("exclude_tools", "users_me", "teams_list"),
    ("transport", "sse", "http"), ("host", "::1", "localhost"), ("port", "4000", "5000"), ("log_level", "debug", "info"),
    ("maton_api_key_file", "/a", "/b"), ("make_api_key_file", "/a", "/b"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "environment", "flag"), OTHERS)
def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, environment: str, flag: str):
    wanted = getattr(load({name: flag}), name)
    monkeypatch.setenv(variable(name), environment)
    assert getattr(load({name: flag}), name) == wanted
    assert getattr(load({}), name) != wanted
    monkeypatch.setenv(variable(name), "${user_config.x}")
    assert getattr(load({name: flag}), name) == wanted


@pytest.mark.parametrize(("given", "host"), ZONES.items())
def test_a_zone_may_be_written_as_a_person_finds_it(given: str, host: str):
    assert load({"make_zone": given}).make_zone == host


@pytest.mark.parametrize("given", NO_ZONES, ids=ascii)
def test_a_zone_that_is_no_host_of_make_is_refused(given: str):
    text = refused({"make_api_key": MAKE_TOKEN, "make_zone": given})
    assert text.startswith("MAKE_ZONE (--make-zone) takes a zone such as eu1.make.com")


@pytest.mark.parametrize("name", ["maton_base_url", "make_base_url"])
def test_a_base_url_is_https_or_on_this_machine_and_carries_nothing_else(name: str):
    for given, wanted in BASES.items():
        assert getattr(load({name: given}), name) == wanted
    for given in NO_BASES:
        assert refused({name: given, name.replace("base_url", "api_key"): MAKE_TOKEN}).startswith(
            f"{variable(name)} "
        ), given


def test_a_base_url_that_no_call_could_use_is_refused_at_the_start():
    for rest, name in itertools.product(NO_CALL, ("maton_base_url", "make_base_url")):
        assert refused({name: f"https://proxy.example.com{rest}"}).startswith(f"{variable(name)} "), rest


def test_an_empty_query_or_fragment_in_a_base_url_does_not_reach_an_address():
    for given in ("https://proxy.example.com?", "https://proxy.example.com#", "https://proxy.example.com/?#"):
        assert load({"make_base_url": given}).make_base_url == "https://proxy.example.com"


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
):
    file = tmp_path / "key"
    for given in NO_KEYS:
        text = refused({name: given})
        assert text.startswith(name.upper())
        # There is no flag for a key: other processes can read a command line.
        assert f"--{name.replace('_', '-')}" not in text, text
        assert given.strip() == "" or given not in text
        file.write_bytes(given.encode("utf-8", "surrogatepass"))
        settings = load({f"{name}_file": str(file)})
        with pytest.raises(SettingsError, match=f"{name.upper()}_FILE"):
            open_doors(settings)
    assert getattr(load({name: f"  {MATON_KEY}\n"}), name.replace("_api", "")) == MATON_KEY
    monkeypatch.setenv(name.upper(), "")
    assert getattr(load({}), name) is None


@pytest.mark.parametrize("name", KEYS)
def test_a_key_may_stand_in_a_file_but_not_in_two_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str):
    key = tmp_path / "key"
    key.write_text(f"{MATON_KEY}\n", encoding="utf-8")
    monkeypatch.setenv(f"{name.upper()}_FILE", str(key))
    assert getattr(load({}), name.replace("_api", "")) == MATON_KEY
    monkeypatch.setenv(name.upper(), MAKE_TOKEN)
    text = refused({})
    assert f"{name.upper()} and {name.upper()}_FILE are both set" in text
    monkeypatch.delenv(name.upper())
    for path in (tmp_path / "missing", tmp_path):
        monkeypatch.setenv(f"{name.upper()}_FILE", str(path))
        with pytest.raises(SettingsError, match=f"{name.upper()}_FILE"):
            open_doors(load({}))


def test_no_form_of_the_settings_shows_a_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MATON_API_KEY", MATON_KEY)
    monkeypatch.setenv("MAKE_API_KEY", MAKE_TOKEN)
    monkeypatch.setenv("MAKE_ZONE", "eu1")
    settings = load({})
    doors = open_doors(settings)
    shown = [
        repr(settings),
        str(settings),
        f"{settings!s}",
        repr(settings.model_dump()),
        settings.model_dump_json(),
        repr(doors),
        str(doors),
    ]
    assert not any(secret in text for text in shown for secret in SECRETS)
    assert (settings.maton_key, settings.make_key) == (MATON_KEY, MAKE_TOKEN)
    assert not any(secret in refused({"port": "x", "make_zone": "evil.com", "prefer": "y"}) for secret in SECRETS)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_what_a_host_left_unfilled_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str):
    for placeholder in ("${user_config.x}", "${user_config.make_api_key}"):
        monkeypatch.setenv(variable(name), placeholder)
        assert getattr(load({}), name) == Settings.model_fields[name].default


def test_a_flag_that_a_host_left_unfilled_does_not_hide_the_variable(monkeypatch: pytest.MonkeyPatch):
    for name, environment, _ in OTHERS:
        monkeypatch.setenv(variable(name), environment)
        assert getattr(load({name: "${user_config.x}"}), name) == getattr(load({}), name), name


def test_a_setting_has_no_second_variable_and_a_misspelt_one_is_refused(monkeypatch: pytest.MonkeyPatch):
    for wrong, right in {
        "MAKE_MCP_MATON_API_KEY": "MATON_API_KEY", "MAKE_MCP_MAKE_ZONE": "MAKE_ZONE", "MAKE_MCP_MAKE_BASE_URL": "MAKE_BASE_URL",
        "MAKE_MCP_READONLY": "MAKE_MCP_READ_ONLY", "MAKE_MCP_EXCLUDE_TOOL": "MAKE_MCP_EXCLUDE_TOOLS",
    }.items():  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setenv(wrong, "true")
            assert refused({}) == f"there is no setting {wrong}: did you mean {right}?"


def test_a_variable_that_is_like_none_of_ours_is_somebody_elses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAKE_MCP_COLOUR_OF_THE_SKY", "blue")
    assert load({}) == load({})


def test_what_a_host_forgot_to_decrypt_is_refused_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch):
    for name in Settings.model_fields:
        with monkeypatch.context() as patch:
            patch.setenv(variable(name), "__encrypted__:c2VjcmV0")
            text = refused({})
        assert variable(name) in text, text
        assert "encrypted" in text
        assert "c2VjcmV0" not in text


def test_several_faults_are_named_at_once():
    text = refused({"port": "x", "make_zone": "evil.com", "prefer": "both"})
    assert all(name in text for name in ("MAKE_MCP_PORT", "MAKE_ZONE", "MAKE_MCP_PREFER"))


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        load({}).read_only = True  # pyright: ignore[reportAttributeAccessIssue]  # that is what is tested


@pytest.mark.parametrize(
    "sign_in",
    ["me:hunter2@h/0", ":hunter2@h/0", "h/0?password=hunter2", "h/0?db=1&PASSWORD=hunter2", "h/0?pass%77ord=hunter2", "h/0?username=hunter2"],
)  # fmt: skip
def test_a_password_of_redis_is_taken_from_the_environment_and_not_from_a_flag(
    sign_in: str, monkeypatch: pytest.MonkeyPatch
):
    url = f"redis://{sign_in}"
    with pytest.raises(SettingsError, match="--redis-url holds a password") as refused:
        load({"redis_url": url})
    assert "hunter2" not in str(refused.value)
    assert variable("redis_url") in str(refused.value)
    monkeypatch.setenv(variable("redis_url"), url)
    assert load({}).redis == url
    assert load({"redis_url": "redis://h:6379/0?db=1&client_name=password"}).redis is not None
