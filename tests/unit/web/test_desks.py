from __future__ import annotations

import pytest

from carrel.core.messages import Answer, ApprovalCard, File, Inbound, Notice, Progress
from carrel.core.model import Conversation, Route, TurnId
from carrel.platforms.console import LOCAL
from carrel.web.desks import desks


async def said(house, name: str, text: str, platform: str = "console") -> None:
    conversation = Conversation(platform, name)
    route = Route(conversation.address, "scripted", "private", "ask", "queue", "all")
    inbound = Inbound(platform, name, conversation, LOCAL, text, at=house.clock.now())
    await house.store.accept(inbound, route, house.clock.now(), command=False)


async def test_the_newest_come_first_and_only_ours(house) -> None:
    for name in ("old", "new"):
        await said(house, name, f"hello {name}")
        await house.clock.advance(10)
    await said(house, "general", "psst", platform="discord")
    listed = await desks(house.store)
    assert [(desk.name, desk.last, desk.state) for desk in listed] == [
        ("new", "hello new", "waiting"),
        ("old", "hello old", "waiting"),
    ]


async def test_the_list_is_bounded(house) -> None:
    """spec: 12.1."""
    for n in range(60):
        await said(house, f"desk-{n}", "hello")
    assert len(await desks(house.store)) == 40


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (Answer("one\n\ntwo " + "x" * 500), "one two xxx"),
        (Notice("Restarted."), "Restarted."),
        (ApprovalCard("1", "Bash", "Run a command", "ls", "/"), "Run a command: waits for you"),
        (File("a.txt", "text/plain", 1, "/a.txt"), "a.txt"),
    ],
)
async def test_the_last_thing_is_told_in_a_few_words(house, body, words: str) -> None:
    await said(house, "desk", "hello")
    await house.clock.advance(1)
    await house.show("n", body)
    [desk] = await desks(house.store)
    assert desk.last.startswith(words)
    assert len(desk.last) <= 80


async def test_a_running_card_does_not_hide_what_was_said(house) -> None:
    await said(house, "desk", "hello")
    await house.show("card", Progress(TurnId("t")))
    [desk] = await desks(house.store)
    assert desk.last == "hello"
