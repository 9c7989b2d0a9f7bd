"""The fake Discord on a loopback socket: REST, gateway and files on one port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from carrel.testing.discord.building import Builder
from carrel.testing.discord.control import Control
from carrel.testing.discord.faults import Faults
from carrel.testing.discord.gateway.hub import Hub
from carrel.testing.discord.gateway.socket import Socket
from carrel.testing.discord.ledger import Ledger
from carrel.testing.discord.limits import Limiter, Limits
from carrel.testing.discord.model import Application, Channel, Message
from carrel.testing.discord.rest.front import Front
from carrel.testing.loopback import Loopback


class FakeDiscord(Loopback):
    """A wire-level stand-in for Discord.

    `async with FakeDiscord() as discord:` then `discord.rest_url`, `discord.gateway_url` and
    `discord.token` for the bot, `discord.world` to act as people, `discord.faults` to break
    things, `discord.ledger` to see what happened.

    port: 0 takes a free one. ledger: append it to this file as JSON lines. limits: rate limits;
    `Limits.none()` for tests in a hurry. heartbeat: seconds. now: Unix time, the machine's by
    default. rejoin: threads fall silent after RESUMED until they are joined again.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        ledger: Path | None = None,
        limits: Limits | None = None,
        heartbeat: float = 41.25,
        now: Callable[[], float] | None = None,
        rejoin: bool = True,
    ) -> None:
        super().__init__(port)
        self.world = Builder(now, ledger)
        self.application: Application = self.world.add_application("bot")
        self._hub = Hub(self.world, rejoin=rejoin)
        self.faults = Faults(self.world, self._hub.faults)
        self._limiter = Limiter(limits or Limits(), self.world.now)
        self._heartbeat = heartbeat

    @property
    def url(self) -> str:
        """The server's address."""
        return self.origin

    @property
    def rest_url(self) -> str:
        """The base of REST routes, `…/api/v10`."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return f"{self.origin.replace('http', 'ws')}/gateway"

    @property
    def token(self) -> str:
        """The token of the bot that is there from the start."""
        return self.application.token

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self.world.ledger

    @property
    def connected(self) -> int:
        """How many gateway connections are open."""
        return len(self._hub.orders)

    def advance(self, seconds: float) -> None:
        """Let the fake's time pass: interactions, links and limits grow old."""
        self.world.skipped += seconds

    def revoke(self) -> str:
        """Make the bot's token worthless and hang up with 4004; returns its new one."""
        token = self.world.renew_token(self.application)
        self.faults.gateway.close(4004)
        return token

    def answers(self, channel: Channel) -> list[Message]:
        """What bots have said in a channel, oldest first."""
        return [message for message in channel.messages.values() if message.author.bot]

    async def heard(self, within: float = 10.0) -> None:
        """Wait until every connected bot has heard what was said up to now. TimeoutError."""
        async with asyncio.timeout(within):
            await self._hub.caught_up()

    def mount(self, app: web.Application) -> None:
        """REST, gateway, files and people's acts."""
        self.world.url = self.url
        for path in ("/", "/gateway", "/gateway/"):
            app.router.add_get(path, self._gateway)
        Front(self.world, self.faults, self._limiter).mount(app)
        Control(self.world, self.faults).mount(app)

    async def close(self) -> None:
        """Let nothing go wrong any more, and end whatever waits."""
        self.faults.clear()
        self._hub.close()

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.faults.gateway.refused:
            self.faults.gateway.refused -= 1
            return web.Response(status=503)
        # who came by another way to this server comes back by it
        url, beat = f"ws://{request.host}/gateway", self._heartbeat
        return await Socket(self._hub, request, heartbeat=beat, url=url).run()
