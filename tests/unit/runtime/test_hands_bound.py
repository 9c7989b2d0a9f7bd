"""A session is opened in the workspace that its place is bound to."""

from __future__ import annotations

from carrel.core.model import Conversation, MessageId, Prompt, Turn, TurnId
from carrel.core.routing import Binding


def turn(channel: str, number: int) -> Turn:
    place = Conversation("fake", channel)
    prompt = Prompt(MessageId(f"fake/{number}"), place, "Ada", "text", ())
    return Turn(TurnId(f"fake:a#{number}"), (prompt,))


async def test_an_engine_is_opened_where_its_place_is_bound(desk) -> None:
    await desk.start(turn("bound", 1))
    await desk.hands.vacate()
    await desk.start(turn("a", 2))
    assert desk.workspaces.bound == [Binding("shop", "worktree"), None]
