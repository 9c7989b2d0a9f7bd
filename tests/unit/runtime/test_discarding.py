"""Folders go to the trash before anything begins in them. spec: 8.6"""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from carrel.core.effects import Discard, StartTurn
from carrel.core.errors import Unavailable
from carrel.core.events import Discarded
from carrel.core.model import Conversation, MessageId, Prompt, SessionKey, Turn, TurnId
from carrel.runtime.discarding import AGAIN
from carrel.testing.clock import settle

KEY = SessionKey("fake:a")
PROMPT = Prompt(MessageId("fake/1"), Conversation("fake", "a"), "Ada", "text")
NEXT = Turn(TurnId("fake:a#1"), (PROMPT,))


async def test_folders_that_cannot_be_moved_are_not_said_to_be_gone_until_they_are(
    desk, monkeypatch
) -> None:
    """spec: 8.6"""
    errors, gone = [Unavailable("busy"), OSError("away")], []

    async def stuck(key: SessionKey) -> None:
        if errors:
            raise errors.pop(0)
        gone.append(key)

    monkeypatch.setattr(desk.workspaces, "discard", stuck)
    with capture_logs() as logs:
        desk.hands.do(Discard())
        desk.hands.do(StartTurn(NEXT, None))
        await settle()
        assert (desk.told, desk.engine.specs) == ([], [])
        await desk.clock.advance(AGAIN)
        assert desk.told == []
        await desk.clock.advance(AGAIN)
    assert gone == [KEY]
    assert desk.told == [Discarded()]
    assert logs[0]["error"] == "busy"


async def test_who_waits_for_a_session_whose_folders_go_must_ask_again(desk) -> None:
    """spec: 16.1"""

    async def told() -> None:
        """The session is told."""

    waiting = asyncio.ensure_future(desk.hands._tools.terminals.wait(KEY, told()))
    await settle()
    desk.hands.do(Discard())
    with pytest.raises(Unavailable, match="attach it again"):
        await waiting
