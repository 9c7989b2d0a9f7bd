"""What the suites speak about: one session, two places, messages by number."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from carrel.core.effects import (
    Say,
    Take,
)
from carrel.core.messages import Body, Inbound, Notice, Outbound
from carrel.core.model import (
    Approval,
    Attachment,
    Conversation,
    Prompt,
    ResumeToken,
    Route,
    Sender,
    SessionKey,
    Turn,
    TurnId,
    WaitingMode,
)
from carrel.ports.store import Loaded, Row, Store

Fresh = Callable[[], AbstractAsyncContextManager[Store]]

KEY = SessionKey("discord:1")
HERE = Conversation("discord", "1", within=("9",))
THERE = Conversation("discord", "1", thread="2", within=("9",))
ANN = Sender("discord", "7", "ann", roles=frozenset({"role:5"}))
TURN = TurnId(f"{KEY}#1")
HAND = Approval("a1", TURN, "Bash", "Run", "ls", "/work", "0f")
TOKEN = ResumeToken("claude", "c0ffee", "/work")


def message(number: int, conversation: Conversation = HERE) -> Inbound:
    """The message with that number in its platform's own count."""
    files = (Attachment("a.txt", "text/plain", 3, "ref"),)
    text = f"message {number} ☕"
    return Inbound("discord:me", str(number), conversation, ANN, text, files, at=float(number))


def route(key: SessionKey = KEY, waiting: WaitingMode = "queue") -> Route:
    """A route to the session."""
    return Route(key, "claude", "private", "ask", waiting, "all")


def prompt(number: int, waiting: WaitingMode = "queue", text: str | None = None) -> Prompt:
    """What the session keeps of `message(number)`, or of what it was changed to."""
    kept = message(number).prompt(waiting)
    return kept if text is None else replace(kept, text=text)


def say(nonce: str, body: Body | str, conversation: Conversation = HERE) -> Say:
    """The record that shows `body` (a text: a notice) under `nonce`."""
    return Say(Outbound(nonce, conversation, Notice(body) if isinstance(body, str) else body))


async def heard(store: Store, *numbers: int, command: bool = False) -> None:
    """Accept these messages for the session, at the time of their number."""
    for number in numbers:
        await store.accept(message(number), route(), float(number), command=command)


async def begun(store: Store, *numbers: int) -> Loaded:
    """The session with a turn that runs on these messages."""
    await heard(store, *numbers)
    loaded = await store.claim(KEY, "host")
    turn = Turn(TURN, tuple(prompt(number) for number in numbers), started_at=50.0)
    await store.save(loaded.fence, (Take(turn),), 50.0)
    return loaded


async def said(store: Store, *records: Say, at: float = 60.0) -> tuple[Row, ...]:
    """Save the records; returns what is due then."""
    loaded = await store.claim(KEY, "host")
    await store.save(loaded.fence, records, at)
    return await store.due(None, 100)


def nonces(rows: tuple[Row, ...]) -> list[str]:
    """What the rows are about, in order."""
    return [row.outbound.nonce for row in rows]


class OverAStore:
    """A suite: its store comes from `fresh`, which each implementation gives."""

    @pytest.fixture
    def fresh(self) -> Fresh:
        """Opens an empty store for the length of an `async with`."""
        raise NotImplementedError

    @pytest.fixture
    async def store(self, fresh: Fresh) -> AsyncIterator[Store]:
        """An empty store."""
        async with fresh() as store:
            yield store
