"""Below the floor nothing begins, people are told why, and it goes on by itself."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs
from tests.unit.runtime.test_hands import TURN

from carrel.core.effects import InterruptTurn
from carrel.core.events import Waited
from carrel.runtime.room import LOOK_AGAIN, Room
from carrel.testing.clock import ManualClock, settle


class Disk:
    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, _home: Path) -> int:
        if self.free < 0:
            raise OSError("no such disk")
        return self.free


def room(disk: Disk, clock: ManualClock) -> Room:
    return Room(Path("/"), 200_000_000, clock, disk)


async def test_with_room_nothing_is_said() -> None:
    said: list[str] = []

    async def say(text: str) -> None:
        said.append(text)

    await room(Disk(200_000_000), ManualClock()).wait(say)
    assert said == []


async def test_a_turn_waits_for_room_says_why_and_goes_on_by_itself(desk) -> None:
    """spec: 18.4"""
    disk = Disk(120_000_000)
    object.__setattr__(desk.hands._tools, "room", room(disk, desk.clock))
    with capture_logs():
        await desk.start(TURN)
        assert desk.engine.calls() == []
        (waited,) = desk.told
        assert isinstance(waited, Waited)
        assert "120 MB are free" in waited.note
        await desk.clock.advance(LOOK_AGAIN)
        assert desk.engine.calls() == []
        disk.free = 300_000_000
        await desk.clock.advance(LOOK_AGAIN)
        assert desk.engine.calls() == ["prompt"]
        assert len(desk.told) == 1


async def test_a_turn_that_waits_for_room_can_be_stopped(desk) -> None:
    object.__setattr__(desk.hands._tools, "room", room(Disk(0), desk.clock))
    with capture_logs():
        await desk.start(TURN)
        desk.hands.do(InterruptTurn(TURN.id))
        await settle()
    assert desk.ends() == [(TURN.id, "stopped")]


def test_a_disk_that_does_not_tell_keeps_nobody_waiting() -> None:
    assert room(Disk(-1), ManualClock()).trouble == ""


async def test_the_machine_s_own_disk_is_asked(tmp_path) -> None:
    assert Room(tmp_path, 1, ManualClock()).left > 1
    assert Room(tmp_path, 1 << 62, ManualClock()).trouble
