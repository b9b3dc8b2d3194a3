"""The form of an answer's data, without the keys of this server and without the secrets of the account."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, cast

import anyio
from pydantic_core import to_json

from make_mcp.confirmation import Client, Question, Reply
from make_mcp.redaction import Strings, strings_of, without_account_secrets, without_secrets_of_others
from make_mcp.secrets import Credentials
from make_mcp.shaping.fitting import fitted
from make_mcp.shaping.pages import Page
from make_tools import Endpoint
from make_tools.forms.plain import has_unseen, plainly
from make_tools.schema import SAFE_INTEGER

MOST = 25_000
"""Bytes of an answer: what hosts pass on to a model without a file in between."""
_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))
_REQUEST = "request"
_LONG_NUMBER = b"0" * len(str(SAFE_INTEGER))


@dataclass(frozen=True, slots=True)
class Shaping:
    """Puts everything into the form in which it leaves this server. Text and data of an answer always agree."""

    credentials: Credentials
    reveal: bool = False
    """Whether the secrets of the account are shown. The keys of this server never are."""
    most: int = MOST
    """Bytes that an answer may have."""

    def answer(
        self, endpoint: Endpoint[...] | None, data: dict[str, Any] | Page, *, is_exact: bool = False
    ) -> tuple[str, dict[str, Any]]:
        """The compact JSON text of an answer of Make, and the same data, as much of it as fits.

        Characters that nobody sees are taken out, but where it may be sent back: of blueprints and outputs, and of what
        `is_exact`. Numbers that JSON cannot carry to every consumer become strings in both: integers that would be rounded (a
        connection's `uid` can be one), and what overflowed to infinity.
        """
        is_exact = is_exact or (endpoint is not None and (endpoint.bulky or endpoint.tells_errors))
        page = data if isinstance(data, Page) else None
        data = self.discreet(data.data() if isinstance(data, Page) else data, endpoint, is_exact=is_exact)
        text = to_json(data)
        # Nearly every answer holds neither: looking for a run of digits costs a tenth of a walk.
        if _LONG_NUMBER in text.translate(_DIGITS_ALIKE) or b"Infinity" in text:
            data = cast("dict[str, Any]", _changed(data, _carried))
            page = None if page is None else replace(page, shown=_changed(page.shown, _carried))
            text = to_json(data)
        if len(text) > self.most:
            if page is not None:
                data = self.discreet(page.cut(self.most).data(), endpoint, is_exact=is_exact)
            data = fitted(data, self.most, _rest(endpoint))
            text = to_json(data)
        return text.decode(), data

    def exactly(self, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The same for what is ours, such as a preview: every number as it is, since it is shown as it will be sent."""
        # The request holds what the caller has just given, and is shown as it leaves.
        shown = self.discreet({name: value for name, value in data.items() if name != _REQUEST})
        if _REQUEST in data:
            request = {_REQUEST: data[_REQUEST]}
            shown |= self._without_keys(request, strings_of(request))
            shown = {name: shown[name] for name in data}
        shown = fitted(shown, self.most)
        return to_json(shown, inf_nan_mode="null").decode(), shown

    def words(self, text: str) -> str:
        """An error, or another sentence of ours."""
        text = self.credentials.without(text)
        return text if self.reveal else without_secrets_of_others(text)

    def client(self, client: Client) -> Client:
        """The client, which is told and asked nothing that must not leave."""
        return _Discreet(client, self.words)

    def discreet(
        self, data: dict[str, Any], endpoint: Endpoint[...] | None = None, *, is_exact: bool = True
    ) -> dict[str, Any]:
        """The data without keys of this server and, unless they are to be shown, without secrets of the account."""
        strings = strings_of(data)
        if not is_exact and has_unseen(" ".join((*strings.names, *strings.texts))):
            data = plainly(data)
            strings = strings_of(data)
        clean = self._without_keys(data, strings)
        if clean is not data:
            strings = strings_of(clean)
        return clean if self.reveal else without_account_secrets(endpoint, clean, strings)

    def _without_keys(self, data: dict[str, Any], strings: Strings) -> dict[str, Any]:
        """The same object where it holds none."""
        if not self.credentials.within(strings.joined()):
            return data
        every = {*strings.names, *strings.texts}
        shown = {one: self.credentials.without(one) for one in every if self.credentials.within(one)}
        return cast("dict[str, Any]", _changed(data, lambda value: shown.get(value, value)))


@dataclass(frozen=True, slots=True)
class _Discreet:
    """A client behind whom somebody may read what it is asked."""

    inner: Client
    words: Callable[[str], str]
    since: float = field(default_factory=anyio.current_time)
    """When the call began, by the event loop's clock."""

    @property
    def caller(self) -> str:
        return self.inner.caller

    @property
    def line(self) -> str:
        return self.inner.line

    @property
    def name(self) -> str | None:
        return self.inner.name

    @property
    def can_ask(self) -> bool:
        return self.inner.can_ask

    @property
    def may_write(self) -> bool:
        return self.inner.may_write

    @property
    def waits(self) -> bool:
        return self.inner.waits

    def answered(self, about: str) -> Reply | None:
        return self.inner.answered(about)

    async def ask(self, question: Question) -> Reply:
        # Where the name itself is changed by it, nobody can type it: nothing happens then.
        return await self.inner.ask(Question(question.about, self.words(question.what), self.words(question.name)))

    async def tell(self, seconds: float, message: str) -> None:
        # Who tells it may have begun later than the call, behind another one; the protocol wants progress that only grows.
        await self.inner.tell(max(seconds, anyio.current_time() - self.since), self.words(message))


def _rest(endpoint: Endpoint[...] | None) -> str:
    """How to get what did not fit."""
    if endpoint is not None and endpoint.rest:
        return endpoint.rest
    if endpoint is not None and endpoint.cuts_columns:
        return "`fields` picks what is shown."
    return "Its operator can allow more with --max-result-bytes."


def _carried(value: Any) -> Any:
    if isinstance(value, int | float) and not -SAFE_INTEGER <= value <= SAFE_INTEGER and _loses(value):
        return str(value)
    return value


def _loses(value: float) -> bool:
    return isinstance(value, int) or not isfinite(value)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy in which each name, and each value that is no collection, went through `change`."""
    if isinstance(value, dict):
        return {change(key): _changed(item, change) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in cast("list[Any]", value)]
    return change(value)
