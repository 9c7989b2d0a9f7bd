"""What was heard before the list was emptied is heard no more, nor is a webhook. Bar D1."""

from __future__ import annotations

import aiohttp
from tests.integration.platforms.discord.town import Town

from carrel.core.admission import People
from carrel.engines.script import AskFor, Say
from carrel.testing.discord.model import Webhook
from carrel.testing.discord.tokens import webhook_token


async def posts_as_a_webhook(town: Town, text: str) -> None:
    world, bot = town.fake.world, town.fake.application.bot
    number = world.new_id()
    token = webhook_token(number)
    application = town.fake.application.id
    world.webhooks[number] = Webhook(number, token, "news", town.general, bot, application)
    url = f"{town.fake.rest_url}/webhooks/{number}/{token}"
    async with aiohttp.ClientSession() as client, client.post(url, json={"content": text}) as said:
        assert said.ok, await said.text()


async def test_a_button_an_edit_and_a_webhook_start_nothing(furnished: Town) -> None:
    """spec: 5.1 5.2"""
    furnished.script = lambda _: (AskFor("May I?"), Say("allowed"))
    async with furnished as town:
        asked = town.ada.says(town.general, "hello")
        await town.until(lambda: town.fake.answers(town.general))
        card = town.last()
        await town.registered()
    furnished.people, told = People(), len(furnished.told)
    async with furnished as town:
        allow, *_ = (each["custom_id"] for each in card.components[0]["components"])
        pressed = town.ada.presses(card, allow)
        town.ada.edits(asked, "hello again")
        await posts_as_a_webhook(town, f"<@{town.fake.application.bot.id}> hello")
        command = town.ada.uses("/status", town.general)
        await town.until(lambda: pressed.answers and command.answers)
        assert town.told[told:] == []
        assert pressed.answers[0].seen_only_by == town.ada.id
        assert town.answers() == []
