"""Variables of the environment about the way to Make that cannot be used: said before anything starts."""

import re
import subprocess

import pytest
from tests.conftest import ROOT
from tests.end_to_end.processes import PATIENCE, command, environment
from tests.server.faults.upstream import Upstream
from tests.server.network import MAKE_TOKEN, calling

from make_mcp.settings import SettingsError

UNFIT: list[tuple[str, str]] = [
    ("ALL_PROXY", "socks5://somebody:pa55word@127.0.0.1:1"), ("HTTPS_PROXY", "ftp://somebody:pa55word@127.0.0.1:1"),
    ("HTTPS_PROXY", "http://somebody:pa55word@[::1"), ("http_proxy", "http://pa55word:pa55word"), ("HTTPS_PROXY", "pa55word:x:1"),
    ("HTTPS_PROXY", "http://pa55word\x01"), ("SSL_CERT_FILE", "/pa55word"), ("SSL_CERT_FILE", str(ROOT)), ("SSL_CERT_FILE", __file__),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "value"), UNFIT)
async def test_what_does_not_fit_is_told_by_its_name_and_nothing_is_started(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    """F35: never by its value, which can hold a password."""
    monkeypatch.setenv(variable, value)
    async with Upstream() as upstream:
        with pytest.raises(SettingsError) as error:
            async with calling(None, upstream.make()):
                pytest.fail("it was started")
        assert upstream.connections == 0
    text = str(error.value)
    assert variable.upper() in text
    assert "nothing was started" in text
    assert not re.search("pa55word|somebody|" + re.escape(value), text)


@pytest.mark.parametrize(
    "command_line", [("serve",), ("call", "teams_list", "organizationId=1"), ("doctor",)], ids=" ".join
)
@pytest.mark.parametrize(
    ("variable", "value"), [("HTTPS_PROXY", "ftp://somebody:pa55word@127.0.0.1:1"), ("SSL_CERT_FILE", "/pa55word")]
)
def test_a_command_ends_with_one_line_that_names_the_variable(command_line: tuple[str, ...], variable: str, value: str):
    """F35: no traceback, and not only that there is no such file."""
    variables = environment(MAKE_API_KEY=MAKE_TOKEN, MAKE_BASE_URL="http://127.0.0.1:9/api/v2", **{variable: value})
    done = subprocess.run(
        command(*command_line),
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert line.startswith("make-mcp: ")
    assert variable in line
    assert "pa55word" not in done.stderr + done.stdout
