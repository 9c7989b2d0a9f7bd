from __future__ import annotations

import asyncio

from carrel.engines.claude.process import Process
from carrel.engines.claude.turns import Sending

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
