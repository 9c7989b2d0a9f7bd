from __future__ import annotations

from dataclasses import replace

from tests.integration.platforms.telegram.conftest import World

from carrel.platforms.telegram import KIND
from carrel.ports.platform import Finding


async def examined(world: World, **environ: str) -> dict[str, Finding]:
    parts = world.parts()
    parts = replace(parts, environ={**parts.environ, **environ})
    findings = await KIND.examine(world.table(), parts)
    return {finding.what: finding for finding in findings}


async def test_a_bot_that_is_well(world: World) -> None:
    found = await examined(world)
    assert all(one.well and not one.mend for one in found.values())
    assert "@carrel_bot" in found["telegram token"].said


async def test_privacy_mode_is_told(world: World) -> None:
    world.fake.world.bot.privacy = True
    found = await examined(world)
    assert "/setprivacy" in found["telegram privacy mode"].mend


async def test_no_token_and_a_wrong_one(world: World) -> None:
    assert (await examined(world, TELEGRAM_TOKEN=""))["telegram token"].said == "none"
    wrong = (await examined(world, TELEGRAM_TOKEN="1:no"))["telegram token"]
    assert (wrong.well, wrong.said) == (False, "not accepted")


async def test_a_webhook_and_a_rival_are_told(world: World) -> None:
    world.fake.world.bot.webhook = "https://example.org/hook"
    found = await examined(world)
    assert [what for what, one in found.items() if not one.well] == ["telegram updates"]
    world.fake.world.bot.webhook = ""
    world.fake.faults.rival()
    assert "somebody" in (await examined(world))["telegram updates"].said


async def test_a_server_that_is_away_is_told(world: World) -> None:
    world.fake.faults.status("getMe", 502)
    assert (await examined(world))["telegram token"].said == "not examined"


async def test_who_has_written_is_told_with_their_number(world: World) -> None:
    world.ada.says(world.ada.begins(), "hello")
    world.ada.says(world.group, "hello")
    found = await KIND.examine(world.table(), world.parts())
    said = [one.said for one in found if one.what == "telegram waits"]
    assert said == [f"telegram:{world.ada.id}  Ada (@ada)", f"telegram:{world.group.id}  family"]
    assert world.fake.world.bot.updates, "nothing is confirmed"
