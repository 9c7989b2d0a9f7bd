"""What is confirmed is on disk, whatever happens between."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs
from tests.integration.platforms.telegram.conftest import World, until

from carrel.core.errors import ConfigError, Unavailable
from carrel.platforms.health import Health
from carrel.platforms.telegram import KIND, polling
from carrel.platforms.telegram.polling import Poller
from carrel.platforms.telegram.settings import Telegram
from carrel.platforms.telegram.wire import Client, Wire
from carrel.ports.platform import PlatformParts
from carrel.runtime.clock import SystemClock
from carrel.testing.clock import ManualClock
from carrel.testing.platform_conformance import Gateway


async def test_nothing_is_confirmed_before_it_is_stored(world: World) -> None:
    """spec: 2.1"""
    stored = asyncio.Event()

    class Slow(Gateway):
        async def accept(self, inbound):
            verdict = await super().accept(inbound)
            await stored.wait()
            return verdict

    world.gateway = Slow()
    async with world.running():
        world.ada.says(world.group, "hello")
        await world.hears()
        await asyncio.sleep(0.05)
        assert world.fake.world.bot.updates, "it is kept by Telegram"
        stored.set()
        await until(lambda: not world.fake.world.bot.updates)


async def test_a_crash_before_it_is_stored_loses_nothing(world: World) -> None:
    class Crashes(Gateway):
        async def accept(self, inbound):
            self.heard.append(inbound)
            await asyncio.Event().wait()

    world.gateway = Crashes()
    async with world.running():
        world.ada.says(world.group, "one")
        world.ada.says(world.group, "two")
        await world.hears()
    world.gateway = Gateway()
    async with world.running():
        heard = await world.hears(2)
    assert [one.text for one in heard] == ["one", "two"]


async def test_one_chat_that_cannot_be_stored_is_given_again_and_no_other(world: World) -> None:
    other = world.fake.world.group("other", world.ada.user)

    class Half(Gateway):
        away = True

        async def accept(self, inbound):
            verdict = await super().accept(inbound)
            if self.away and inbound.conversation.channel == str(other.id):
                raise Unavailable("The store is away.")
            return verdict

    world.gateway = gateway = Half()
    world.ada.says(other, "first")
    world.ada.says(world.group, "hello")
    world.ada.says(other, "second")
    async with world.running():
        await until(lambda: [one.text for one in world.heard].count("first") >= 2)
        assert "second" not in [one.text for one in world.heard], "order is kept"
        gateway.away = False
        await until(lambda: not world.fake.world.bot.updates)
    assert [one.text for one in world.heard].count("hello") == 1


class Dozing(ManualClock):
    """Keeps how long it was slept, and does not sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_store_that_is_away_is_tried_ever_more_seldom(world: World) -> None:
    async def take(_: object) -> None:
        raise Unavailable("The store is away.")

    clock = Dozing()
    health = Health("telegram", clock)
    client = Client(world.table(), world.fake.token)
    world.ada.says(world.group, "hello")
    with capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(Poller(Wire(client), clock, health, take).run())
            await until(lambda: len(clock.slept) > 12)
            asking.cancel()
    await client.close_all()
    assert clock.slept[:3] == [polling.FIRST_PAUSE * 2**n for n in range(3)]
    assert clock.slept[12] == polling.LONGEST_PAUSE
    assert [one["event"] for one in lines if one["log_level"] == "warning"] == [
        "updates are not taken in, tried again"
    ]
    assert health.connected, "the network is there"


async def test_a_start_in_good_order_hears_nothing_again(world: World) -> None:
    async with world.running():
        world.ada.says(world.group, "one")
        await world.hears()
        world.ada.says(world.group, "two")
        await world.hears(2)
        await until(lambda: not world.fake.world.bot.updates)
    async with world.running():
        world.ada.says(world.group, "three")
        assert [one.text for one in await world.hears(3)] == ["one", "two", "three"]


async def test_a_long_list_that_ends_within_an_album_does_not_cut_it(world: World) -> None:
    for number in range(polling.MOST - 1):
        world.ada.says(world.group, f"{number}")
    world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"})
    async with world.running():
        heard = await world.hears(polling.MOST)
    assert len(heard[-1].attachments) == 2


async def test_a_long_list_that_ends_behind_a_cut_album_loses_no_part(
    world: World,
) -> None:
    telegram = world.fake.world
    for number in range(polling.MOST - 3):
        world.ada.says(world.group, f"{number}")
    world.ada.shares(world.group, {"a.jpg": b"1", "b.jpg": b"2"})
    late = telegram.bot.updates.pop(max(telegram.bot.updates))
    world.bob.says(telegram.group("other", world.bob.user), "between")
    world.bob.says(world.group, "and again")
    telegram.tell("message", late["message"])
    async with world.running():
        heard = await world.hears(polling.MOST)
    albums = [one for one in heard if one.attachments]
    assert [len(one.attachments) for one in albums] == [2]


async def test_a_rival_is_told_when_it_stays(world: World) -> None:
    async with world.running() as platform:
        world.fake.faults.rival(2)
        world.fake.world.wake()
        world.ada.says(world.group, "hello")
        await world.hears()
        assert platform.troubles == (), "a poll of our own before a crash is no rival"
        world.fake.faults.rival(polling.PATIENT_WITH + 2)
        world.ada.says(world.group, "again")
        await until(lambda: platform.troubles, 10)
        assert "Another program" in platform.troubles[0]
        world.ada.says(world.group, "and now")
        await world.hears(3)
        await until(lambda: not platform.troubles)


async def test_a_webhook_is_told_at_once(world: World) -> None:
    async with world.running() as platform:
        world.fake.world.bot.webhook = "https://example.org/hook"
        world.ada.says(world.group, "hello")
        await until(lambda: platform.troubles)
        assert "deleteWebhook" in platform.troubles[0]
        world.fake.world.bot.webhook = ""
        await world.hears()


@pytest.mark.parametrize("fault", ["status", "drop", "rate_limit"])
async def test_a_network_that_fails_is_asked_again(world: World, fault: str) -> None:
    async with world.running():
        faults = world.fake.faults
        match fault:
            case "status":
                faults.status("getUpdates", 502)
            case "drop":
                faults.drop("getUpdates")
            case _:
                faults.rate_limit("getUpdates", 1)
        for word in ("one", "two"):
            world.ada.says(world.group, word)
        assert [one.text for one in await world.hears(2)] == ["one", "two"]


async def test_a_wrong_token_is_the_operator_s(world: World) -> None:
    parts = PlatformParts(
        world.folder, world.folder, SystemClock(), 1, {"TELEGRAM_TOKEN": "1:no"}, lambda _: None
    )
    platform = KIND.build(Telegram(base_url=world.fake.url), parts)
    with pytest.raises(ConfigError, match="BotFather"):
        await platform.run(Gateway())
