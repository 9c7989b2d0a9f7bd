"""Slack's own client meets Slack's own strictness."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from carrel.testing.slack import FakeSlack


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("chat.postMessage", {"text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {}, "no_text"),
        ("chat.postMessage", {"text": "a", "thread_ts": "1.2"}, "thread_not_found"),
        ("chat.postMessage", {"text": "a", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ("chat.update", {"text": "a", "ts": "1.2"}, "message_not_found"),
        ("conversations.history", {}, "invalid_arguments"),
    ],
)
async def test_what_slack_refuses_is_refused(method: str, given: dict, error: str) -> None:
    async with FakeSlack() as fake:
        channel = fake.world.channel("home")
        client = AsyncWebClient(fake.bot_token, base_url=fake.url)
        with pytest.raises(SlackApiError) as refused:
            await client.api_call(method, json={"channel": channel.id, **given})
        assert refused.value.response["error"] == error


async def test_slacks_own_socket_client_hears_and_acknowledges() -> None:
    async with FakeSlack() as fake:
        ada = fake.person("ada")
        channel = fake.world.channel("home", ada.user)
        web = AsyncWebClient(fake.bot_token, base_url=fake.url)
        client = SocketModeClient(fake.app_token, web_client=web)
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def listen(of: SocketModeClient, request: object) -> None:
            await of.send_socket_mode_response({"envelope_id": request.envelope_id})
            await heard.put(request.payload["event"]["text"])

        client.socket_mode_request_listeners.append(listen)
        await client.connect()
        ada.says(channel, "hello")
        assert await heard.get() == "hello"
        await fake.until(lambda: [*fake.ledger.of("acknowledged")])
        await client.close()
