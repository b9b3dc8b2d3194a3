"""Tools that end with a question, and are called again with its answer: protocol 2026-07-28."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from form import Answer, Called, Fixture, fixture, said, texts
from mcp_types import (
    CreateMessageRequest,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    InputResponse,
    InputResponseRequestParams,
    ListRootsRequest,
    ListRootsResult,
)
from telling import model_request, model_text

ResponseT = TypeVar("ResponseT", bound=InputResponse)
_ASKED = "asked"
"""The state of a tool that asked its first question. The boundary in front of the tools seals it, and refuses any other."""


def question(message: str, schema: dict[str, Any]) -> ElicitRequest:
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def response(params: InputResponseRequestParams, key: str, kind: type[ResponseT]) -> ResponseT | None:
    """What the client found out about this question; None where it says nothing of this kind."""
    found = (params.input_responses or {}).get(key)
    return found if isinstance(found, kind) else None


def entered(params: InputResponseRequestParams, key: str) -> dict[str, Any] | None:
    """What a person entered into the form; None where they were not asked, or did not accept."""
    result = response(params, key, ElicitResult)
    return None if result is None or result.action != "accept" else dict(result.content or {})


def asks(requests: Mapping[str, InputRequest], state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult(input_requests=dict(requests), request_state=state)


def _name() -> ElicitRequest:
    return question("What is your name?", texts("name"))


def _greeting() -> CreateMessageRequest:
    return model_request("Generate a greeting", 50)


async def input_required_result_elicitation(called: Called) -> Answer:
    """Asks a person for their name."""
    person = entered(called.params, "user_name")
    return asks({"user_name": _name()}) if person is None else said(f"Hello, {person['name']}!")


async def streaming_elicitation(called: Called) -> Answer:
    """Reports progress, and asks a person for their name."""
    await called.ctx.session.report_progress(1, 2)
    return await input_required_result_elicitation(called)


async def input_required_result_sampling(called: Called) -> Answer:
    """Asks the client's model."""
    answer = response(called.params, "capital_question", CreateMessageResult)
    if answer is None:
        return asks({"capital_question": model_request("What is the capital of France?", 100)})
    return said(model_text(answer))


async def input_required_result_list_roots(called: Called) -> Answer:
    """Asks for the client's roots."""
    found = response(called.params, "client_roots", ListRootsResult)
    if found is None:
        return asks({"client_roots": ListRootsRequest()})
    return said(f"Roots: {', '.join(str(root.uri) for root in found.roots)}")


def _confirmation() -> ElicitRequest:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    return question("Please confirm", schema)


async def input_required_result_request_state(called: Called) -> Answer:
    """Asks, and takes an answer that comes with its own state."""
    if entered(called.params, "confirm") is None or called.params.request_state != _ASKED:
        return asks({"confirm": _confirmation()}, _ASKED)
    return said("state-ok")


async def input_required_result_tampered_state(called: Called) -> Answer:
    """Asks, and takes no answer whose state was changed."""
    return await input_required_result_request_state(called)


async def input_required_result_multiple_inputs(called: Called) -> Answer:
    """Asks a person, the model and the client at once."""
    person = entered(called.params, "user_name")
    greeting = response(called.params, "greeting", CreateMessageResult)
    roots = response(called.params, "client_roots", ListRootsResult)
    if person is None or greeting is None or roots is None or called.params.request_state != _ASKED:
        requests = {"user_name": _name(), "greeting": _greeting(), "client_roots": ListRootsRequest()}
        return asks(requests, _ASKED)
    return said(f"{model_text(greeting)} {person['name']}, with {len(roots.roots)} roots.")


async def input_required_result_multi_round(called: Called) -> Answer:
    """Asks for a name, and then for a colour."""
    name, colour = entered(called.params, "step1"), entered(called.params, "step2")
    if called.params.request_state == "named" and colour is not None:
        return said(f"The colour is {colour['color']}.")
    if called.params.request_state == _ASKED and name is not None:
        return asks({"step2": question("Step 2: What is your favorite color?", texts("color"))}, "named")
    return asks({"step1": question("Step 1: What is your name?", texts("name"))}, _ASKED)


async def input_required_result_capabilities(called: Called) -> Answer:
    """Asks whom the client can ask: the person, the model, or both."""
    if called.params.input_responses:
        return said("Answered.")
    can = called.ctx.session.client_capabilities
    requests: dict[str, InputRequest] = {}
    if can is not None and can.elicitation is not None:
        requests["user_name"] = _name()
    if can is not None and can.sampling is not None:
        requests["greeting"] = _greeting()
    return asks(requests) if requests else said("There is nobody to ask.")


def tools() -> Sequence[Fixture]:
    return (
        fixture(input_required_result_elicitation),
        fixture(streaming_elicitation),
        fixture(input_required_result_sampling),
        fixture(input_required_result_list_roots),
        fixture(input_required_result_request_state),
        fixture(input_required_result_tampered_state),
        fixture(input_required_result_multiple_inputs),
        fixture(input_required_result_multi_round),
        fixture(input_required_result_capabilities),
    )
