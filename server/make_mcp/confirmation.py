"""The one gate in front of every write.

Nothing reaches Make without a `Permit`, and only `Gate.admit` makes one: for a read at once, for a write when `confirm` is
the JSON boolean `true`. Otherwise the answer is a preview, which says what would be sent and that nothing was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from make_tools import ArgumentError, Endpoint, Request
from make_tools.refusal import kind

CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request. Made by the gate alone."""

    endpoint: Endpoint[...]
    request: Request


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would do, for the answer. Nothing was sent."""

    content: Mapping[str, Any]


class Gate:
    """Decides over each call. `locate` gives the address that a request would go to."""

    def __init__(self, locate: Callable[[Endpoint[...], Request], str]) -> None:
        self._locate = locate

    def schema(self, endpoint: Endpoint[...]) -> dict[str, Any]:
        """The tool's input schema: the endpoint's arguments, and for a tool that writes `confirm`."""
        schema = endpoint.schema
        if endpoint.effect == "read":
            return schema
        return {**schema, "properties": {**schema["properties"], CONFIRM: {"type": "boolean"}}}

    def admit(self, endpoint: Endpoint[...], arguments: Mapping[str, Any]) -> Permit | Preview:
        """The permit to send this call, or its preview.

        Raises:
            ArgumentError: an argument does not fit, `confirm` among them: "true" and 1 are not `true`.
        """
        if endpoint.effect == "read":
            return Permit(endpoint, endpoint.parse(arguments))
        given = dict(arguments)
        confirm = given.pop(CONFIRM, None)
        if confirm is not None and not isinstance(confirm, bool):
            problem = f"`{CONFIRM}` takes true or false as a JSON boolean, and got {kind(confirm)}; nothing was changed"
            raise ArgumentError(endpoint.name, [problem])
        request = endpoint.parse(given, also=(CONFIRM,))
        return Permit(endpoint, request) if confirm is True else self._preview(endpoint, request)

    def _preview(self, endpoint: Endpoint[...], request: Request) -> Preview:
        sent: dict[str, Any] = {"method": request.method, "url": self._locate(endpoint, request)}
        if request.body is not None:
            sent["body"] = dict(request.body)
        return Preview(
            {
                "status": "confirmation_required",
                "nothingChanged": True,
                "tool": endpoint.name,
                "effect": endpoint.effect,
                "what": endpoint.description,
                "request": sent,
                "toConfirm": (
                    "Nothing was changed. Show the user what would be sent. If they agree, call "
                    f"{endpoint.name} again with the same arguments and `{CONFIRM}`: true."
                ),
            }
        )
