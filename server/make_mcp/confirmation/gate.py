"""The one gate in front of every write.

Nothing reaches Make without a `Permit`, and only this file makes one: for what reads at once; for what writes when `confirm`
says so in the form that the policy wants, on a target that is still what was previewed, and where a person can be asked,
with the name that they typed.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import anyio

from make_mcp.confirmation import previews
from make_mcp.confirmation.attempt import Attempt, Changed, Done, Told
from make_mcp.confirmation.codes import Codes, Held
from make_mcp.confirmation.errors import NotConfirmed
from make_mcp.confirmation.outcomes import Departure, Unanswered, already_so, in_use, is_gone, is_not_there
from make_mcp.confirmation.person import Client, Reply, agreed
from make_mcp.confirmation.policy import CONFIRM, TAKES, Policy, asks, needs
from make_mcp.confirmation.question import Question, question
from make_mcp.confirmation.reading import Reading, look
from make_mcp.confirmation.recent import Recent
from make_mcp.confirmation.record import Record
from make_mcp.redaction import refuse_hidden
from make_mcp.upstream.errors import Refused, UpstreamError
from make_mcp.upstream.permit import Answered, Permit
from make_tools import ArgumentError, Endpoint, Request
from make_tools.previews import PLANS, Call, Look, Sight
from make_tools.refusal import kind

_STILL_SO = 2.0
"""Seconds after a look for which the target counts as seen."""
_REMEMBERED = 200
"""Previews of which the outcome is open."""


class Way(Protocol):
    """The way to Make."""

    deadline: float
    """Seconds for a call."""

    def locate(self, endpoint: Endpoint[...], request: Request) -> str: ...

    async def send(self, permit: Permit) -> Answered: ...


class Gate:
    """Decides over each call, and carries out what it lets through."""

    def __init__(
        self,
        way: Way,
        policy: Policy = "standard",
        codes: Codes | None = None,
        record: Callable[[Record], None] = lambda _: None,
    ) -> None:
        self._way = way
        self.policy: Policy = policy
        self._codes = codes or Codes()
        self._record = record
        self._unanswered = Unanswered()
        self._shown: Recent[str, Sight] = Recent(_REMEMBERED)

    async def call(
        self,
        endpoint: Endpoint[...],
        arguments: Mapping[str, Any],
        client: Client,
        decided: Callable[[Record], None] = lambda _: None,
    ) -> Done | Told:
        """Carries out a call, or says what it would do. Of one that writes `decided` gets the record, however it ends.

        Raises:
            ArgumentError: an argument does not fit, `confirm` among them.
            NotConfirmed: the code, the person or the policy says no.
            AnswerAwaited: a person is to be asked, and the client brings the answer.
            UpstreamError: Make said no, or the way there is broken.
        """
        if endpoint.effect == "read":
            return Done(await self.read(endpoint, endpoint.parse(arguments), arguments, client))
        record = Record(endpoint, client, self.policy)
        try:
            with record:
                return await self._write(endpoint, arguments, client, record)
        finally:
            decided(record)
            self._record(record)

    async def read(
        self,
        endpoint: Endpoint[...],
        request: Request,
        given: Mapping[str, Any],
        client: Client,
        since: float | None = None,
    ) -> dict[str, Any]:
        """What Make shows. `given` are the arguments that the request was made of; `since` is when the call began.

        Raises:
            UpstreamError: Make said no, the way there is broken, or the endpoint does not only read.
        """
        if endpoint.effect != "read":
            raise UpstreamError(f"{endpoint.name} is no read")
        return (await self._way.send(Permit(endpoint, request, client, since, given=given))).data

    @property
    def deadline(self) -> float:  # in seconds, for a call
        return self._way.deadline

    async def _write(
        self, endpoint: Endpoint[...], arguments: Mapping[str, Any], client: Client, record: Record
    ) -> Done | Told:
        if not client.may_write:
            raise NotConfirmed("scope", previews.MAY_NOT_WRITE)
        given = dict(arguments)
        confirm = given.pop(CONFIRM, None)
        needed = needs(self.policy, endpoint)
        if not (confirm is None or isinstance(confirm, bool if needed == "argument" else bool | str)):
            raise ArgumentError(
                endpoint.name, [f"`{CONFIRM}` takes {TAKES[needed]}, and got {kind(confirm)}; nothing was changed"]
            )
        request = endpoint.parse(given, also=(CONFIRM,))
        record.about(given)
        refuse_hidden(endpoint.name, given)
        self._way.locate(endpoint, request)
        call = Call({name: v for name, v in given.items() if v is not None}, request)
        attempt = Attempt(endpoint, call, client, record, anyio.current_time())
        if needed == "argument" and confirm is True:
            record.confirmed("argument")
            return await self._send(attempt)
        if isinstance(confirm, str):
            return await self._with_code(attempt, confirm)
        return await self._preview(attempt, why=previews.TRUE_IS_NO_CODE if confirm is True else None)

    async def _with_code(self, attempt: Attempt, code: str) -> Done | Told:
        """What a code lets through. Every step can stop it, and the request leaves after the last one alone."""
        endpoint, client = attempt.endpoint, attempt.client
        held = await self._codes.check(code, attempt.claim)
        asking = asks(self.policy, endpoint)
        if asking and not client.can_ask:
            if self.policy == "human":
                raise NotConfirmed("person_required", previews.NO_PERSON)
            # A question that was asked is not taken back by a client that says later that it cannot ask.
            if await self._codes.was_asked(held):
                raise NotConfirmed("person_required", previews.STILL_ASKED)
        about = held.id.hex()
        reply = client.answered(about)
        if reply is not None:
            await self._heed(reply, held)
        asking = asking and client.can_ask
        attempt = attempt.overruling() if held.force else attempt
        # A person sees what the preview showed. Only a preview of another process has to be read again as a whole.
        shown = self._shown.get(code.strip())
        reading = await self._look(attempt, whole=asking and reply is None and shown is None)
        if (changed := await self._changed(attempt, reading, held)) is not None:
            return changed
        attempt.record.confirmed("code")
        if asking:
            if shown is None:
                shown = previews.overruling(reading.sight) if held.force else reading.sight
            await self._agreed(client, reply, question(about, shown), held)
            if client.waits:
                attempt = replace(attempt, since=anyio.current_time())
                reading = await self._look(attempt, whole=False)
                if (changed := await self._changed(attempt, reading, held)) is not None:
                    return changed
            attempt.record.confirmed("person")
        looked = anyio.current_time()

        async def before() -> None:
            if anyio.current_time() - looked > _STILL_SO:
                # It had to wait for its turn.
                again = await self._look(attempt, whole=False)
                if (changed := await self._changed(attempt, again, held)) is not None:
                    raise Changed(changed)
            await self._codes.take(held)

        try:
            return await self._send(attempt, before, seen=reading.sight.target is not None)
        except Changed as error:
            return error.told

    async def _changed(self, attempt: Attempt, reading: Reading, held: Held) -> Told | None:
        """A new preview if the target is not as it was; None if it is.

        Raises:
            NotConfirmed: nobody knows, or the code was used meanwhile, which may be what changed the target.
        """
        if reading.sight.unread:
            raise NotConfirmed("not_read", previews.NOT_READ.format(why=" ".join(reading.sight.unseen)))
        if held.fits(reading.state):
            return None
        await self._codes.unused(held)
        # What Make held back is held back anew: its own guard comes first again.
        plain = replace(attempt, call=replace(attempt.call, forced=False))
        return await self._preview(plain, why=previews.CHANGED)

    async def _agreed(self, client: Client, reply: Reply | None, asked: Question, held: Held) -> None:
        """Comes back only if the person typed the name while the code was good.

        Raises:
            NotConfirmed, AnswerAwaited.
        """
        # A form that nobody answers ends with the code, and not with the session.
        with anyio.move_on_after(self._codes.left(held)):
            if reply is None:
                await self._codes.asked(held)
                reply = await client.ask(asked)
                self._codes.still_good(held)
            await self._heed(reply, held, asked.name)
            return
        raise self._codes.expired()

    async def _heed(self, reply: Reply, held: Held, name: str | None = None) -> None:
        """Raises NotConfirmed for a no, and where a name is asked for, for any other than that.

        A no is final: the code is used up with it, so that nobody asks the person again and again.
        """
        try:
            agreed(reply, name)
        except NotConfirmed:
            with anyio.CancelScope(shield=True):
                await self._codes.end(held)
            raise

    async def _send(
        self, attempt: Attempt, before: Callable[[], Awaitable[None]] | None = None, *, seen: bool = False
    ) -> Done | Told:
        """Sends the request, once, and `before` when it is its turn. `seen`: the target was there a moment ago."""
        endpoint, record = attempt.endpoint, attempt.record
        leaves = Departure(record)
        try:
            with self._unanswered.watch(attempt.claim, leaves, seen=seen):
                of = (attempt.client, attempt.since, leaves, before, attempt.call.given)
                answered = await self._way.send(Permit(endpoint, attempt.request, *of))
        except Refused as refused:
            record.refused_by_make(refused.status)
            if told := already_so(endpoint, refused):
                record.already_so()
                return Told(told)
            # Make's own words alone: after any others this very call may have done it.
            if is_not_there(refused) and await self._is_gone(attempt):
                record.already_so()
                return Told(is_gone(endpoint))
            if endpoint.guarded and not attempt.call.forced and in_use(refused):
                return await self._preview(attempt.overruling(), guarded=refused)
            raise
        record.done(answered.status)
        return Done(answered.data)

    async def _preview(self, attempt: Attempt, *, why: str | None = None, guarded: Refused | None = None) -> Told:
        """What the call would do, read at this moment; with a code where one is needed."""
        endpoint, client = attempt.endpoint, attempt.client
        reading = await self._look(attempt, whole=True)
        attempt.record.previewed(changed=why == previews.CHANGED, guarded=guarded is not None)
        if await self._is_gone(attempt, reading):
            attempt.record.already_so()
            return Told(is_gone(endpoint))
        how = self._how(endpoint, client, reading)
        code = None
        if how in {"code", "code_and_person"}:
            id_ = await self._codes.new_id()
            code = self._codes.make(attempt.claim, reading.state, force=attempt.call.forced, id_=id_)
            self._shown.put(code, reading.sight if guarded is None else previews.overruling(reading.sight, guarded))
        url = self._way.locate(endpoint, attempt.request)
        shown = previews.content(endpoint, attempt.request, url, reading.sight)
        if guarded is not None:
            why = previews.held_back(guarded)
        elif code is None and why == previews.TRUE_IS_NO_CODE:
            why = None
        return Told(previews.framed(endpoint, shown, code=code, how=how, why=why))

    def _how(self, endpoint: Endpoint[...], client: Client, reading: Reading) -> previews.How:
        if needs(self.policy, endpoint) == "argument":
            return "argument"
        if not reading.sight.bound or reading.sight.unread:
            return "no_target"
        if not asks(self.policy, endpoint):
            return "code"
        if client.can_ask:
            return "code_and_person"
        return "no_person" if self.policy == "human" else "code"

    async def _is_gone(self, attempt: Attempt, reading: Reading | None = None) -> bool:
        """Whether an earlier deletion whose answer never came is why the target, which was there then, is not there now."""
        if attempt.endpoint.method != "DELETE" or not self._unanswered.has(attempt.claim):
            return False
        return (reading or await self._look(attempt, whole=False)).sight.missing

    async def _look(self, attempt: Attempt, *, whole: bool) -> Reading:
        async def read(wanted: Look) -> dict[str, Any]:
            # A preview changes nothing, whatever a plan says.
            if wanted.endpoint.effect != "read" or wanted.request.method != "GET":
                raise UpstreamError(f"{wanted.endpoint.name} is no look")
            return (await self._way.send(Permit(wanted.endpoint, wanted.request, attempt.client))).data

        left = attempt.since + self._way.deadline - anyio.current_time()
        return await look(PLANS[attempt.endpoint.name], attempt.call, read, whole=whole, left=left)
