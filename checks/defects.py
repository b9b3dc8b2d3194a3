"""Deliberate defects of the gate, each as exact replacements in its sources. `mutants.py` tries them one by one."""

from dataclasses import dataclass

GATE = "server/make_mcp/confirmation/gate.py"
CODES = "server/make_mcp/confirmation/codes.py"
USED = "server/make_mcp/confirmation/used.py"
QUESTION = "server/make_mcp/confirmation/question.py"
PERSON = "server/make_mcp/confirmation/person.py"
ATTEMPT = "server/make_mcp/confirmation/attempt.py"
OUTCOMES = "server/make_mcp/confirmation/outcomes.py"
CLIENTS = "server/make_mcp/clients.py"


@dataclass(frozen=True, slots=True)
class Change:
    """A text that stands in a file exactly once, and what takes its place."""

    file: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Defect:
    what: str
    changes: tuple[Change, ...]


def defect(what: str, *changes: tuple[str, str, str]) -> Defect:
    return Defect(what, tuple(Change(*change) for change in changes))


_TAKE = """                    raise Changed(changed)
            await self._codes.take(held)
"""
_SEND = "            return await self._send(attempt, before, seen=reading.sight.target is not None)\n"
_SENT = "sent = [self.request.method, self.request.path, dict(self.request.query), self.request.body]"
_DIGEST = "_canonical([self.tool, self.caller, force, sent])"
_ACTION = '    if reply.action != "accept":\n'
_NAMES = """    return normalize("NFC", name) in {given, given.strip(), given.strip().removeprefix('"').removesuffix('"')}
"""
_ANSWERED = "if self.state != about or not isinstance(self.answer, ElicitResult):"
_NOTED = """            first = await self._used.take(held.id, held.until)
"""
_KEPT = "{known: end for known, end in self._until.items() if end > now}"
_LOOK = 'if wanted.endpoint.effect != "read" or wanted.request.method != "GET":'
_RECORDED = """        try:
            with record:
                return await self._write(endpoint, arguments, client, record)
        finally:
            decided(record)
            self._record(record)
"""

