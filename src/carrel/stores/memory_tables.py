"""The memory store's tables: rows are values, and a copy of the tables is a savepoint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from carrel.core import aside
from carrel.core.admission import Invited
from carrel.core.effects import (
    Allow,
    Amend,
    Ask,
    Become,
    Choose,
    Close,
    Entitle,
    Fate,
    Finish,
    Free,
    Invite,
    Join,
    Leave,
    Left,
    Lend,
    Pause,
    Record,
    Rehome,
    Remember,
    Reopen,
    Revoke,
    Say,
    Settle,
    Share,
    Shelve,
    Spend,
    Switch,
    Take,
    TurnFate,
    Unshare,
    Unshelve,
)
from carrel.core.messages import Body, Gone, Inbound, Outbound
from carrel.core.model import (
    NOTHING_CHOSEN,
    Approval,
    Chosen,
    Conversation,
    Fallback,
    Grant,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    SessionKey,
    Terminal,
    Turn,
    TurnId,
)
from carrel.ports.store import Cursor, MessageState, OutboxState
from carrel.stores.memory_ledger import Entry
from carrel.stores.memory_schedules import ScheduleTables
from carrel.stores.prompts import answer_prefix

OPEN = ("queued", "running", "command")
WAITING = ("queued", "held")
SETTLED = ("done", "stopped", "superseded", "failed")
DUE = ("pending", "sending")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session beside its messages and turns."""

    place: Conversation | None = None
    next_seq: int = 0
    epoch: int = 0
    turns: int = 0
    resume: ResumeToken | None = None
    grants: tuple[Grant, ...] = ()
    chosen: Chosen = NOTHING_CHOSEN
    topic: str = ""
    past: tuple[Past, ...] = ()
    paused_until: float | None = None
    leaving: bool = False
    terminal: Terminal | None = None
    freed_until: float = 0.0
    fallback: Fallback | None = None
    gone: bool = False
    last_used: float = 0.0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in; `id` is its place in the store's order, `seq` in its session's."""

    id: int
    key: SessionKey
    seq: int
    inbound: Inbound
    prompt: Prompt
    command: bool
    state: MessageState
    at: float
    turn: TurnId | None = None
    settled_at: float = 0.0


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn; it runs as long as `fate` is None."""

    place: int
    key: SessionKey
    turn: Turn
    fate: TurnFate | None = None
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class OutRow:
    """An Outbound; `id` is where it stands in a history, `place` when it is sent."""

    id: int
    place: int
    outbound: Outbound
    at: float
    version: int = 1
    state: OutboxState = "pending"
    ref: str | None = None
    attempts: int = 0
    unsure: bool = False


