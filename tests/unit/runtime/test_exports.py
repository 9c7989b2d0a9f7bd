"""A conversation becomes a file of its own session. spec: 16.10"""

from __future__ import annotations

import asyncio
from pathlib import Path

from carrel.core.errors import Refused
from carrel.core.messages import File, Inbound
from carrel.core.model import Conversation
from carrel.runtime import exports
from carrel.runtime.hands import Hands
from carrel.runtime.inquiries import BROKE
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House


async def test_it_is_that_conversation_s_and_lies_in_the_outbox(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("lanterns & <b>")
        await house.say("other words", channel="b")
        await house.platform.until(
            lambda: bool(house.platform.answers("a") and house.platform.answers("b"))
        )
        await house.say("/export")
        await house.platform.until(lambda: isinstance(house.platform.sent[-1].body, File))
        file = house.platform.sent[-1].body
        text = await asyncio.to_thread(Path(file.path).read_text)
    assert Path(file.path).parent.name == "outbox"
    assert file.size == len(text.encode())
    assert "lanterns &amp; &lt;b&gt;" in text
    assert "other words" not in text


async def test_what_cannot_be_written_is_said(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        outbox = (await house.workspaces.prepare("fake:a")).outbox
        house.workspaces.prepare = lambda *_: _gone(outbox)
        await house.say("/export")
        await house.platform.until(lambda: "could not be written" in str(house.platform.sent))


async def test_a_fault_in_it_is_said_too(tmp_path, monkeypatch) -> None:
    """spec: 1.2"""

    async def broken(*_: object) -> File:
        raise KeyError("a bug")

    monkeypatch.setattr(exports, "exported", broken)
    async with House(tmp_path) as house:
        await house.say("/export")
        await house.platform.until(lambda: BROKE in str(house.platform.sent))


async def _gone(outbox: Path) -> None:
    raise OSError(f"{outbox} is gone")


async def test_what_is_carried_out_for_a_command_outlasts_the_time_of_idling(
    tmp_path, monkeypatch
) -> None:
    begun, rests, gate, vacate = [], [], asyncio.Event(), Hands.vacate

    async def slow(*_: object) -> File:
        begun.append(1)
        await gate.wait()
        raise Refused("Not today.")

    async def vacated(hands: Hands) -> None:
        rests.append(1)
        await vacate(hands)

    monkeypatch.setattr(exports, "exported", slow)
    monkeypatch.setattr(Hands, "vacate", vacated)
    async with House(tmp_path, idle=0.01) as house:
        await house.say("/export")
        while len(rests) < 4:
            await settle()
        assert len(begun) == 1
        gate.set()
        await house.platform.until(lambda: "Not today." in str(house.platform.sent))
        while house.registry.awake:
            await settle()


async def test_an_edited_message_is_written_as_it_is_now_and_says_so(tmp_path) -> None:
    """spec: 14.12"""
    async with House(tmp_path) as house:
        await house.say("lanterns", identity="m1")
        await house.platform.until(lambda: bool(house.platform.answers()))
        edit = Inbound("fake", "m1", Conversation("fake", "a"), ADA, "candles")
        assert (await house.intake.amend(edit)).outcome == "accepted"
        await house.say("/export")
        await house.platform.until(lambda: isinstance(house.platform.sent[-1].body, File))
        text = await asyncio.to_thread(Path(house.platform.sent[-1].body.path).read_text)
    assert "<pre>candles</pre>" in text
    assert f"{ADA.name}, edited ·" in text
    assert "<pre>lanterns</pre>" not in text
    assert "/edited" not in text
