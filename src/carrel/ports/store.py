"""Persistence. Rows are the truth; whatever a process remembers beside them is a hint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from carrel.core.effects import Record
from carrel.core.handing_over import Exchange
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Conversation, Grant, MessageId, Route, Session, SessionKey, Usage
from carrel.ports.clock import Clock
from carrel.ports.hosts import HostStore, Tenure
from carrel.ports.people import PeopleStore
from carrel.ports.schedules import ScheduleStore

OutboxState = Literal["pending", "sending", "sent", "dead"]
MessageState = Literal[
    "queued", "running", "done", "stopped", "superseded", "failed", "command", "held"
]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message is stored. `seq` is its place in the session's order; gaps are normal."""

    seq: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to which message of a conversation everything that was said there is known."""

    conversation: Conversation
    message: str


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of ownership: a save with an older epoch than the row's raises Fenced."""

    key: SessionKey
    epoch: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A session as the rows tell it, with the commands that were stored but not yet obeyed."""

    fence: Fence
    session: Session
    commands: tuple[Inbound, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An Outbound on its way.

    `version` grows with each new body. `ref` is what the platform shows under the nonce now.
    `attempts` counts sends begun since the platform last took one. `unsure`: one of them may
    have arrived, because it was never answered or its answer did not tell. `at`: when it was first
    said, in unix seconds.
    """

    id: int
    outbound: Outbound
    version: int
    ref: str | None
    attempts: int
    unsure: bool
    at: float


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One line of a listing. `last_used` in unix seconds."""

    key: SessionKey
    conversation: Conversation | None
    waiting: int
    running: bool
    turns: int
    last_used: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What turns have cost together."""

    turns: int
    usage: Usage


By = Literal["session", "person", "turn"]


