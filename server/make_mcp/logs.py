"""Logs, and the last net below them: what this process writes to stderr by itself holds no key and no secret of the account.

The first nets are where texts come about. This one catches what nobody thought of: a library that logs headers or addresses
with their query, a traceback that shows what was sent, a thread that dies.
"""

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from make_mcp.errstream import Stderr

if TYPE_CHECKING:
    from make_mcp.secrets import Credentials
    from make_mcp.settings import Settings

_SESSION_ID = re.compile(r"\b[0-9a-f]{8}(-?)[0-9a-f]{4}(?:\1[0-9a-f]{4}){2}\1[0-9a-f]{12}\b")
_CHATTY = ("httpx2", "httpcore2", "mcp", "redis")
"""They log addresses with their query, and session ids, at INFO."""
_OF_CLIENTS: Mapping[str, int] = {
    "mcp.server.streamable_http_manager": logging.ERROR,
    "mcp.server.runner": logging.ERROR,
    "mcp.server.request_state": logging.ERROR,
    # It calls a message that it cannot read an error, and shows it.
    "mcp.server.sse": logging.CRITICAL,
    "uvicorn.error": logging.ERROR,
}
"""They log each request that is turned away, with which anybody could fill a disk; and from which level on they are heard."""
_NAME_SESSIONS = ("mcp.", "sse_starlette", "root")
"""In their records stand ids of sessions, which who has one could use where nobody signs in."""


class OneLine(logging.Formatter):
    """Log lines in which no text of others begins a line: nothing there can pose as a line of the audit log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the standard library calls it so
        record.message = "".join(c if c.isprintable() else " " for c in record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # as above
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  # as above
        return _indented(super().formatStack(stack_info))


class Net(logging.Filter):
    """Takes secrets out of log records, and out of what the interpreter says of crashes.

    It knows the keys of the environment, and those of the settings once they are read.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self._environment = environment
        self._settings: Settings | None = None
        self._credentials: Credentials | None = None
        self._callers: int | None = None
        self._line: Callable[..., str] | None = None
        """Makes lines of JSON, where they are wanted."""

    def know(self, settings: "Settings") -> None:
        """From here on the keys of these settings are known too."""
        self._settings = settings
        self._credentials = None

    def words(self, text: str) -> str:
        """A text without the keys of this server and the secrets of the account."""
        # Imported here: most processes never have to say anything.
        from make_mcp.redaction import without_secrets_of_others

        return without_secrets_of_others(self.without_keys(text))

    def without_keys(self, text: str) -> str:
        """A text of ours without the keys of this server."""
        from make_mcp.secrets import Credentials, keys_in, keys_of

        state = self._state_of_callers()
        if self._credentials is None or state != self._callers:
            read = () if self._settings is None else keys_of(self._settings)
            self._credentials = Credentials([*keys_in(self._environment), *read, *self._keys_of_callers()])
            self._callers = state
        return self._credentials.without(text)

    def _state_of_callers(self) -> int | None:
        """By which it is known whether the file of the callers' keys has changed."""
        if self._settings is None or self._settings.credentials_file is None:
            return None
        try:
            return self._settings.credentials_file.stat().st_mtime_ns
        except OSError:
            return self._callers

    def _keys_of_callers(self) -> Iterable[str]:
        if self._settings is None or self._settings.credentials_file is None:
            return ()
        from make_mcp.subjects import keys_in_file

        return keys_in_file(self._settings.credentials_file)

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, with its message put together and clean: other handlers get it so as well."""
        try:
            message = record.getMessage()
        except Exception as error:  # the standard library would show the arguments as they are
            message = f"{record.msg} (its arguments do not fit: {type(error).__name__})"
        if record.name.startswith(_NAME_SESSIONS):
            message = _SESSION_ID.sub("[session]", message)
        if record.name == "asyncio" and "out of system resource" in message:
            # It comes with each connection that cannot be taken, thousands in a second.
            record.exc_info = None
        record.msg, record.args = self.words(message), None
        if record.exc_info:
            record.exc_text = OneLine().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self.words(record.exc_text)
        if record.stack_info:
            record.stack_info = self.words(record.stack_info)
        if isinstance(call := getattr(record, "call", None), dict):
            told = cast("dict[str, object]", call)
            record.call = {name: self.words(each) if isinstance(each, str) else each for name, each in told.items()}
        return True

    def set_up(self, level: str, log_format: Literal["text", "json"] = "text") -> None:
        """Sends logs of this level and above to stderr, through this net. Where logging is set up already, it is left alone."""
        handler = self._json_handler() if log_format == "json" else self._text_handler()
        handler.addFilter(self)
        logging.basicConfig(handlers=[handler], level=level.upper())
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
        for careless, heard in _OF_CLIENTS.items():
            logging.getLogger(careless).setLevel(logging.DEBUG if level == "debug" else heard)

    def _text_handler(self) -> logging.Handler:
        handler = logging.StreamHandler(Stderr())
        handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        return handler

    def _json_handler(self) -> logging.Handler:
        # Imported here: hardly anybody who starts it by hand wants that.
        from make_mcp.json_lines import JsonLines, line

        self._line = line
        handler = logging.StreamHandler(Stderr(lambda told: line("warning", "make-mcp", told)))
        handler.setFormatter(JsonLines())
        return handler

    def spread(self) -> None:
        """Takes over what the interpreter says of what nobody caught, for the whole of this process."""
        sys.excepthook = self.crashed
        threading.excepthook = self.thread_crashed
        sys.unraisablehook = self.unraisable
        # Else they go to stderr as they are.
        logging.captureWarnings(capture=True)

    def crashed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._tell("make-mcp was stopped by a fault of its own:", kind, error, trace)

    def thread_crashed(self, crash: threading.ExceptHookArgs) -> None:
        if not issubclass(crash.exc_type, SystemExit):
            self._tell("a thread of make-mcp stopped:", crash.exc_type, crash.exc_value, crash.exc_traceback)

    def unraisable(self, crash: Any) -> None:
        self._tell("make-mcp could not clean up:", crash.exc_type, crash.exc_value, crash.exc_traceback)

    def _tell(
        self, what: str, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            told = self.words("".join(traceback.format_exception(kind, error, trace)))
        except Exception:  # rather nothing than what was not looked through
            told = kind.__name__
        if self._line is not None:
            Stderr().write(self._line("critical", "make-mcp", what.removesuffix(":"), exception=told) + "\n")
        else:
            Stderr().write(f"{what}\n{_indented(told)}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
