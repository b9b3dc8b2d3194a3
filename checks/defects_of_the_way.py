"""Deliberate defects of the way to Make, for `mutants.py`, as those of the gate."""

from defects import defect

_UPSTREAM = "server/make_mcp/upstream/"
CLIENT = _UPSTREAM + "client.py"
WIRE = _UPSTREAM + "wire.py"
RETRIES = _UPSTREAM + "retries.py"
ERRORS = _UPSTREAM + "errors.py"
BREAKER = _UPSTREAM + "breaker.py"
PLACES = _UPSTREAM + "places.py"
JUDGING = _UPSTREAM + "judging.py"
TURNS = _UPSTREAM + "pacing/turns.py"
MEMORY = _UPSTREAM + "pacing/memory.py"
PACE = _UPSTREAM + "pacing/pace.py"

DEFECTS = (
    # Trying again
    defect("a write that left is sent again", (RETRIES, "(trip.exchange.changes and not _never_left(error))", "False")),
    defect("a read is never sent again", (RETRIES, "READS = 3", "READS = 1")),
    defect("a paused organization passes", (ERRORS, "status in _PASSING and not is_paused", "status in _PASSING")),
    defect("a fault that lasts is tried again", (ERRORS, "({429, 502, 503, 504})", "({429, 500, 502, 503, 504})")),
    defect("any wait is waited for", (RETRIES, "asked is not None and asked > LONGEST_WAIT", "False")),
    defect("what it asks for is not heard", (RETRIES, "asked if asked is not None else _FIRST", "_FIRST")),
    defect("a wait ends after the call", (RETRIES, "return wait if wait < trip.room else None", "return wait")),
    # Time
    defect("what drips is never cut", (CLIENT, "anyio.CancelScope(deadline=trip.until)", "anyio.CancelScope()")),
    defect("a run is cut like a read", (WIRE, "read=None if exchange.changes else READ", "read=READ")),
    defect("a connection may take for ever", (WIRE, "connect=CONNECT, ", "")),
    # Sizes
    defect(
        "a body of any size",
        (WIRE, "        if size > cap:\n", "        if False:\n"),
        (WIRE, "int(length[:20]) > cap", "False"),
    ),
    defect("one cap for all", (WIRE, "LARGEST_BULKY if trip.exchange.endpoint.bulky else LARGEST", "LARGEST_BULKY")),
    defect("any packing is taken", (WIRE, "    if response.headers.get(", "    if False and response.headers.get(")),
    defect("redirects are followed", (WIRE, "follow_redirects=False", "follow_redirects=True")),
    # The breaker
    defect("it never opens", (BREAKER, "if sum(self._failed) >= TOO_MANY:", "if False:")),
    defect("every refusal opens it", (ERRORS, "self.is_failure = (status >= _FAULT or", "self.is_failure = (True or")),
    defect("everybody probes", (BREAKER, "if left > 0 or self._probing:", "if left > 0:")),
    defect("a cancelled probe is the last", (BREAKER, "            if probes:\n", "            if False:\n")),
    # The pace
    defect("one more a second", (PACE, "MATON = Rate(10, 1)", "MATON = Rate(11, 1)")),
    defect(
        "a request counts from when it was let go",
        (MEMORY, "            slot.at = _counts_from(slot, anyio.current_time())\n", ""),
        (MEMORY, "    return min(now, slot.at + slot.arrives_within) if slot.has_left else now", "    return slot.at"),
    ),
    defect("who comes last is served first", (TURNS, "next(iter(self._lines.items()))", "next(reversed(self._lines.items()))")),
    defect("who left the queue stays in it", (TURNS, "                self._leave(me)\n", "                pass\n")),
    defect("who left as the first keeps the others out", (TURNS, "            if self._first is me:\n", "            if False:\n")),
    defect("nobody is told that it takes too long", (TURNS, "if seconds <= trip.room:", "if True:")),
    defect("runs count too", (PACE, " or not endpoint.metered", "")),
    defect("no licence is heeded", (PACE, "self._belongings.allowed(organization) or UNKNOWN", "UNKNOWN")),
    defect("no licence is read", (PACE, "if sent % WORTH_ASKING == 0:", "if False:")),
    defect("nobody is left in peace", (PACE, "            await self._in_peace(trip, budget)\n", "")),
    defect("what did not leave counts", (PACE, "if trip.has_left else self._slots.give_back(slot)", "if True else None")),
    defect(
        "a turn is kept for a place that comes later",
        (CLIENT, "                if self._places.has(trip):\n                    async", "                if True:\n                    async"),
    ),
    defect("writes take every place", (PLACES, "[self._writes, self._all] if trip.exchange.changes else ", "")),
    # Connections
    defect("a write takes a connection that was kept", (WIRE, "context, kept=0)", "context, kept=_KEPT)")),
    # Answers
    defect("an error inside is data", (JUDGING, 'if found.get("error") and ', "if False and ")),
    defect("what a run says of itself is an error", (JUDGING, " and not trip.exchange.endpoint.tells_errors", "")),
    defect("a key may stand there twice", (JUDGING, "catch_duplicate_keys=True", "catch_duplicate_keys=False")),
    defect("nothing is an answer", (JUDGING, "if reply.status == _NO_CONTENT or (", "if True or (")),
    defect("a list is an answer", (JUDGING, "    if not isinstance(data, dict):\n", "    if data is None:\n")),
)  # fmt: skip