@dataclass(frozen=True, slots=True)
class Spending:
    """What a session, a person or a turn has spent. `name`: a person's own; an id has no other."""

    id: str
    name: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each kind and state: messages in, turns, Outbounds."""

    messages: Mapping[str, int]
    turns: Mapping[str, int]
    outbounds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that a conversation has seen, for its history: said by a person or by Carrel.

    Exactly one of `inbound` and `outbound` is set. `state` is the message's with an inbound.
    """

    at: float
    inbound: Inbound | None = None
    outbound: Outbound | None = None
    state: MessageState | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed. `why`: what people were told of it; `at`: when, in unix seconds."""

    key: SessionKey
    inbound: Inbound
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class StoreParts:
    """What a store's `build` is given: the gateway's home folder, and where a server is.

    `tenure`: what is told of the lease, where hosts share the store.
    """

    home: Path
    clock: Clock
    url: str | None = None
    tenure: Tenure = field(default_factory=Tenure)


class Store(ScheduleStore, PeopleStore, HostStore, Protocol):
    """Everything that must outlive the process. Every method is one transaction.

    All raise Unavailable when the store cannot be reached and Full when the disk is full;
    in both cases nothing was written.
    """

    @property
    def incidents(self) -> tuple[str, ...]:
        """What people must be told about the store's state, a sentence each."""
        ...

    async def open(self) -> None:
        """Make or migrate the schema, check integrity. Raises ConfigError if it cannot serve.

        Where hosts share the store it returns when this one leads.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go. Idempotent."""
        ...

    async def accept(
        self, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool = False
    ) -> Accepted:
        """Store the message under (source, id), once, with the next place in its session.

        Makes the session's row if there is none, and the conversation's cursor. `command` rows
        are not queued for the engine; they wait to be settled with Settle. `held` ones are not
        queued either: they are the session's `missed`.
        """
        ...

    async def shared_grants(self, project: str) -> tuple[Grant, ...]:
        """What is allowed in every session of a project, the oldest first."""
        ...

    async def beget(self, session: Session, conversation: Conversation, at: float) -> bool:
        """Make a session that sleeps, with its conversation, `resume`, `topic` and `chosen`.

        False, and nothing is changed, where there is a session by that key already.
        """
        ...

    async def state(self, source: str, message: str) -> MessageState | None:
        """How the message with this id stands; None if it was never stored."""
        ...

    async def said(self, message: MessageId) -> Inbound | None:
        """What came under this name, as it was last amended; None if it is not kept (any more)."""
        ...

    async def cursors(self, source: str) -> tuple[Cursor, ...]:
        """Where catching up begins in each conversation of a source, the newest first."""
        ...

    async def move_cursor(self, source: str, cursor: Cursor, at: float) -> None:
        """Everything in the conversation up to that message is known."""
        ...

    async def drop_cursor(self, source: str, conversation: Conversation) -> None:
        """There is nothing to catch up with in the conversation any more."""
        ...

    async def listened(self, source: str) -> float | None:
        """When the source was last known to be listened to (unix seconds); None: never."""
        ...

    async def listening(self, source: str, at: float) -> None:
        """The source is listened to at this moment."""
        ...

    async def claim(self, key: SessionKey, host: str) -> Loaded:
        """Become the owner: raises the epoch, so that every earlier owner is fenced out.

        A session without a row is made.
        """
        ...

    async def save(self, fence: Fence, records: tuple[Record, ...], at: float) -> None:
        """All records, in order, in one transaction; Fenced if the epoch has moved on.

        A session that has left (Leave with `gone`) is listed no more, until it is spoken in.
        Say with a known nonce replaces the body, makes the row due again and raises its
        version; a row that was never sent is dropped by Gone.
        """
        ...

    async def say(self, outbounds: tuple[Outbound, ...], at: float) -> None:
        """Show what no session's step says, in one transaction; nonces are as in Say."""
        ...

    async def open_keys(self) -> tuple[SessionKey, ...]:
        """Sessions with something left to do, the oldest first.

        A running turn, queued messages, commands to obey, folders that must go to the trash, a
        terminal to be watched.
        """
        ...

    async def set_aside(self, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
        """Fail all that is open in a session that cannot be run, and say so where it was said.

        Nothing of it is read but its ids: what cannot be read is the likeliest reason. Returns
        what is to be shown.
        """
        ...

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Messages to the engine that failed, the newest first."""
        ...

    async def due(self, lane: str | None, limit: int) -> tuple[Row, ...]:
        """Outbounds to be sent in a lane (None: any), in the order of saying."""
        ...

    async def lanes(self) -> tuple[str, ...]:
        """Lanes that have Outbounds due."""
        ...

    async def sending(self, row: Row) -> bool:
        """A send is about to begin: from now on it may have arrived.

        False when the row was taken back or done meanwhile: then nothing may be sent.
        """
        ...

    async def sent(self, row: Row, ref: str, at: float) -> None:
        """The platform took it. Still due if a newer version was said meanwhile."""
        ...

    async def unsent(self, row: Row, *, dead: bool, unsure: bool, error: str) -> None:
        """The send failed: due again, or dead for ever. `unsure`: it may have arrived."""
        ...

    async def sessions(self, limit: int, offset: int = 0) -> tuple[SessionInfo, ...]:
        """Sessions, most recently used first."""
        ...

    async def spent(self, key: SessionKey | None, since: float, until: float = math.inf) -> Spent:
        """What was spent from then until then (unix seconds), by a session or by all."""
        ...

    async def spending(self, by: By, since: float) -> tuple[Spending, ...]:
        """What each session, person or turn has spent since then, the most first."""
        ...

    async def counts(self) -> Counts:
        """How many rows there are, by state."""
        ...

    async def session(self, key: SessionKey) -> SessionInfo | None:
        """One session's line."""
        ...

    async def sessions_within(self, platform: str, place: str) -> tuple[Conversation, ...]:
        """Conversations with sessions that lie within the place with this id."""
        ...

    async def history(self, conversation: Conversation, limit: int) -> tuple[Shown, ...]:
        """The newest `limit` things of a conversation, oldest first; no marks, nothing gone."""
        ...

    async def exchanges(
        self, key: SessionKey, conversation: str, limit: int
    ) -> tuple[Exchange, ...]:
        """What the last `limit` messages in an engine conversation asked, and what it answered.

        The oldest first, one for each turn; `conversation`: the engine's name of it, as in Finish.
        """
        ...

    async def backup(self, name: str) -> None:
        """A consistent copy beside the store, if it is one that can be copied; else nothing."""
        ...

    async def prune(self, before: float) -> int:
        """Forget what ended and began before `before` (unix seconds); returns how many rows.

        A message forgotten here is new again if its platform gives it once more.
        """
        ...
