"""Log lines in JSON, for a log collector: one object each, of ASCII alone, so that nothing in it can end the line."""

import json
import logging
import textwrap
import time
from typing import Any

from make_mcp.telemetry.traced import trace


def line(level: str, logger: str, message: str | None = None, *, at: float | None = None, **more: Any) -> str:
    """One line, without its end. `at` is in Unix seconds; without it now."""
    given = {"time": _written(time.time() if at is None else at), "level": level, "logger": logger}
    told = {} if message is None else {"message": _whole(message)}
    return json.dumps({**given, **told, **more}, separators=(",", ":"), default=str)


class JsonLines(logging.Formatter):
    """The lines of log records. What it shows of one is clean already: `logs.Net` stands before it."""

    def format(self, record: logging.LogRecord) -> str:
        more: dict[str, Any] = {}
        if isinstance(call := getattr(record, "call", None), dict):
            more["call"] = call
        if record.exc_text:
            more["exception"] = _whole(textwrap.dedent(record.exc_text))
        if record.stack_info:
            more["stack"] = _whole(record.stack_info)
        if (ids := trace()) is not None:
            more["trace_id"], more["span_id"] = ids
        return line(record.levelname.lower(), record.name, record.getMessage(), at=record.created, **more)


def _written(at: float) -> str:
    """RFC 3339, in UTC, to the millisecond."""
    seconds, milliseconds = divmod(round(at * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03}Z"


def _whole(text: str) -> str:
    # Half of a character is escaped by this writer, and refused by many a reader.
    return text.encode("utf-8", "replace").decode()
