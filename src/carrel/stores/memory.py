"""The store port in plain Python: for tests, and the model that other stores are held against."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from carrel.core.effects import Record
from carrel.core.errors import Fenced
from carrel.core.handing_over import Exchange
from carrel.core.messages import Gone, Inbound, Mark, Outbound
from carrel.core.model import Conversation, Grant, MessageId, Route, Session, SessionKey, Turn
from carrel.core.renewing import MAX_PAST
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.schedules import ReminderEnd
from carrel.ports.store import (
    Accepted,
    By,
    Counts,
    Cursor,
    DeadLetter,
    Fence,
    Loaded,
    MessageState,
    Row,
    SessionInfo,
    Shown,
    Spending,
    Spent,
    StoreParts,
)
from carrel.stores.exchanges import exchanged
from carrel.stores.memory_ledger import added_up, divided, last_context
from carrel.stores.memory_people import MemoryPeople
from carrel.stores.memory_tables import DUE, OPEN, MessageRow, OutRow, SessionRow
from carrel.stores.prompts import answers_given


class MemoryStore(MemoryPeople):
    """Keeps everything as long as the process lives."""

    @property
    def incidents(self) -> tuple[str, ...]:
        """Nothing ever happens to it."""
        return ()

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: what was stored is still there when it is opened again."""

    async def accept(
        self, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool = False
    ) -> Accepted:
        """Store the message under (source, id), once."""
        tables, name = self._tables, inbound.message_id
        if name in tables.messages:
            return Accepted(tables.messages[name].seq, duplicate=True)
        old = tables.sessions.get(route.key, SessionRow())
        place, seq = old.place or inbound.conversation, old.next_seq + 1
        tables.sessions[route.key] = replace(
            old, place=place, next_seq=seq, last_used=at, gone=False
        )
        cursor = Cursor(inbound.conversation, inbound.id)
        tables.cursors.setdefault((inbound.source, inbound.conversation.address), (at, cursor))
        tables.messages[name] = MessageRow(
            id=tables.next_place(),
            key=route.key,
            seq=seq,
            inbound=inbound,
            prompt=inbound.prompt(route.waiting),
            command=command,
            state="held" if held else "command" if command else "queued",
            at=at,
        )
        return Accepted(seq)

    async def beget(self, session: Session, conversation: Conversation, at: float) -> bool:
        """Make a session that sleeps, unless there is one."""
        if session.key in self._tables.sessions:
            return False
        self._tables.sessions[session.key] = SessionRow(
            place=conversation,
            resume=session.resume,
            topic=session.topic,
            chosen=session.chosen,
            last_used=at,
        )
        return True

    async def claim(self, key: SessionKey, host: str) -> Loaded:  # noqa: ARG002 - one host
        """Become the owner and read the session."""
        tables, old = self._tables, self._tables.sessions.get(key, SessionRow())
        row = tables.sessions[key] = replace(old, epoch=old.epoch + 1)
        opened = tables.open_messages(key)
        held = [message.prompt for message in tables.held_messages(key)]
        session = Session(
            key=key,
            turns=row.turns,
            turn=self._turn(key, opened),
            waiting=tuple(message.prompt for message in opened if message.state == "queued"),
            missed=tuple(prompt for prompt in held if not prompt.guest),
            guests=tuple(prompt for prompt in held if prompt.guest),
            resume=row.resume,
            approvals=tuple(a for (owner, _), a in tables.approvals.items() if owner == key),
            grants=row.grants,
            chosen=row.chosen,
            topic=row.topic,
            past=tuple(sorted(row.past, key=lambda p: (-p.at, p.resume.value)))[:MAX_PAST],
            paused_until=row.paused_until,
            leaving=row.leaving,
            terminal=row.terminal,
            freed_until=row.freed_until,
            fallback=row.fallback,
            context=last_context(tables.spending, key) if row.resume else 0.0,
        )
        commands = tuple(message.inbound for message in opened if message.state == "command")
        return Loaded(Fence(key, row.epoch), session, commands)

    def _turn(self, key: SessionKey, opened: list[MessageRow]) -> Turn | None:
        turn = self._tables.running_turn(key)
        if turn is None:
            return None
        prompts = tuple(message.prompt for message in opened if message.state == "running")
        parts = answers_given(turn.id, self._tables.outbox)
        return replace(turn, prompts=prompts, parts=parts, stopping=None)

    async def save(self, fence: Fence, records: tuple[Record, ...], at: float) -> None:
        """All records, in order, or none of them."""
        before, row = self._tables.copy(), self._tables.sessions.get(fence.key)
        if row is None or row.epoch != fence.epoch:
            raise Fenced(f"Session {fence.key} has another owner since epoch {fence.epoch}.")
        self._tables.sessions[fence.key] = replace(row, last_used=at)
        try:
            for record in records:
                self._tables.record(fence.key, record, at)
        except ValueError:
            self._tables = before
            raise

    async def say(self, outbounds: tuple[Outbound, ...], at: float) -> None:
        """Show what no session's step says."""
        for outbound in outbounds:
            self._tables.say(outbound, at)

    async def open_keys(self) -> tuple[SessionKey, ...]:
        """Sessions with something left to do, oldest first."""
        tables = self._tables
        work = [(row.id, row.key) for row in tables.messages.values() if row.state in OPEN]
        work += [(row.place, row.key) for row in tables.turns.values() if row.fate is None]
        work += [(0, key) for key, row in tables.sessions.items() if row.leaving or row.terminal]
        return tuple(dict.fromkeys(key for _, key in sorted(work)))

    async def shared_grants(self, project: str) -> tuple[Grant, ...]:
        """What is allowed in every session of a project."""
        shared = self._tables.shared
        return tuple(grant for (owner, _), grant in shared.items() if owner == project)

    async def set_aside(self, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
        """Fail all that is open in a session, and say so."""
        return self._tables.set_aside(key, why, at)

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Messages to the engine that failed, the newest first."""
        rows = [r for r in self._tables.messages.values() if r.state == "failed" and not r.command]
        rows.sort(key=lambda row: (-row.settled_at, -row.id))
        why = self._tables.why_failed
        return tuple(DeadLetter(r.key, r.inbound, r.settled_at, why(r)) for r in rows[:limit])

    async def state(self, source: str, message: str) -> MessageState | None:
        """How a message stands."""
        rows = self._tables.messages.values()
        asked = (row for row in rows if (row.inbound.source, row.inbound.id) == (source, message))
        return next((row.state for row in asked), None)

    async def said(self, message: MessageId) -> Inbound | None:
        """What came under this name."""
        row = self._tables.messages.get(message)
        return None if row is None else row.inbound

    async def cursors(self, source: str) -> tuple[Cursor, ...]:
        """Where catching up begins, the newest first."""
        found = [(at, key, c) for key, (at, c) in self._tables.cursors.items() if key[0] == source]
        return tuple(c for _, _, c in sorted(found, key=lambda one: (-one[0], one[1])))

    async def move_cursor(self, source: str, cursor: Cursor, at: float) -> None:
        """Everything in the conversation up to that message is known."""
        self._tables.cursors[source, cursor.conversation.address] = (at, cursor)

    async def drop_cursor(self, source: str, conversation: Conversation) -> None:
        """There is nothing to catch up with any more."""
        self._tables.cursors.pop((source, conversation.address), None)

    async def listened(self, source: str) -> float | None:
        """When the source was last known to be listened to."""
        return self._tables.listened.get(source)

    async def listening(self, source: str, at: float) -> None:
        """The source is listened to at this moment."""
        self._tables.listened[source] = at

    async def due(self, lane: str | None, limit: int) -> tuple[Row, ...]:
        """Outbounds to be sent, in the order of saying."""
        rows = (row for row in self._due() if lane in (None, row.outbound.lane))
        return tuple(_row(row) for row in rows)[:limit]

    async def lanes(self) -> tuple[str, ...]:
        """Lanes that have Outbounds due."""
        return tuple(dict.fromkeys(row.outbound.lane for row in self._due()))

    def _due(self) -> list[OutRow]:
        rows = (row for row in self._tables.outbox.values() if row.state in DUE)
        return sorted(rows, key=lambda row: row.place)

    async def sending(self, row: Row) -> bool:
        """A send is about to begin; False if there is nothing to send any more."""
        return self._change(row, _begun)

    async def sent(self, row: Row, ref: str, at: float) -> None:  # noqa: ARG002 - nobody asks when
        """The platform took it. After a Gone nothing is shown under the nonce any more."""
        shown = None if isinstance(row.outbound.body, Gone) else ref
        self._change(
            row,
            lambda old: replace(
                old,
                state="sent" if old.version == row.version else "pending",
                ref=shown,
                attempts=0,
                unsure=False,
            ),
        )

    async def unsent(self, row: Row, *, dead: bool, unsure: bool, error: str) -> None:  # noqa: ARG002 - nobody reads it
        """The send failed; a refusal kills only the version that was refused."""
        died = dead and not self._outdated(row)
        self._change(row, lambda old: _failed(old, died=died, unsure=unsure))

    def _outdated(self, row: Row) -> bool:
        old = self._tables.outbox.get(row.outbound.nonce)
        return old is not None and old.version != row.version

    def _change(self, row: Row, change: Callable[[OutRow], OutRow | None]) -> bool:
        old = self._tables.outbox.get(row.outbound.nonce)
        new = None if old is None or old.id != row.id else change(old)
        if new is not None:
            self._tables.outbox[row.outbound.nonce] = new
        return new is not None

    async def sessions(self, limit: int, offset: int = 0) -> tuple[SessionInfo, ...]:
        """Sessions, most recently used first."""
        rows = {key: row for key, row in self._tables.sessions.items() if not row.gone}
        keys = sorted(rows, key=lambda key: (-rows[key].last_used, key))
        return tuple(self._info(key) for key in keys[offset : offset + limit])

    async def spent(self, key: SessionKey | None, since: float, until: float = math.inf) -> Spent:
        """What was spent within a time, by a session or by all."""
        entries = (one for one in self._tables.spending if since <= one.at < until)
        return added_up(one for one in entries if key in (None, one.key))

    async def spending(self, by: By, since: float) -> tuple[Spending, ...]:
        """What each has spent since then, the most first."""
        return divided((one for one in self._tables.spending if one.at >= since), by)

    async def counts(self) -> Counts:
        """How many rows there are, by state."""
        tables = self._tables
        return Counts(
            Counter(row.state for row in tables.messages.values()),
            Counter(row.fate or "running" for row in tables.turns.values()),
            Counter(row.state for row in tables.outbox.values()),
        )

    async def session(self, key: SessionKey) -> SessionInfo | None:
        """One session's line."""
        return self._info(key) if key in self._tables.sessions else None

    def _info(self, key: SessionKey) -> SessionInfo:
        tables, row = self._tables, self._tables.sessions[key]
        return SessionInfo(
            key=key,
            conversation=row.place,
            waiting=sum(message.state == "queued" for message in tables.open_messages(key)),
            running=tables.running_turn(key) is not None,
            turns=row.turns,
            last_used=row.last_used,
        )

    async def sessions_within(self, platform: str, place: str) -> tuple[Conversation, ...]:
        """Conversations with sessions that lie within a place."""
        sessions = self._tables.sessions
        places = [sessions[key].place for key in sorted(sessions) if not sessions[key].gone]
        return tuple(p for p in places if p and p.platform == platform and place in p.within)

    async def history(self, conversation: Conversation, limit: int) -> tuple[Shown, ...]:
        """The newest `limit` things of a conversation, oldest first."""
        address, tables = conversation.address, self._tables
        heard = [
            (row.id, Shown(row.at, inbound=row.inbound, state=row.state))
            for row in tables.messages.values()
            if row.inbound.conversation.address == address
        ]
        said = [
            (row.id, Shown(row.at, outbound=row.outbound))
            for row in tables.outbox.values()
            if row.outbound.conversation.address == address and _is_shown(row)
        ]
        merged = sorted(heard + said, key=lambda entry: entry[0])
        return tuple(shown for _, shown in merged[max(len(merged) - limit, 0) :])

    async def exchanges(
        self, key: SessionKey, conversation: str, limit: int
    ) -> tuple[Exchange, ...]:
        """What was asked and answered last in an engine conversation."""
        asked = self._tables.asked_in(key, conversation)
        return exchanged(asked[max(len(asked) - limit, 0) :], self._tables.answers)

    async def standings(self) -> tuple[Standing, ...]:
        """How every job stands."""
        return self._tables.schedules.standings_by_name()

    async def decide(self, decision: Decision, at: float) -> bool:
        """All of a decision, unless somebody else has decided since."""
        if not self._tables.schedules.decide(decision):
            return False
        await self.say(decision.said, at)
        return True

    async def open_fires(self) -> tuple[Fire, ...]:
        """Fires that are not over."""
        return self._tables.schedules.open_fires()

    async def fires(self, job: str, limit: int) -> tuple[Fire, ...]:
        """The fires of a job, the last one first."""
        return self._tables.schedules.fires_of(job)[:limit]

    async def job_cost(self, job: str, since: float) -> float:
        """What the fires of a job have cost."""
        return self._tables.schedules.cost_of(job, since)

    async def message_cost(self, source: str, message: str) -> float:
        """What the turn of a message has cost."""
        rows = self._tables.messages.values()
        asked = (row for row in rows if (row.inbound.source, row.inbound.id) == (source, message))
        turns = {row.turn for row in asked if row.turn is not None}
        return added_up(one for one in self._tables.spending if one.turn in turns).usage.cost

    async def forget_job(self, job: str) -> None:
        """The job is gone."""
        self._tables.schedules.forget_job(job)

    async def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one."""
        return self._tables.schedules.remind(reminder)

    async def reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones, the soonest first."""
        return self._tables.schedules.open_reminders(conversation)

    async def settle_reminder(self, reminder: Reminder, end: ReminderEnd, at: float) -> bool:
        """A reminder is over."""
        del at
        return self._tables.schedules.settle(reminder, end)

    async def backup(self, name: str) -> None:
        """Nothing to copy."""

    async def prune(self, before: float) -> int:
        """Nothing outlives the process anyway."""
        del before
        return 0


def build(parts: StoreParts) -> MemoryStore:  # noqa: ARG001 - it needs no home
    """A store that forgets everything when the process ends."""
    return MemoryStore()


def _begun(old: OutRow) -> OutRow | None:
    if old.state not in DUE:
        return None
    unsure = old.unsure or old.state == "sending"
    return replace(old, attempts=old.attempts + 1, unsure=unsure, state="sending")


def _failed(old: OutRow, *, died: bool, unsure: bool) -> OutRow | None:
    if old.state not in DUE:
        return None
    return replace(old, state="dead" if died else "pending", unsure=old.unsure or unsure)


def _row(row: OutRow) -> Row:
    unsure = row.unsure or row.state == "sending"
    return Row(row.id, row.outbound, row.version, row.ref, row.attempts, unsure, row.at)


def _is_shown(row: OutRow) -> bool:
    return row.state != "dead" and not isinstance(row.outbound.body, Mark | Gone)
