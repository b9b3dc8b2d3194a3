"""The metrics of one server. It needs prometheus-client: `prometheus.open_metrics` says so where that is missing."""

from collections.abc import Callable
from itertools import product
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from make_mcp import __version__
from make_mcp.telemetry.observer import BreakerState, Observer, Requested
from make_tools import Upstream

_UNKNOWN = "unknown"
"""Stands for every tool that there is not."""
_CALLS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 45)
"""Seconds. Few, since there is a row of them for each tool; a call has 45 s by default."""
_REQUESTS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 45)
_WAITS = (0.005, 0.05, 0.25, 1, 5, 15, 45)
_WRITE = ("POST", "PUT", "PATCH", "DELETE")


class Metrics(Observer):
    """Counts what happens, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("make_mcp_build", "The version that runs.", registry=registry).info({"version": __version__})
        self._calls = Counter(
            "make_mcp_calls", "Calls of tools, by how they ended.", ["tool", "outcome"], registry=registry
        )
        self._call_seconds = Histogram(
            "make_mcp_call_duration_seconds",
            "Seconds that calls of tools took, all waiting included.",
            ["tool"],
            buckets=_CALLS,
            registry=registry,
        )
        self._requests = Counter(
            "make_mcp_upstream_requests",
            "Requests to Make or Maton: the HTTP status, or why there is no good answer.",
            ["upstream", "method", "status"],
            registry=registry,
        )
        for upstream, method in product(("make", "maton"), _WRITE):
            # What appears with its first count shows no increase, and who waits for one would never hear of the first.
            self._requests.labels(upstream, method, "outcome_unknown")
        self._request_seconds = Histogram(
            "make_mcp_upstream_request_duration_seconds",
            "Seconds from when such a request was let go to the end of its answer.",
            ["upstream", "method"],
            buckets=_REQUESTS,
            registry=registry,
        )
        self._waits = Histogram(
            "make_mcp_wait_seconds",
            "Seconds that requests waited for their turn in a budget, or for a place among those in flight.",
            ["for"],
            buckets=_WAITS,
            registry=registry,
        )
        self._retries = Counter(
            "make_mcp_retries", "Requests that were sent once more, by why.", ["upstream", "error"], registry=registry
        )
        self._open = Gauge(
            "make_mcp_breaker_open",
            "Circuit breakers that let nothing through, or one request that looks.",
            ["upstream"],
            registry=registry,
        )
        self._breaker_changes = Counter(
            "make_mcp_breaker_changes", "What circuit breakers became.", ["upstream", "state"], registry=registry
        )
        self._decisions = Counter(
            "make_mcp_confirmations",
            "Decisions about calls that write, and what became of them, as in the audit log.",
            ["effect", "decision", "outcome", "reason"],
            registry=registry,
        )
        self._refused = Counter(
            "make_mcp_http_refused", "HTTP requests that were refused, by why.", ["reason"], registry=registry
        )
        self._sessions = Gauge("make_mcp_sessions", "Sessions of clients that are open.", registry=registry)
        for upstream in get_args(Upstream):
            # What has not happened yet is 0, and not missing: an alert can go by it.
            self._open.labels(upstream)

    def called(self, tool: str | None, outcome: str, seconds: float) -> None:
        self._calls.labels(tool or _UNKNOWN, outcome).inc()
        if tool is not None:
            self._call_seconds.labels(tool).observe(seconds)

    def decided(self, effect: str, decision: str, outcome: str, reason: str | None) -> None:
        self._decisions.labels(effect, decision, outcome, reason or "").inc()

    def requested(self, request: Requested) -> None:
        # An answer that cannot be used may have a good status.
        unusable = request.error is not None and request.error != "refused"
        status = request.error if unusable or request.status is None else str(request.status)
        self._requests.labels(request.upstream, request.method, status or "").inc()
        self._request_seconds.labels(request.upstream, request.method).observe(request.seconds)

    def waited(self, what: str, seconds: float) -> None:
        self._waits.labels(what).observe(seconds)

    def retried(self, upstream: str, error: str) -> None:
        self._retries.labels(upstream, error).inc()

    def breaker(self, upstream: str, before: BreakerState, now: BreakerState) -> None:
        self._breaker_changes.labels(upstream, now).inc()
        self._open.labels(upstream).inc((now != "closed") - (before != "closed"))

    def refused(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def sessions(self, count: Callable[[], int]) -> None:
        self._sessions.set_function(count)
