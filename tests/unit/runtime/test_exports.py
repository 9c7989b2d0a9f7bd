"""A conversation becomes a file of its own session. spec: 16.10"""

from __future__ import annotations

import asyncio
from pathlib import Path

from carrel.core.messages import File
from carrel.runtime import exports
from carrel.runtime.inquiries import BROKE
from carrel.testing.house import House


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
