from __future__ import annotations

import asyncio

import pytest

from carrel.engines.claude.process import Process
from carrel.engines.claude.turns import Sending
from carrel.engines.claude.wire import Wire

SENDING = Sending("u", (), "hello")


def process(launch):
    heard, died = asyncio.Queue(), asyncio.Queue()
    return Process(launch, heard.put, died.put, {}), heard, died


async def test_messages_are_heard_and_an_asked_end_is_quiet(played):
    made, heard, died = process(played("echo"))
    await made.start(made.launch)
    await made.send(SENDING)
    first = await asyncio.wait_for(heard.get(), 5)
    assert (first.subtype, made.sent, made.running) == ("status", {"u"}, True)
    await made.end(gently=True)
    assert (made.running, died.qsize()) == (False, 0)


async def test_a_death_is_told_once(played):
    made, _heard, died = process(played("die"))
    await made.start(made.launch)
    await made.send(SENDING)
    assert "Claude" in await asyncio.wait_for(died.get(), 5)
    assert not made.running
    await made.end(gently=False)
    assert died.qsize() == 0


async def test_a_resumed_conversation_counts_its_cost_on(played):
    made, _heard, _died = process(played("echo", resume=True))
    await made.start(made.launch)
    assert made.spent == 0.25
    await made.send(SENDING)
    await made.restart(again=True)
    assert (made.launch.again, made.launch.resume, made.sent) == (True, True, set())
    await made.end(gently=True)


async def test_a_start_that_is_given_up_leaves_no_process(played, monkeypatch):
    """Not even when the CLI is there already, and is only asked for its cost."""
    asked = asyncio.Event()
    control = Wire.control

    async def wait(self, block):
        if block["subtype"] == "get_session_cost":
            asked.set()
            await asyncio.Event().wait()
        return await control(self, block)

    monkeypatch.setattr(Wire, "control", wait)
    killed = []
    kill = Wire.kill

    async def end(self):
        killed.append(self._process())
        await kill(self)

    monkeypatch.setattr(Wire, "kill", end)
    made, _heard, _died = process(played("echo", resume=True))
    starting = asyncio.Task(made.start(made.launch))
    await asyncio.wait_for(asked.wait(), 5)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert [one.returncode is not None for one in killed] == [True]
    assert not made.running


async def test_it_counts_as_running_while_it_is_made_anew(played):
    """Else its place would be given away, and whoever asks for its next prompt told it is gone."""
    made, _heard, _died = process(played("echo", resume=True))
    await made.start(made.launch)
    restarting = asyncio.Task(made.restart(again=True))
    seen = set()
    while not restarting.done():
        seen.add(made.running)
        await asyncio.sleep(0)
    assert seen == {True}
    await made.end(gently=True)
    assert not made.running
