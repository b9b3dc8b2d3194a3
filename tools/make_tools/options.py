"""What the decorator of an endpoint may say beside method and path."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, TypedDict

from make_tools.shape import Form, Listing

Effect: TypeAlias = Literal["read", "write", "destroy"]
"""What a call does to the account. `destroy` loses something that no other call brings back."""
Upstream: TypeAlias = Literal["maton", "make"]
"""A way to Make: the Maton gateway, or Make's own API."""


class Options(TypedDict, total=False):
    """What a decorator may say in plain sight, where the method, the group and the name do not say it right."""

    effect: Effect
    idempotent: bool
    open_world: bool
    scopes: tuple[str, ...]
    title: str
    only: Upstream
    query: Mapping[str, str]
    perhaps: tuple[Upstream, ...]
    guarded: bool
    reached: tuple[str, ...]
    metered: bool
    bulky: bool
    tells_errors: bool
    truth: str
    gives: str
    shows: Listing
    form: Form
    rest: str
    formerly: tuple[str, ...]
    elsewhere: Mapping[str, str]
    listed: bool
    """False for an endpoint that is no tool: previews alone read it."""
