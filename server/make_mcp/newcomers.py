"""Turns away who comes to a socket that is about to be closed, and nobody who was there before.

A connection that the system accepts between our last look and the close is cut off: a proxy has written a request to it by then,
and cannot know that it was never read. So before the last look no new one may begin. Clients whose first word is not heard say it
again after a second, and are refused by then: nothing of theirs was sent, and a proxy goes to the next server.
"""

import ctypes
import socket
import struct
import sys
from contextlib import suppress

_ATTACH_FILTER = 26
"""SO_ATTACH_FILTER, which Python does not name."""
_FLAGS_AT, _SYN = 13, 0x02
_PROGRAM = (
    # In the machine language of packet filters: operation, where to go on if so and if not, value.
    (0x30, 0, 0, _FLAGS_AT),  # load this byte of the TCP header
    (0x45, 0, 1, _SYN),  # is this bit set in it?
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # keep all of it
)


def turn_away(listening: socket.socket) -> None:
    """From now on no connection begins; those that have begun go on. Only Linux can; elsewhere this does nothing."""
    if sys.platform != "linux":
        return
    steps = b"".join(struct.pack("HBBI", *step) for step in _PROGRAM)
    program = ctypes.create_string_buffer(steps, len(steps))
    # A kernel that is none may refuse.
    with suppress(OSError):
        listening.setsockopt(
            socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", len(_PROGRAM), ctypes.addressof(program))
        )
