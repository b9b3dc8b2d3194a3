"""make-mcp under cProfile: `python profile_server.py OUTPUT [make-mcp's arguments]`.

The profile begins at SIGUSR1, so that imports and start stay out of it, and is written to OUTPUT when the server ends.
Main thread only: work that goes to worker threads shows up as waiting.
"""

import cProfile
import signal
import sys
from types import FrameType

from make_mcp.cli import main

if __name__ == "__main__":
    output = sys.argv.pop(1)
    profile = cProfile.Profile()

    def begin(_signal: int, _frame: FrameType | None) -> None:
        profile.enable()

    signal.signal(signal.SIGUSR1, begin)
    try:
        sys.exit(main())
    finally:
        profile.disable()
        profile.dump_stats(output)
