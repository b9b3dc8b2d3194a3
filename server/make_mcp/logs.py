"""Logs, and the last net below them: what this process writes to stderr by itself holds no key and no secret of the account.

The first nets are where texts come about. This one catches what nobody thought of: a library that logs headers or addresses
with their query, a traceback that shows what was sent, a thread that dies.
"""

import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from make_mcp.errstream import Stderr

if TYPE_CHECKING:
    from make_mcp.secrets import Credentials
    from make_mcp.settings import Settings

_CHATTY = ("httpx2", "httpcore2", "mcp", "redis")
"""They log addresses with their query, and session ids, at INFO."""


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

        if self._credentials is None:
            read = () if self._settings is None else keys_of(self._settings)
            self._credentials = Credentials([*keys_in(self._environment), *read])
        return self._credentials.without(text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, with its message put together and clean: other handlers get it so as well."""
        try:
            message = record.getMessage()
        except Exception as error:  # the standard library would show the arguments as they are
            message = f"{record.msg} (its arguments do not fit: {type(error).__name__})"
        record.msg, record.args = self.words(message), None
        if record.exc_info:
            record.exc_text = OneLine().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self.words(record.exc_text)
        if record.stack_info:
            record.stack_info = self.words(record.stack_info)
        return True

    def set_up(self, level: str) -> None:
        """Sends logs of this level and above to stderr, through this net. Where logging is set up already, it is left alone."""
        handler = logging.StreamHandler(Stderr())
        handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(self)
        logging.basicConfig(handlers=[handler], level=level.upper())
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)

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
        Stderr().write(f"{what}\n{_indented(told)}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
