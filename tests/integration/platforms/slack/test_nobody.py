"""Whatever happens on Slack, nobody is heard who is not listed. Bar D1. spec: 5.1 5.2"""

from __future__ import annotations

from tests.integration.platforms.slack.conftest import World, until
from tests.integration.platforms.world import taken_in

from carrel.core.admission import People
from carrel.core.messages import ApprovalCard

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")
WORDS = "canary"
NEW = (3, 4, 5, 6)
"""What is said for the first time, in four ways."""


async def everything_happens(world: World) -> None:
    """Each kind of thing that Slack tells a bot of; returns once all is taken in."""
    await world.send(CARD)
    (card,) = world.fake.answers(world.channel)
    pressed = world.ada.presses(card, "/allow ask-1")
    form = world.ada.presses(card, "?/deny ask-1")
    said = world.ada.says(world.channel, f"{WORDS} 1", mention=True)
    world.ada.edits(said, f"{WORDS} 2")
    world.ada.reacts(said, "thumbsup")
    world.ada.says(world.channel, f"{WORDS} 3", mention=True)
    world.ada.says(world.channel, f"{WORDS} 4", thread=said.ts, mention=True)
    world.ada.says(world.channel, f"{WORDS} 5", files={"a.txt": b"1"}, mention=True)
    world.ada.says(world.ada.begins(), f"{WORDS} 6")
    asked = world.ada.slash(world.channel, "status")
    await until(lambda: pressed.ack is not None and asked.ack is not None and form.view)
    sent = world.ada.submits(form, "no")
    await until(lambda: sent.ack is not None)
    await until(lambda: not world.fake.world.sockets.waiting)


async def test_nobody_is_heard_where_nobody_is_listed(world: World) -> None:
    async with taken_in(world, People()) as house:
        await everything_happens(world)
        assert house.engine.heard.specs == []
        assert await house.store.sessions(9) == ()
        assert WORDS not in repr(house.store._tables)
        others = [one for one in world.fake.answers(world.channel) if one.only_for is None]
        assert len(others) == 1, "the card alone; who presses is told apart"


async def test_the_same_is_heard_of_who_is_listed(world: World) -> None:
    ada = People(owners=frozenset({f"slack:{world.ada.id}"}))
    async with taken_in(world, ada) as house:
        await everything_happens(world)
        heard = house.engine.heard.prompts
        await until(lambda: all(any(f"{WORDS} {n}" in one.text for one in heard) for n in NEW))