@dataclass(slots=True)
class Tables:
    """Everything that the store knows."""

    order: int = 0
    sessions: dict[SessionKey, SessionRow] = field(default_factory=dict)
    messages: dict[MessageId, MessageRow] = field(default_factory=dict)
    turns: dict[TurnId, TurnRow] = field(default_factory=dict)
    outbox: dict[str, OutRow] = field(default_factory=dict)
    approvals: dict[tuple[SessionKey, str], Approval] = field(default_factory=dict)
    cursors: dict[tuple[str, str], tuple[float, Cursor]] = field(default_factory=dict)
    listened: dict[str, float] = field(default_factory=dict)
    shared: dict[tuple[str, str], Grant] = field(default_factory=dict)
    people: dict[str, Invited] = field(default_factory=dict)
    pairings: dict[str, float] = field(default_factory=dict)
    spending: tuple[Entry, ...] = ()
    schedules: ScheduleTables = field(default_factory=ScheduleTables)

    def copy(self) -> Tables:
        """The tables as they are now."""
        return Tables(
            self.order,
            dict(self.sessions),
            dict(self.messages),
            dict(self.turns),
            dict(self.outbox),
            dict(self.approvals),
            dict(self.cursors),
            dict(self.listened),
            dict(self.shared),
            dict(self.people),
            dict(self.pairings),
            self.spending,
            self.schedules,
        )

    def next_place(self) -> int:
        """The next number of the store-wide order."""
        self.order += 1
        return self.order

    def running_turn(self, key: SessionKey) -> Turn | None:
        """The turn that runs in the session."""
        rows = (row for row in self.turns.values() if row.key == key and row.fate is None)
        return next((row.turn for row in rows), None)

    def open_messages(self, key: SessionKey) -> list[MessageRow]:
        """Messages of the session whose fate is open, in order."""
        return [row for row in self.messages.values() if row.key == key and row.state in OPEN]

    def held_messages(self, key: SessionKey) -> list[MessageRow]:
        """Messages of the session that a person must decide about, in order."""
        return [row for row in self.messages.values() if row.key == key and row.state == "held"]

    def asked_in(self, key: SessionKey, conversation: str) -> list[tuple[TurnId, Inbound]]:
        """Messages whose turns had their end in an engine conversation, in order."""
        turns = [t for t, one in self.turns.items() if one.conversation == conversation]
        rows = sorted(self.messages.values(), key=lambda row: row.seq)
        mine = [row for row in rows if row.key == key and row.state in SETTLED]
        return [(row.turn, row.inbound) for row in mine if row.turn in turns]

    def answers(self, turn: TurnId) -> list[Body]:
        """What a turn has answered, in order."""
        prefix = answer_prefix(turn)
        said = (row.outbound for row in sorted(self.outbox.values(), key=lambda row: row.id))
        return [one.body for one in said if one.nonce.startswith(prefix)]

    def record(self, key: SessionKey, record: Record, at: float) -> None:
        """Apply one record of the session. Raises ValueError for a second running turn."""
        session = self.sessions[key]
        match record:
            case Take(turn):
                self._take(key, turn)
            case Join(turn_id, message):
                self._bind(key, turn_id, message)
            case Settle(message, fate):
                self._settle(key, message, fate, at)
            case Reopen(message, fate):
                self._reopen(key, message, fate, at)
            case Amend() | Become():
                self._reword(key, record)
            case Leave(gone):
                self.sessions[key] = replace(session, leaving=True, gone=session.gone or gone)
            case Left():
                self.sessions[key] = replace(session, leaving=False)
            case Spend(turn_id, parts):
                self.spending += tuple(Entry(key, turn_id, share, at) for share in parts)
            case Finish():
                self._finish(key, record)
            case Remember(resume):
                self.sessions[key] = replace(session, resume=resume)
            case Shelve() | Unshelve():
                self.sessions[key] = replace(session, past=_shelf(session.past, record))
            case Entitle(topic):
                self.sessions[key] = replace(session, topic=topic)
            case Allow() | Revoke():
                self.sessions[key] = replace(session, grants=_granted(session.grants, record))
            case Share() | Unshare() | Invite() | Rehome():
                self._share(record)
            case Choose(chosen):
                self.sessions[key] = replace(session, chosen=chosen)
            case Lend(terminal):
                self.sessions[key] = replace(session, terminal=terminal)
            case Switch(fallback):
                self.sessions[key] = replace(session, fallback=fallback)
            case Free(until):
                self.sessions[key] = replace(session, freed_until=until)
            case Pause(until):
                self.sessions[key] = replace(session, paused_until=until)
            case Ask() | Close():
                self._ask(key, record)
            case Say(outbound):
                self.say(outbound, at)
            case _:
                assert_never(record)

    def _ask(self, key: SessionKey, record: Ask | Close) -> None:
        match record:
            case Ask(approval):
                self.approvals.pop((key, approval.id), None)
                self.approvals[key, approval.id] = approval
            case Close(approval_id):
                self.approvals.pop((key, approval_id), None)

    def _share(self, record: Share | Unshare | Invite | Rehome) -> None:
        """What is no session's own; a store of one host knows no homes."""
        match record:
            case Invite(person):
                self.people[person.address] = person
            case Share(grant):
                self.shared.pop((grant.project, grant.id), None)
                self.shared[grant.project, grant.id] = grant
            case Unshare(project, grant_id):
                self.shared.pop((project, grant_id), None)

    def _take(self, key: SessionKey, turn: Turn) -> None:
        other = self.running_turn(key)
        if other is not None and other.id != turn.id:
            raise ValueError(f"{key} runs {other.id} already")
        known = self.turns.get(turn.id)
        if known is not None and known.key != key:
            raise ValueError(f"{turn.id} is no turn of {key}")
        if known is None:
            session = self.sessions[key]
            self.sessions[key] = replace(session, turns=session.turns + 1)
        self.turns[turn.id] = TurnRow(self.next_place(), key, turn)
        for prompt in turn.prompts:
            self._bind(key, turn.id, prompt.id)

    def _bind(self, key: SessionKey, turn: TurnId, message: MessageId) -> None:
        row = self.messages.get(message)
        if row is not None and row.key == key and row.state in ("queued", "running"):
            self.messages[message] = replace(row, state="running", turn=turn)

    def set_aside(self, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
        """Fail all that is open in the session, and say so."""
        rows = [(row.inbound.message_id, row) for row in self.open_messages(key)]
        turns = [t for t, row in self.turns.items() if row.key == key and row.fate is None]
        for message, row in rows:
            self.messages[message] = replace(row, state="failed", settled_at=at)
        for turn in turns:
            self.turns[turn] = replace(self.turns[turn], fate="failed")
        for owner, approval in tuple(self.approvals):
            if owner == key:
                del self.approvals[owner, approval]
        told = aside.told(((m, row.inbound.conversation) for m, row in rows), turns, why)
        for outbound in told:
            self.say(outbound, at)
        return told

    def why_failed(self, row: MessageRow) -> str:
        """What people were told of a message that failed, or of all that waited there with it."""
        there = row.inbound.conversation.address
        near = [n for n, out in self.outbox.items() if out.outbound.lane == there]
        asides = (n for n in reversed(near) if n.endswith(".aside"))
        told = (f"{row.turn}.end", f"{row.inbound.message_id}.aside", *asides)
        said = (self.outbox[nonce].outbound.body for nonce in told if nonce in self.outbox)
        return str(getattr(next(said, None), "text", ""))

    def _reopen(self, key: SessionKey, message: MessageId, fate: Fate, at: float) -> None:
        row = self.messages.get(message)
        if row is not None and row.key == key and row.state == "failed" and not row.command:
            turn = None if fate == "queued" else row.turn
            self.messages[message] = replace(row, state=fate, turn=turn, settled_at=at)

    def _settle(self, key: SessionKey, message: MessageId, fate: Fate, at: float = 0.0) -> None:
        row = self.messages.get(message)
        if row is None or row.key != key or row.state not in (*OPEN, "held"):
            return
        state: MessageState = "command" if fate == "queued" and row.command else fate
        turn = None if fate == "queued" else row.turn
        self.messages[message] = replace(row, state=state, turn=turn, settled_at=at)

    def _reword(self, key: SessionKey, record: Amend | Become) -> None:
        match record:
            case Amend(prompt):
                self._amend(key, prompt)
            case Become(said):
                self._become(key, said)

    def _amend(self, key: SessionKey, prompt: Prompt) -> None:
        row = self.messages.get(prompt.id)
        if row is None or row.key != key or row.state not in WAITING:
            return
        inbound = replace(
            row.inbound,
            text=prompt.text,
            attachments=prompt.attachments,
            material=prompt.material, more=prompt.more,
            edited=row.inbound.edited or row.inbound.text != prompt.text,
        )  # fmt: skip
        amended = inbound.prompt(prompt.waiting)
        self.messages[prompt.id] = replace(row, inbound=inbound, prompt=amended)

    def _become(self, key: SessionKey, said: Inbound) -> None:
        row = self.messages.get(said.message_id)
        if row is not None and row.key == key and row.state == "command":
            prompt = said.prompt("queue")
            became = replace(row, inbound=said, prompt=prompt, command=False, state="queued")
            self.messages[said.message_id] = became

    def _finish(self, key: SessionKey, record: Finish) -> None:
        turn = record.turn
        row = self.turns.get(turn)
        if row is not None and row.key == key:
            self.turns[turn] = replace(row, fate=record.fate, conversation=record.conversation)
        for message in self.open_messages(key):
            if message.turn == turn:
                self._settle(key, message.inbound.message_id, "queued")

    def say(self, outbound: Outbound, at: float) -> None:
        """Edit what the nonce names, or say it first."""
        nonce, place = outbound.nonce, self.next_place()
        row = self.outbox.get(nonce)
        gone = isinstance(outbound.body, Gone)
        if row is None:
            if not gone:
                self.outbox[nonce] = OutRow(place, place, outbound, at)
        elif gone and row.ref is None and not row.unsure and row.state != "sending":
            del self.outbox[nonce]
        else:
            self.outbox[nonce] = _said_again(row, outbound, place)


def _granted(grants: tuple[Grant, ...], record: Allow | Revoke) -> tuple[Grant, ...]:
    name = record.grant.id if isinstance(record, Allow) else record.grant
    others = tuple(one for one in grants if one.id != name)
    return (*others, record.grant) if isinstance(record, Allow) else others


def _shelf(past: tuple[Past, ...], record: Shelve | Unshelve) -> tuple[Past, ...]:
    if record.past is None:
        return ()
    others = tuple(one for one in past if one.resume != record.past.resume)
    return (record.past, *others) if isinstance(record, Shelve) else others


def _said_again(row: OutRow, outbound: Outbound, place: int) -> OutRow:
    """What is shown already moves behind what was said meanwhile; what is not keeps its place."""
    return replace(
        row,
        outbound=replace(row.outbound, body=outbound.body),
        version=row.version + 1,
        place=row.place if row.state == "pending" or row.ref is None else place,
        state="sending" if row.state == "sending" else "pending",
    )
