"""What to call next: tools with their arguments, as a model would write them. Pure."""

import json
from typing import Any, Protocol


class Named(Protocol):
    """A tool."""

    @property
    def name(self) -> str: ...


def step(tool: Named | str, lacks: str = "", /, **given: Any) -> str:
    """A call, as `tool {"argument":1}`, by the names that a model knows; what is None is left out.

    A recipe that cannot be imported where it is proposed is named. `lacks` says what is still to be given: `tool {"argument":1} with name`.
    """
    arguments = {name: value for name, value in given.items() if value is not None}
    words = [tool if isinstance(tool, str) else tool.name]
    if arguments:
        words.append(json.dumps(arguments, separators=(",", ":"), ensure_ascii=False))
    return " ".join([*words, f"with {lacks}"] if lacks else words)
