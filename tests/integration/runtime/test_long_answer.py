"""An answer in five parts of which the third is refused for ever. Bar A6. spec: 4.3 4.5"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from carrel.core.messages import Answer, Outbound
from carrel.engines.script import Say
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.platform import Receipt, Refusal
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import House, RecordingPlatform

PARTS = [f"{number}." + " word" * 360 for number in range(1, 6)]
REFUSED = PARTS[2][:2]


class Prim(RecordingPlatform):
    """Refuses whatever begins with the third part, or says nothing at all of it."""

    def __init__(self, *, silent: bool = False) -> None:
        super().__init__()
        self.silent = silent
        self.tried: list[str] = []

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        if isinstance(outbound.body, Answer):
            self.tried.append(outbound.body.text[:2])
            if outbound.body.text.startswith(REFUSED):
                if self.silent:
                    await asyncio.Event().wait()
                raise Refusal("too rude")
        return await super().send(outbound, ref, again=again)


@pytest.mark.parametrize("restarts", [False, True])
async def test_the_others_are_shown_once_and_the_person_is_told(
    tmp_path: Path, *, restarts: bool
) -> None:
    store, engine = MemoryStore(), ScriptedEngine(lambda _: (Say("\n\n".join(PARTS)),))
    tried, notices = [], []
    platforms = [Prim(silent=True), Prim(), Prim()] if restarts else [Prim()]
    with capture_logs():
        for boot, platform in enumerate(platforms):
            async with House(tmp_path, store=store, engine=engine, platform=platform) as house:
                if not boot:
                    await house.say("tell")
                await settle(200)
                tried.append(platform.tried)
                notices += platform.notices()
    whole = [["1.", "2.", "3."], ["3.", "4.", "5."], []]
    assert tried == (whole if restarts else [["1.", "2.", "3.", "4.", "5."]])
    assert notices == ["Something could not be shown here: too rude"]
