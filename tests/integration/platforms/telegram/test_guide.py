"""What a look at Telegram tells the wizard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.integration.platforms.telegram.conftest import World

from carrel.core.errors import ConfigError
from carrel.platforms.telegram import KIND
from carrel.ports.guide import Guide, Named


@pytest.fixture
def guide() -> Guide:
    return KIND.guide()


async def test_nobody_is_known_before_they_write(world: World, guide: Guide) -> None:
    found = await guide.look(world.table(), world.parts())
    assert (found.bot, found.people) == ("@carrel_bot", ())
    assert "press Start" in found.findings[0].mend


async def test_who_has_written_is_known_and_nothing_is_confirmed(
    world: World, guide: Guide
) -> None:
    world.ada.says(world.ada.begins(), "it is me")
    world.bob.says(world.group, "and me")
    for _ in range(2):
        found = await guide.look(world.table(), world.parts())
    ada, bob = f"telegram:{world.ada.id}", f"telegram:{world.bob.id}"
    assert found.people == (Named(ada, "Ada (@ada)"), Named(bob, "Bob (@bob)"))
    assert found.places == (Named(ada, "Ada (@ada)"), Named(f"telegram:{world.group.id}", "family"))
    assert found.groups == (Named(f"telegram:server:{world.group.id}", "everybody in family"),)
    assert (found.likely, found.findings) == ((ada,), ())
    assert await guide.find(world.table(), world.parts(), "@b") == (Named(bob, "Bob (@bob)"),)


async def test_hello_is_said(world: World, guide: Guide) -> None:
    await guide.hello(
        world.table(), world.parts(), f"telegram:{world.group.id}", "Hello <you> & all."
    )
    assert world.shown() == ["Hello <you> & all."]


async def test_a_rival_and_a_wrong_token(world: World, guide: Guide) -> None:
    world.fake.faults.rival()
    assert (await guide.look(world.table(), world.parts())).findings[0].said == "taken"
    parts = replace(world.parts(), environ={"TELEGRAM_TOKEN": "1:no"})
    with pytest.raises(ConfigError, match="BotFather"):
        await guide.look(world.table(), parts)
