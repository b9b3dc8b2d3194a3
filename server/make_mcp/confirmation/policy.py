"""What a call has to bring before it changes anything. The operator chooses; no argument and no client does.

standard   a write takes `confirm`: true; what destroys takes the code of a preview, and asks a person where it can
strict     every write takes a code
human      every write takes a code and a person; a client that cannot ask one cannot write
"""

from typing import Any, Literal, TypeAlias

from make_tools import Endpoint

CONFIRM = "confirm"
Policy: TypeAlias = Literal["standard", "strict", "human"]
Needs: TypeAlias = Literal["nothing", "argument", "code"]
TAKES = {
    "argument": "true or false as a JSON boolean",
    "code": "the code of a preview as a string",
}


def schema(policy: Policy, endpoint: Endpoint[...]) -> dict[str, Any]:
    """A tool's input schema: the endpoint's arguments, and for a tool that writes `confirm`, as the policy wants it."""
    match needs(policy, endpoint):
        case "nothing":
            return endpoint.schema
        case "argument":
            confirm = {"type": "boolean"}
        case "code":
            confirm = {"type": "string", "description": "Preview's code"}
    return {**endpoint.schema, "properties": {**endpoint.schema["properties"], CONFIRM: confirm}}


def needs(policy: Policy, endpoint: Endpoint[...]) -> Needs:
    """What `confirm` has to hold for this tool."""
    if endpoint.effect == "read":
        return "nothing"
    return "argument" if endpoint.effect == "write" and policy == "standard" else "code"


def asks(policy: Policy, endpoint: Endpoint[...]) -> bool:
    """Whether a person is asked too."""
    return endpoint.effect == "destroy" or (endpoint.effect == "write" and policy == "human")
