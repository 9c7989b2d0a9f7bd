"""Whatever happens on Telegram, nobody is heard who is not listed. Bar D1. spec: 5.1 5.2"""

from __future__ import annotations

from tests.integration.platforms.telegram.conftest import World, until
from tests.integration.platforms.world import taken_in

from carrel.core.admission import People
from carrel.core.messages import ApprovalCard

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")
WORDS = "canary"
NEW = (3, 4, 5, 6)
"""What is said for the first time, in four ways."""


async def everything_happens(world: World) -> None:
    """Each kind of thing that Telegram tells a bot of; returns once all is taken in."""
    await world.send(CARD)
    card = world.fake.answers(world.group)[0]
    query = world.ada.presses(card, "/allow ask-1")
    said = world.ada.says(world.group, f"@carrel_bot {WORDS} 1")
    world.ada.edits(said, f"@carrel_bot {WORDS} 2")
    world.ada.reacts(said, "👍")
    world.ada.says(world.group, f"{WORDS} 3", reply_to=card)
    world.ada.says(world.group, "/status@carrel_bot")
    world.ada.forwards(said, world.group)
    world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"}, f"{WORDS} 4")
    alone = world.ada.begins()
    world.ada.says(alone, "/start")
    world.ada.says(alone, f"{WORDS} 5")
    world.group.forum = True
    topic = world.ada.opens_topic(world.group, "shop")
    world.ada.says(world.group, f"{WORDS} 6", topic=topic)
    await until(lambda: not world.fake.world.bot.updates)
    await until(lambda: world.fake.world.bot.queries[query]["answered"])


async def test_nobody_is_heard_where_nobody_is_listed(world: World) -> None:
    async with taken_in(world, People()) as house:
        await everything_happens(world)
        assert house.engine.heard.specs == []
        assert await house.store.sessions(9) == ()
        assert WORDS not in repr(house.store._tables)
        assert len(world.shown()) == 1, "the card alone"


async def test_the_same_is_heard_of_who_is_listed(world: World) -> None:
    ada = People(owners=frozenset({f"telegram:{world.ada.id}"}))
    async with taken_in(world, ada) as house:
        await everything_happens(world)
        heard = house.engine.heard.prompts
        await until(lambda: all(any(f"{WORDS} {n}" in one.text for one in heard) for n in NEW))
