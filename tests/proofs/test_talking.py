"""What a conversation has shown is all that was ever to be read there, cards too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from proofs.talking import TownTalk
from proofs.towns import DiscordTown, SlackTown, TelegramTown

from carrel.testing.discord.limits import Limits
from carrel.testing.discord.server import FakeDiscord
from carrel.testing.slack.server import FakeSlack
from carrel.testing.telegram.server import FakeTelegram

BUTTON = {"type": "button", "value": "/allow 1", "action_id": "a"}


async def on_discord(ledger: Path) -> TownTalk:
    async with FakeDiscord(ledger=ledger, limits=Limits.none()) as fake:
        place = fake.world.channel(fake.world.guild("home"), "desk").id
        url = f"{fake.rest_url}/channels/{place}/messages"
        press = {"type": 2, "style": 1, "label": "Allow", "custom_id": "/allow 1"}
        rows = [{"type": 1, "components": [press]}]
        card = {"embeds": [{"description": "canary"}], "components": rows}
        await posted(url, f"Bot {fake.token}", card)
        return TownTalk(DiscordTown({"channels": {"desk": place}}, ledger))


async def on_telegram(ledger: Path) -> TownTalk:
    async with FakeTelegram(ledger=ledger) as fake:
        place = str(fake.world.group("desk", fake.world.add_user("ada")).id)
        rows = [[{"text": "Allow", "callback_data": "/allow 1"}]]
        card = {"chat_id": place, "text": "canary", "reply_markup": {"inline_keyboard": rows}}
        await posted(f"{fake.url}/bot{fake.token}/sendMessage", "", card)
        return TownTalk(TelegramTown({"channels": {"desk": place}}, ledger))


async def on_slack(ledger: Path) -> TownTalk:
    async with FakeSlack(ledger=ledger) as fake:
        place = fake.world.channel("desk").id
        button = {**BUTTON, "text": {"type": "plain_text", "text": "Allow"}}
        said = {"type": "section", "text": {"type": "mrkdwn", "text": "canary"}}
        blocks = [said, {"type": "actions", "elements": [button]}]
        card = {"channel": place, "text": "a card", "blocks": blocks}
        await posted(f"{fake.url}/chat.postMessage", f"Bearer {fake.bot_token}", card)
        return TownTalk(SlackTown({"channels": {"desk": place}}, ledger))


async def posted(url: str, token: str, body: dict[str, Any]) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": token}) as http:
        answer = await http.post(url, json=body)
        assert (await answer.json()).get("ok", True), await answer.text()


@pytest.mark.parametrize("way", [on_discord, on_telegram, on_slack])
async def test_a_card_is_looked_at(way: Any, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    talk = await way(ledger)
    assert "canary" in talk.shown("desk")
    with ledger.open("a") as file:
        file.write('{"what": "shown", "bot": true, "channel": "another", "content": "foreign"}\n')
    assert "foreign" not in talk.shown("desk")
    assert "canary" in talk.shown("desk"), "what was read once is kept"


def test_every_token_is_a_secret() -> None:
    told = {"token": "xoxb-1", "app_token": "xapp-1"}
    town = SlackTown(told, Path())
    assert town.secrets == {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
