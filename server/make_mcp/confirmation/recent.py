"""A memory that does not grow: what was put in last stays."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last so many things, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[K, V] = OrderedDict()

    def put(self, key: K, thing: V) -> None:
        self._things[key] = thing
        self._things.move_to_end(key)
        while len(self._things) > self._most:
            self._things.popitem(last=False)

    def get(self, key: K) -> V | None:
        return self._things.get(key)

    def forget(self, key: K) -> None:
        self._things.pop(key, None)
