"""What Make and Maton are known to answer in place of data: statuses, codes and words as documents and measurements have them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.server.network import ENDPOINTS
from tests.tools.wire_cases import CASES

from make_mcp.upstream.doors import Door, Exchange, make_door, maton_door
from make_mcp.upstream.errors import Refused
from make_mcp.upstream.hints import refusal
from make_tools import Endpoint, Upstream

Json = dict[str, Any]
DOORS: Mapping[Upstream, Door] = {
    "maton": maton_door("https://api.maton.ai", "key"),
    "make": make_door("https://eu1.make.com", "token", "eu1.make.com"),
}


class Answer(NamedTuple):
    """A refusal: JSON, or a page."""

    status: int
    body: Json | str

    @property
    def label(self) -> str:
        """Status and code, and the words where the code does not tell."""
        if isinstance(self.body, str):
            return f"{self.status} {json.dumps(self.body)}"
        told = self.body.get("code")
        words = self.body.get("message") or self.body["error"]["message"]
        return f"{self.status} {told}" if told and told != "SC422" else f'{self.status} "{words[:40]}"'


def says(status: int, message: str = "", code: str | None = None, **more: Any) -> Answer:
    named = {"message": message, "code": code}
    return Answer(status, {key: value for key, value in {**named, **more}.items() if value})


_ACCESS = "Access denied."
_IN_USE = [{"type": "S", "data": [{"scenarioId": 925, "scenarioName": "Orders"}]}]
MAKES = (
    says(400, "Invalid input parameters", "SC400", detail=["Validation failed for 1 parameter(s).", "Invalid value."]),
    says(400, "Bad Request"),
    says(400, "Not enough space in storage.", "IM003"),
    says(400, "Validation failed for 1 parameter(s).", "IM005", suberrors=[{"message": "Required: order"}]),
    says(400, "Invalid blueprint", "IM007", detail="Module not found 'x:y' version '5'."),
    says(400, "Invalid interval", "IM008"),
    says(400, "Limit exceeded", "IM011"),
    says(400, "Queue is not empty", "IM405"),
    says(401, "Unauthorized", "IM015", detail=_ACCESS),
    says(401, "Bad credentials", "IM102"),
    says(402, "Payment required", "SC402"),
    says(403, "Permission denied", "SC403", detail=_ACCESS),
    says(403, "Access denied", "IM001"),
    says(403, "Insufficient rights", "IM002"),
    says(403, "Custom properties are off", "IM027"),
    says(403, "VPN access only", "IM121"),
    says(403, "Feature is off", "IM903"),
    says(404, "Not Found", "SC404"),
    says(404, "No custom property data", "IM013"),
    says(404, "User is unknown", "IM101"),
    says(404, "Account doesn't exist", "IM304", detail="Connection not found 'google-email:999999999'."),
    says(406, "Confirmation required.", "IM004", metadata=_IN_USE),
    says(408, "Request timeout"),
    says(409, "Conflict"),
    says(413, "Payload Too Large", "SC413"),
    says(415, "Unsupported media type"),
    says(422, "Scenario inputs can be used only with on-demand scheduling.", "IM016"),
    says(422, "Scenario is not activated", "IM325"),
    says(422, "Scenario is already being executed", "SC422"),
    says(422, "Scenario is invalid", "SC422"),
    says(422, "Unprocessable", "SC422"),
    says(424, "The request failed due to failure of a previous request.", "SC424", suberrors=[{"message": "[401] no"}]),
    says(429, "Requests limit for organization exceeded, please try again later."),
    says(429, "Organization is paused.", "IM310"),
    says(500, "Internal Server Error"),
    says(502, "Bad gateway"),
    says(503, "Maintenance"),
    says(504, "Gateway timeout"),
    Answer(403, "error code: 1010"),
    Answer(404, "<html>Sign in</html>"),
    Answer(403, "<html>Forbidden</html>"),
)
MATONS = (
    Answer(400, {"error": {"message": "No active Make connection", "code": 400}}),
    says(401, "Invalid API key"),
    says(429, "Rate limit exceeded: 10 requests per second."),
    says(500, "Internal error"),
)
"""What the gateway answers by itself."""
EVERY = (*MAKES, *MATONS)
ANSWERS: Mapping[Upstream, tuple[Answer, ...]] = {"maton": EVERY, "make": MAKES}

ARGUMENTS: Mapping[str, Mapping[str, Any]] = {case.tool: case.arguments for case in reversed(CASES)}
"""The least that each tool takes."""
FULL: Mapping[str, Mapping[str, Any]] = {
    name: max((case.arguments for case in CASES if case.tool == name), key=len) for name in ARGUMENTS
}
"""All that each tool takes, free text and values that nobody should repeat among it."""


def ways(endpoint: Endpoint[...]) -> tuple[Upstream, ...]:
    return endpoint.upstreams


def refused(
    tool: str,
    answer: Answer,
    way: Upstream = "make",
    given: Mapping[str, Any] | None = None,
    wait: float | None = None,
) -> Refused:
    """The error of a tool that was answered so."""
    endpoint = ENDPOINTS[tool]
    exchange = Exchange(endpoint, DOORS[way], endpoint.effect != "read", ARGUMENTS[tool] if given is None else given)
    data, text = (None, answer.body) if isinstance(answer.body, str) else (json.loads(json.dumps(answer.body)), "")
    return refusal(exchange, answer.status, data, text, wait)


_OF = {
    "IM003": "data_stores_create", "IM007": "scenarios_create", "IM008": "scenarios_start", "IM101": "users_update",
    "IM304": "scenarios_create", "IM405": "hooks_delete", "IM016": "scenarios_run", "IM325": "scenarios_run",
    "SC422": "scenarios_run", "SC413": "scenarios_create", "IM310": "scenarios_run", "SC424": "connections_test", "IM005": "scenarios_run",
}  # fmt: skip
"""The tool that meets a refusal most often; any other one is met by `scenarios_get`."""


def explained() -> Iterator[tuple[str, Answer, Upstream]]:
    """Each refusal once, of the tool that meets it most often, through the door where it means most."""
    for answer in MAKES:
        code = answer.body.get("code") if isinstance(answer.body, dict) else None
        yield _OF.get(str(code), "scenarios_get" if code != "IM004" else "scenarios_create"), answer, "make"
    for answer in MATONS:
        yield "scenarios_get", answer, "maton"
