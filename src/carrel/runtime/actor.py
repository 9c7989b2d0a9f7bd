"""One session at work: a mailbox, a state, a transaction a step, and hands for the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from carrel.core import editing, view
from carrel.core.choosing import spare
from carrel.core.effects import (
    Deed,
    Effect,
    Fork,
    Inquire,
    InterruptTurn,
    Invite,
    Linger,
    Record,
    Remind,
    Say,
    Spend,
    StartTurn,
    TakeAside,
    WakeAt,
    deeds,
    records,
)
from carrel.core.errors import Unavailable
from carrel.core.events import (
    ApprovalAnswered,
    ApprovalAsked,
    Begun,
    EngineEvent,
    Event,
    Found,
    GrantsAsked,
    GuestSettled,
    Halted,
    Lingered,
    PersonEvent,
    Progressed,
    Prompted,
    RewindAsked,
    Stalled,
    Stirred,
    TakenAside,
    Unanswered,
    Waited,
    Woken,
)
from carrel.core.messages import Inbound, Outbound, Progress
from carrel.core.model import Approval, MessageId, Session, SessionKey, Turn, TurnId
from carrel.core.routing import resolve
from carrel.core.session import step
from carrel.ports.store import Fence, Store
from carrel.runtime import audit, exports, forking, inquiries, siding
from carrel.runtime.hands import Hands
from carrel.runtime.mailbox import Mailbox
from carrel.runtime.mirroring import Mirroring
from carrel.runtime.outbox import Outbox
from carrel.runtime.restoring import divided, in_order
from carrel.runtime.tools import Tools
from carrel.tasks import Tasks

MAILBOX = 256
BEGUN_AFTER = 1.0
"""Seconds that an engine must be at a turn before its receipts say so: most are over by then."""

AT_WORK = frozenset({"starting", "thinking", "working", "retrying"})

STALLED_AFTER = 300.0
"""Seconds without a word from an engine, after which people are told: most commands end before."""

QUIET = frozenset({"starting", "thinking", "working"})
"""States that say nothing of why nothing is heard."""

SAVE_AGAIN = (0.2, 1.0, 5.0)
"""Seconds between tries to save, before the session is let go and loaded anew."""

log = structlog.get_logger(__name__)


class Actor:
    """Runs one session from its rows until it has been idle for `idle` seconds."""

    def __init__(
        self, key: SessionKey, store: Store, outbox: Outbox, tools: Tools, host: str, idle: float
    ) -> None:
        self._key, self._store, self._outbox, self._host = key, store, outbox, host
        self._tools, self._idle, self._clock = tools, idle, tools.clock
        self._tasks = Tasks(f"actor {key}")
        self._mailbox = Mailbox(MAILBOX, self._tasks)
        self._hands = Hands(key, tools, self.tell)
        self._mirroring = Mirroring(key, store, outbox, tools)
        self._session = Session(key)
        self._fence = Fence(key, 0)
        self._known: frozenset[MessageId] = frozenset()
        self._card: Progress | None = None
        self._begun: TurnId | None = None
        self._heard_at = 0.0
        self._stalled: TurnId | None = None
        self._answering: set[MessageId] = set()
        self._loaded = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether a turn runs."""
        return self._session.turn is not None

    @property
    def waiting(self) -> int:
        """How many messages wait for a turn."""
        return len(self._session.waiting)

    async def session(self) -> Session:
        """The session as it stands, once it is loaded; an empty one if that fails."""
        await self._loaded.wait()
        return self._session

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """The engine's own commands, as far as it is awake."""
        return await self._hands.commands()

    async def tell(self, event: Event) -> None:
        """Put an event into the mailbox; waits while it is full and the actor lives."""
        await self._mailbox.put(event)

    async def heed(self, event: Event) -> bool:
        """The same, until what it does is saved; False if the actor came to its end before."""
        return await self._mailbox.heed(event)

    async def drain(self) -> None:
        """Begin no more turns; return when the running one has ended."""
        await self._hands.drain()

    async def run(self, obey: Callable[[Inbound], PersonEvent | None]) -> None:
        """Load the session, take up what was under way, then live on the mailbox.

        `obey` turns a stored command into its event. Returns when idle with nothing to do, or
        after Halted. Raises Fenced when another host owns the session, Unavailable when the
        store is away; the rows then hold all there is to know.
        """
        try:
            await self._load(obey)
            self._loaded.set()
            while await self._live():
                pass
        finally:
            self._mailbox.close()
            self._loaded.set()
            if self._turn is not None:
                self._tools.typing.stop(self._turn.conversation)
            await self._tasks.close()
            await self._hands.close()
        await self._mirroring.keep(self._session)

    async def _load(self, obey: Callable[[Inbound], PersonEvent | None]) -> None:
        loaded = await self._mirroring.claimed(await self._store.claim(self._key, self._host))
        self._fence = loaded.fence
        waiting, after = divided(loaded)
        self._session = replace(loaded.session, waiting=waiting)
        prompts = (*loaded.session.waiting, *(self._turn.prompts if self._turn else ()))
        commands = {inbound.message_id for inbound in loaded.commands}
        self._known = frozenset({p.id for p in prompts} | commands)
        for event in in_order(loaded, after, obey, self._clock.now()):
            await self._handle(event)

    @property
    def _turn(self) -> Turn | None:
        return self._session.turn

    async def _live(self) -> bool:
        try:
            async with asyncio.timeout(self._idle):
                event = await self._mailbox.next()
        except TimeoutError:
            return await self._rest()
        if not self._is_old(event):
            await self._handle(event)
        self._mailbox.done()
        return not isinstance(event, Halted)

    async def _rest(self) -> bool:
        """Idle long enough: the engine goes, and the actor too if nothing came meanwhile.

        What is carried out for a command is not cut off: it would only be begun anew.
        """
        if self._session.turn is not None:
            return True
        await self._hands.vacate()
        await self._mirroring.keep(session := self._session)
        stays = session.paused_until is not None or session.terminal is not None
        under_way = session.rewinding is not None or session.leaving or bool(self._answering)
        return stays or under_way or not self._mailbox.empty

    def _is_old(self, event: Event) -> bool:
        """A hint for what the rows brought already when the session was loaded."""
        if isinstance(event, Prompted):
            return event.prompt.id in self._known
        command = getattr(event, "command", None)
        return isinstance(event, PersonEvent) and command in self._known

    async def _handle(self, event: Event) -> None:
        if isinstance(event, Stalled) and self._stalled != event.turn:
            return
        if isinstance(event, EngineEvent) and self._stalled == event.turn:
            self._stalled = None
            await self._handle(Stirred(event.turn))
        self._fold(event)
        event = await self._look_up(event)
        await self._look_at_shared(event)
        await self._mirroring.before(event, self._session)
        if isinstance(event, ApprovalAnswered):
            audit.answered(self._session, event)
        if isinstance(event, GuestSettled):
            audit.guest(self._session, event)
        if not isinstance(event, Progressed):
            self._session = replace(
                self._session, burst=self._tools.rules.burst,
                funds=self._tools.accounts.funds(self._key), spare=self._spare(),
            )  # fmt: skip
        if isinstance(event, Found | TakenAside):
            self._answering.discard(event.command)
        after, effects = step(self._session, event)
        self._put_down(effects)
        saved = tuple(fitted for record in records(effects) for fitted in self._fit(record))
        if saved:
            await self._save(saved)
        self._let_in(saved)
        before, self._session = self._session, after
        self._outbox.wake(r.outbound for r in saved if isinstance(r, Say))
        if before.turn is not None and before.turn.id != (after.turn and after.turn.id):
            self._tools.typing.stop(before.turn.conversation)
        for deed in deeds(effects):
            self._carry_out(deed)
        if before.turn is not None and after.turn is None:
            self._hands.rest()

    async def _look_up(self, event: Event) -> Event:
        """What a message of this conversation was edited to."""
        if not isinstance(event, RewindAsked) or event.edited is None:
            return event
        edit = await self._store.said(event.edited)
        if edit is None or edit.conversation != event.conversation:
            return event
        return replace(event, anew=editing.anew(edit, event.command))

    async def _look_at_shared(self, event: Event) -> None:
        """Any session of the project may have allowed something, or taken it back, since."""
        match event:
            case ApprovalAsked(approval=Approval(project=project)) | GrantsAsked(project=project):
                shared = await self._store.shared_grants(project) if project else ()
                self._session = replace(self._session, shared=shared)
            case _:
                pass

    def _spare(self) -> str:
        """The model that goes on if the running turn ends at a usage limit."""
        if self._turn is None or not self._turn.prompts:
            return ""
        route = resolve(self._turn.conversation, self._tools.rules)
        return spare(route, self._session.chosen)

    def _put_down(self, effects: tuple[Effect, ...]) -> None:
        """What was spent counts from now on, for every session."""
        for effect in effects:
            if isinstance(effect, Spend):
                self._tools.accounts.add(self._key, sum(s.usage.cost for s in effect.shares))

    def _let_in(self, saved: tuple[Record, ...]) -> None:
        """Who was invited is heard as a member from now on, everywhere."""
        for record in saved:
            if isinstance(record, Invite):
                self._tools.guestbook.add(record.person)

    async def _save(self, saved: tuple[Record, ...]) -> None:
        for pause in SAVE_AGAIN:
            try:
                return await self._store.save(self._fence, saved, self._clock.now())
            except Unavailable as error:
                log.warning("cannot save, trying again", session=self._key, error=str(error))
                await self._clock.sleep(pause)
        return await self._store.save(self._fence, saved, self._clock.now())

    def _fit(self, record: Record) -> tuple[Record, ...]:
        """An answer is cut to what its platform can show, a row for each part."""
        if not isinstance(record, Say):
            return (record,)
        platform = self._tools.platforms.get(record.outbound.conversation.platform)
        if platform is None:
            return tuple(Say(part) for part in view.present(record.outbound, view.SHOWN_TEXT))
        limits = platform.limits
        fitted = view.present(record.outbound, limits.text, limits.whole, tables=limits.tables)
        return tuple(Say(part) for part in fitted)

    def _carry_out(self, deed: Deed) -> None:
        if isinstance(deed, Inquire | Fork | TakeAside):
            self._answering.add(deed.command)
        parts = (self._key, self._tools, self._store, self._outbox)
        match deed:
            case WakeAt(at):
                self._tasks.start(self._wake(at), "wake")
            case Inquire(what="export"):
                self._answer(deed, exports.exported(deed, self._key, self._tools, self._store))
            case Fork():
                self._answer(deed, forking.forked(deed, *parts))
            case TakeAside():
                self._tasks.start(self._take_aside(deed), "aside")
            case Remind():
                self._tasks.start(self._remind(deed), "remind")
            case Linger(seconds):
                self._tasks.start(self._linger(seconds), "linger")
            case StartTurn(turn):
                self._card = Progress(turn.id, started_at=turn.started_at)
                self._tools.typing.keep(turn.conversation)
                self._heard_at, self._stalled = self._clock.monotonic(), None
                self._tasks.start(self._watch(turn), "watch")
                self._hands.do(deed)
            case InterruptTurn(turn):
                self._show(replace(self._card or Progress(turn), state="stopping"))
                self._hands.do(deed)
            case _:
                self._hands.do(deed)

    async def _wake(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.now())
        await self.tell(Woken(max(at, self._clock.now())))

    def _answer(self, deed: Inquire | Fork, looking: Awaitable[inquiries.Body]) -> None:
        """Tell what comes of it, whenever that is."""

        async def answer() -> None:
            body = await inquiries.said(looking, deed.command)
            await self.tell(Found(deed.command, deed.conversation, body))

        self._tasks.start(answer(), "answer")

    async def _take_aside(self, deed: TakeAside) -> None:
        parts = (self._key, self._tools, self._store, self._outbox)
        await self.tell(await siding.attempted(deed, *parts))

    async def _remind(self, deed: Remind) -> None:
        await self._clock.sleep(deed.at - self._clock.now())
        approvers = self._tools.approving(self._turn)
        await self.tell(Unanswered(deed.approval, deed.after, approvers))

    async def _linger(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self.tell(Lingered(self._clock.now()))

    async def _begin(self, turn: TurnId) -> None:
        await self._clock.sleep(BEGUN_AFTER)
        await self.tell(Begun(turn))

    async def _watch(self, turn: Turn) -> None:
        """Tell once when nothing is heard of this try, until something is."""
        while (now := self._turn) and (now.id, now.attempt) == (turn.id, turn.attempt):
            silence = self._clock.monotonic() - self._heard_at
            if silence >= STALLED_AFTER and self._stalled is None and self._is_quiet():
                await self._stall(turn.id, silence)
            left = STALLED_AFTER - silence
            await self._clock.sleep(left if left > 0 else STALLED_AFTER)

    def _is_quiet(self) -> bool:
        asking = bool(self._session.approvals)
        return self._card is not None and self._card.state in QUIET and not asking

    async def _stall(self, turn: TurnId, silence: float) -> None:
        self._stalled = turn
        if self._card is not None:
            self._show(replace(self._card, state="stalled"))
        await self.tell(Stalled(turn, silence))

    def _fold(self, event: Event) -> None:
        """Progress is shown as it comes; only what is durable goes through the store."""
        turn = self._session.turn
        if isinstance(event, EngineEvent) and turn is not None and event.turn == turn.id:
            self._heard_at = self._clock.monotonic()
            card = view.fold(self._card or Progress(turn.id), event)
            card = replace(card, started_at=turn.started_at)
            if card != self._card:
                self._show(card)
            if self._begun != turn.id and not isinstance(event, Waited):
                self._begun = turn.id
                self._tasks.start(self._begin(turn.id), "begun")

    def _show(self, card: Progress) -> None:
        self._card = card
        turn = self._session.turn
        if turn is None:
            return
        self._outbox.show(Outbound(f"{turn.id}.card", turn.conversation, card))
        if card.state in AT_WORK:
            self._tools.typing.keep(turn.conversation)
        else:
            self._tools.typing.stop(turn.conversation)
