"""The history is told of turns, and costs none of them anything. spec: 14.6"""

from __future__ import annotations

from types import SimpleNamespace

from structlog.testing import capture_logs

from carrel.core.errors import Unavailable
from carrel.core.model import SessionKey, Turn, TurnId
from carrel.runtime.keeping import Keeping

KEY = SessionKey("k")
TURN = Turn(TurnId("k#1"), ())
SPACE = SimpleNamespace(key=KEY)


class Told:
    def __init__(self, error: Exception | None = None) -> None:
        self.heard, self.error = [], error

    async def begin(self, _space, turn):
        self.heard.append(turn)
        if self.error:
            raise self.error

    async def end(self, _space, turn, resume):
        self.heard.append((turn, resume))
        if self.error:
            raise self.error


async def kept(history: Told | None, space=SPACE) -> None:
    keeping = Keeping(KEY, history)
    keeping.space = space
    await keeping.begin(TURN)
    await keeping.end(TURN.id, None)


async def test_it_is_told_of_a_turn_s_beginning_and_end() -> None:
    history = Told()
    await kept(history)
    assert history.heard == [TURN, (TURN.id, None)]


async def test_what_cannot_be_kept_stops_no_turn() -> None:
    for fault in (Unavailable("the disk is away"), KeyError("a bug")):
        history = Told(fault)
        with capture_logs() as logs:
            await kept(history)
        assert len(history.heard) == len(logs) == 2


async def test_without_a_history_or_a_folder_nothing_is_kept() -> None:
    await kept(None)
    history = Told()
    await kept(history, None)
    assert history.heard == []
