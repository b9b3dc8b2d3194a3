"""Where Prometheus reads: a port of its own, which is gone with the server, and which says nothing of itself."""

import socket
import subprocess
import sys
import threading

import httpx2
import pytest
from tests.end_to_end.processes import PATIENCE, environment
from tests.server.telemetry.scraping import LOOPBACK, Scrape

from make_mcp import __version__
from make_mcp.settings import SettingsError
from make_mcp.telemetry.observer import Observer
from make_mcp.telemetry.prometheus import open_metrics


def test_the_version_and_the_process_are_told():
    with open_metrics(LOOPBACK, 0) as (_, url):
        metrics = Scrape(url)
        assert metrics.values("make_mcp_build_info") == {(__version__,): 1}
        assert metrics.value("process_resident_memory_bytes") > 1_000_000
        assert "_created" not in metrics.text


def test_what_http_tells_is_counted():
    open_now = 0
    with open_metrics(LOOPBACK, 0) as (observer, url):
        metrics = Scrape(url)
        assert metrics.value("make_mcp_sessions") == 0
        observer.sessions(lambda: open_now)
        for reason in ("host", "host", "sign_in"):
            observer.refused(reason)
        open_now = 7
        assert metrics.value("make_mcp_sessions") == 7
        assert metrics.values("make_mcp_http_refused_total") == {("host",): 2, ("sign_in",): 1}


def test_only_metrics_are_there_and_only_to_be_read():
    with open_metrics(LOOPBACK, 0) as (_, url):
        for other in (url.removesuffix("metrics"), f"{url}/more", f"{url}%2f.."):
            assert httpx2.get(other, trust_env=False).status_code == 404
        for method in ("POST", "DELETE", "PUT"):
            assert httpx2.request(method, url, trust_env=False).status_code in {405, 501}
        assert "make_mcp_build_info" in Scrape(f"{url}?anything=goes").text


def test_a_client_that_goes_away_or_talks_nonsense_leaves_no_trace(capfd: pytest.CaptureFixture[str]):
    with open_metrics(LOOPBACK, 0) as (_, url):
        address = (LOOPBACK, httpx2.URL(url).port or 0)
        for said in (
            b"",
            b"GET /metrics",
            b"GET /metrics HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\r\n\r\n",
            b"GET " + b"/" * 100_000,
        ):
            with socket.create_connection(address) as client:
                client.sendall(said)
        assert Scrape(url).value("make_mcp_sessions") == 0
    assert capfd.readouterr() == ("", "")


def test_many_read_at_once_and_one_who_says_nothing_does_not_keep_them_out():
    with open_metrics(LOOPBACK, 0) as (_, url), socket.create_connection((LOOPBACK, httpx2.URL(url).port or 0)):
        texts: list[str] = []
        readers = [threading.Thread(target=lambda: texts.append(Scrape(url).text)) for _ in range(8)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(PATIENCE)
        assert len(texts) == 8


def test_it_is_gone_with_the_server_and_comes_again_at_the_same_port():
    before = {thread.name for thread in threading.enumerate()}
    with open_metrics(LOOPBACK, 0) as (first, url):
        port = httpx2.URL(url).port or 0
        first.refused("host")
    assert "make-mcp metrics" not in {thread.name for thread in threading.enumerate()} - before
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url, trust_env=False)
    with open_metrics(LOOPBACK, port) as (_, again):
        assert again == url
        assert Scrape(url).values("make_mcp_http_refused_total") == {}, "it counts from its own start"


def test_a_port_that_is_taken_is_refused_with_the_setting():
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as error, open_metrics(LOOPBACK, port):
            pass
    assert str(error.value) == (
        f"MAKE_MCP_METRICS_PORT (--metrics-port) is {port}, and there is no listening on {LOOPBACK} at that port (it is taken): "
        "choose another port, or 0 for any"
    )
    with pytest.raises(SettingsError, match="--metrics-port"), open_metrics("192.0.2.1", 0):
        pass


def test_without_the_package_it_says_what_to_install():
    script = """
import sys
sys.modules["prometheus_client"] = None
from make_mcp.settings import SettingsError
from make_mcp.telemetry.prometheus import open_metrics
try:
    with open_metrics("127.0.0.1", 0):
        pass
except SettingsError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment(), timeout=PATIENCE, check=False
    )  # fmt: skip
    assert done.stdout == (
        "MAKE_MCP_METRICS_PORT (--metrics-port) needs the package prometheus-client, 0.21 or later: pip install 'make-mcp[metrics]'\n"
    ), done.stderr


def test_what_counts_is_an_observer_and_nobody_imports_it_unasked():
    with open_metrics(LOOPBACK, 0) as (metrics, _):
        assert isinstance(metrics, Observer)
    script = "import sys, make_mcp.callers, make_mcp.app; print([n for n in ('prometheus_client', 'opentelemetry.sdk') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment(), timeout=PATIENCE, check=False
    )  # fmt: skip
    assert done.stdout == "[]\n", done.stderr


def test_what_would_alarm_somebody_stands_there_before_it_happens():
    """A series that begins with its first count shows no increase."""
    with open_metrics(LOOPBACK, 0) as (_, url):
        text = Scrape(url).text
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for upstream in ("make", "maton"):
            labels = f'method="{method}",status="outcome_unknown",upstream="{upstream}"'
            assert f"make_mcp_upstream_requests_total{{{labels}}} 0.0" in text