DEFECTS = (
    # A code counts once
    defect("no code is ever used up", (GATE, _TAKE, _TAKE.splitlines(keepends=True)[0])),
    defect(
        "a code is used up after its request was sent",
        (GATE, _TAKE, _TAKE.splitlines(keepends=True)[0]),
        (
            GATE,
            _SEND,
            _SEND.replace("return", "outcome =")
            + "            await self._codes.take(held)\n            return outcome\n",
        ),
    ),
    defect(
        "a code is given back when its request fails",
        (
            GATE,
            _SEND,
            _SEND
            + """        except UpstreamError:
            self._codes._used._until.pop(held.id, None)
            raise
""",
        ),
    ),
    defect("a write that waited is not looked at again", (GATE, "anyio.current_time() - looked > _STILL_SO", "False")),
    defect(
        "a no does not use the code up",
        (
            GATE,
            "                await self._codes.end(held)\n            raise\n",
            "                pass\n            raise\n",
        ),
    ),
    defect("used codes are forgotten", (USED, _KEPT, "{}")),
    defect(
        "used codes are forgotten while they are good",
        (USED, "        self._until[id_] = now + _SPARE\n", "        self._until[id_] = now + 60\n"),
    ),
    defect("used codes are never forgotten", (USED, "if end > now}", "}")),
    defect("a file of used codes forgets them", (USED, "(self._clock() - _A_DAY,)", "(self._clock() + _A_DAY,)")),
    defect("in a file each call is the first", (USED, ".rowcount == 1", ".rowcount >= 0")),
    defect(
        "something else runs between the look and the note",
        (
            USED,
            "            return False\n        self._until",
            "            return False\n        await anyio.sleep(0)\n        self._until",
        ),
    ),
    defect(
        "a code that cannot be noted counts as noted",
        (CODES, _NOTED, f"            first = True\n            with suppress(OSError):\n    {_NOTED}"),
    ),
    # A code is for one call
    defect(
        "the state of the target is not checked",
        (GATE, "        if held.fits(reading.state):\n", "        if True:\n"),
    ),
    defect("the state of the target is not in the code", (CODES, "_sha(_canonical(state))[:16]", "bytes(16)")),
    defect(
        "the caller is not bound",
        (CODES, _DIGEST, "_canonical([self.tool, force, sent])"),
        (CODES, "if caller != _short(claim.caller):", "if False:"),
    ),
    defect("four bytes bind the caller", (CODES, _DIGEST, "_canonical([self.tool, force, sent])")),
    defect(
        "the tool is not bound",
        (CODES, _DIGEST, "_canonical([self.caller, force, sent])"),
        (CODES, "if tool != _short(claim.tool):", "if False:"),
    ),
    defect(
        "the arguments are not bound",
        (CODES, "if not hmac.compare_digest(call, claim.digest(force=force)):", "if False:"),
    ),
    defect("the body is not bound", (CODES, _SENT, _SENT.replace("self.request.body", "None"))),
    defect("the query is not bound", (CODES, _SENT, _SENT.replace("dict(self.request.query)", "None"))),
    defect(
        "the digest does not hold that Make is overruled",
        (CODES, _DIGEST, "_canonical([self.tool, self.caller, sent])"),
    ),
    # A code cannot be made or changed
    defect("the MAC is not checked", (CODES, "if not hmac.compare_digest(mac, self._mac(head)):", "if False:")),
    defect(
        "the MAC leaves the first byte out", (CODES, "hmac.digest(self._key, head,", "hmac.digest(self._key, head[1:],")
    ),
    defect(
        "the MAC leaves the state out", (CODES, "hmac.digest(self._key, head,", "hmac.digest(self._key, head[:-16],")
    ),
    # A code ends
    defect("no code expires", (CODES, "if not 0 < self.left(held) <= SECONDS + _SKEW:", "if False:")),
    defect(
        "a code is good for a moment too long", (CODES, "if not 0 < self.left(held)", "if not 0 <= self.left(held)")
    ),
    defect(
        "how long the person took does not count",
        (
            GATE,
            "                reply = await client.ask(asked)\n                self._codes.still_good(held)\n",
            "                reply = await client.ask(asked)\n",
        ),
    ),
    # What `confirm` takes
    defect(
        "a lax boolean",
        (GATE, 'isinstance(confirm, bool if needed == "argument" else bool | str)', "True"),
        (GATE, 'if needed == "argument" and confirm is True:', 'if needed == "argument" and confirm:'),
    ),
    defect("true deletes", (GATE, 'if needed == "argument" and confirm is True:', "if confirm is True:")),
    # A person
    defect(
        "a person is asked before the code is checked",
        (
            GATE,
            "        held = await self._codes.check(code, attempt.claim)\n",
            """        if asks(self._policy, endpoint) and client.can_ask and client.answered(code) is None:
            await client.ask(question(code, Sight(what="Delete it.", name="it")))
        held = await self._codes.check(code, attempt.claim)
""",
        ),
    ),
    defect("a person is not told what changes", (QUESTION, "    if told:\n", "    if False:\n")),
    defect("a person is not told what was not read", (QUESTION, "sight.unseen[:1]", "sight.unseen[:0]")),
    defect(
        "a person who declines agrees",
        (PERSON, '    if reply.action == "decline":\n', "    if False:\n"),
        (PERSON, _ACTION, '    if reply.action == "cancel":\n'),
    ),
    defect("a form that is closed agrees", (PERSON, _ACTION, "    if False:\n")),
    defect("any name agrees", (PERSON, _NAMES, "    return True\n")),
    defect("a part of the name agrees", (PERSON, _NAMES, "    return given in name\n")),
    defect(
        "the name in other letters agrees",
        (PERSON, _NAMES, "    return name.lower() == given.strip().strip('\"').lower()\n"),
    ),
    defect(
        "the name stands in the question as it is",
        (QUESTION, "type {quoted(self.name)}; to refuse", "type {self.name}; to refuse"),
    ),
    defect(
        "the target is not read again after the person",
        (GATE, "            if client.waits:\n", "            if False:\n"),
    ),
    defect(
        "an answer counts without a question",
        (CLIENTS, _ANSWERED, _ANSWERED.replace("self.state != about", "self.state not in {None, about}")),
    ),
    defect(
        "an answer counts for another question",
        (CLIENTS, _ANSWERED, _ANSWERED.replace("self.state != about", "self.state is None")),
    ),
    defect(
        "who can open links alone is asked with a form",
        (
            CLIENTS,
            "elicitation is not None and (elicitation.form is not None or elicitation.url is None)",
            "elicitation is not None",
        ),
    ),
    defect(
        "under human the code alone is enough",
        (
            GATE,
            '            if self.policy == "human":\n',
            "            if False:\n",
        ),
    ),
    defect(
        "under human who cannot ask gets a code",
        (GATE, 'return "no_person" if self.policy == "human" else "code"', 'return "code"'),
    ),
    # Make's own guard
    defect(
        "Make is overruled as soon as it holds back",
        (
            GATE,
            "return await self._preview(attempt.overruling(), guarded=refused)",
            "return await self._send(attempt.overruling())",
        ),
    ),
    defect(
        "Make is overruled from the start",
        (
            ATTEMPT,
            "if self.call.forced else plain",
            "if self.call.forced or self.endpoint.guarded else plain",
        ),
    ),
    defect("the first code overrules Make", (GATE, "force=attempt.call.forced,", "force=endpoint.guarded,")),
    # What happened
    defect("a preview sends what is no look", (GATE, _LOOK, "if False:")),
    defect("a preview sends any method", (GATE, _LOOK, 'if wanted.endpoint.effect != "read":')),
    defect(
        "what is not there counts as gone",
        (OUTCOMES, "return self._calls.get(claim.digest(force=False)) is True", "return True"),
    ),
    defect(
        "what was never seen counts as gone",
        (OUTCOMES, "if seen and _leaves_it_open(error):", "if _leaves_it_open(error):"),
    ),
    defect(
        "what is still there counts as gone",
        (GATE, "return (reading or await self._look(attempt, whole=False)).sight.missing", "return True"),
    ),
    defect(
        "a no is lost where the target has changed", (GATE, "        if reply is not None:\n", "        if False:\n")
    ),
    defect(
        "another text of a code is taken for it",
        (CODES, "    if _FORM.fullmatch(text) is None:", "    if len(text) != LENGTH:"),
    ),
    defect("nobody notes what a person was asked", (GATE, "                await self._codes.asked(held)\n", "")),
    defect(
        "a client that was asked can say that it cannot ask",
        (GATE, "            if await self._codes.was_asked(held):\n", "            if False:\n"),
    ),
    defect(
        "a code for what could not be read",
        (GATE, "if not reading.sight.bound or reading.sight.unread:", "if not reading.sight.bound:"),
    ),
    defect(
        "what cannot be read now counts as changed", (GATE, "        if reading.sight.unread:\n", "        if False:\n")
    ),
    defect("a code of the future is good", (CODES, "<= SECONDS + _SKEW:", "< 10**9:")),
    defect(
        "a code without a target",
        (GATE, "if not reading.sight.bound or reading.sight.unread:", "if reading.sight.unread:"),
    ),
    defect(
        "the log leaves refusals out",
        (
            GATE,
            _RECORDED,
            """        with record:
            outcome = await self._write(endpoint, arguments, client, record)
        decided(record)
        self._record(record)
        return outcome
""",
        ),
    ),
)
