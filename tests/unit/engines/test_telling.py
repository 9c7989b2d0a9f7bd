from __future__ import annotations

import asyncio

from carrel.core.events import ToolStarted, TurnEnded, Wrote
from carrel.core.model import TurnId, Usage
from carrel.engines import telling
from carrel.engines.telling import Telling

TURN = TurnId("s#1")
END = TurnEnded(TURN, "done", "", (), Usage(), None, 0.0)


async def told(*events):
    """What arrives when everything is said before the session listens."""
    heard, gate = [], asyncio.Event()

    async def tell(event):
        await gate.wait()
        heard.append(event)

    line = Telling(tell)
    for event in events:
        line.say(event)
    gate.set()
    await line.settle(5)
    return heard


async def test_pieces_of_text_are_joined_while_they_wait():
    heard = await told(Wrote(TURN, "a"), Wrote(TURN, "b"), END, Wrote(TURN, "c"))
    assert heard == [Wrote(TURN, "ab"), END, Wrote(TURN, "c")]


async def test_too_much_progress_is_dropped_but_nothing_that_decides(monkeypatch):
    monkeypatch.setattr(telling, "MAX_PROGRESS", 3)
    tools = [ToolStarted(TURN, str(n), "Bash", "") for n in range(9)]
    heard = await told(*tools, END)
    assert heard == [*tools[:3], END]


async def test_settling_does_not_wait_for_a_busy_session():
    async def tell(_event):
        await asyncio.Event().wait()

    line = Telling(tell)
    line.say(END)
    await line.settle(0.01)
    line._task.cancel()
