"""Hands the world's events to every client that may see them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from carrel.testing.discord.gateway.attached import Attached
from carrel.testing.discord.gateway.faults import EventFault, GatewayFaults, Order
from carrel.testing.discord.gateway.intents import HEARD_IN_THREADS, MEMBERS, readable, wanted
from carrel.testing.discord.model import (
    Application,
    Channel,
    Dispatch,
    Guild,
    Json,
)
from carrel.testing.discord.payloads import user_json
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.place_payloads import guild_event_json
from carrel.testing.discord.world import World


class Hub:
    """Every identified client, with or without a socket. rejoin: threads fall silent on RESUME."""

    def __init__(self, world: World, *, rejoin: bool = True) -> None:
        self.world = world
        self.rejoin = rejoin
        self.known: dict[str, Attached] = {}
        self.orders: set[Callable[[Order], None]] = set()
        self.faults = GatewayFaults(self._tell, self._forget)
        self._late: set[asyncio.TimerHandle] = set()
        world.listen(self.dispatch)

    def _tell(self, order: Order) -> int:
        self.world.ledger.add("fault", gateway=order.do, code=order.code, frame=order.frame)
        return self._order(order)

    def _order(self, order: Order) -> int:
        told = list(self.orders)
        for tell in told:
            tell(order)
        return len(told)

    def _forget(self) -> None:
        self.known.clear()

    def close(self) -> None:
        """Send nothing late any more, and hang up on everyone."""
        for timer in self._late:
            timer.cancel()
        self._order(Order("reset"))

    async def caught_up(self) -> None:
        """Wait until every client has heard all that was sent to it so far."""
        for client in list(self.known.values()):
            await client.caught_up()

    def attach(self, application: Application, intents: int, shard: int, shards: int) -> Attached:
        """A new client after IDENTIFY."""
        made = Attached(secrets.token_hex(16), application, intents, shard, shards)
        self.known[made.id] = made
        return made

    def greet(self, client: Attached, url: str) -> None:
        """Send READY, then each guild."""
        application, world = client.application, self.world
        guilds = [guild for guild in world.guilds.values() if self._is_in(client, guild)]
        ready: Json = {
            "v": 10,
            "user": user_json(application.bot)
            | {"email": None, "mfa_enabled": False, "verified": True},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": client.id,
            "session_type": "normal",
            "resume_gateway_url": url,
            "shard": [client.shard, client.shards],
            "application": {"id": application.id, "flags": 0},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "user_settings": {},
            "_trace": [],
        }
        self._push(client, "READY", ready)
        for guild in guilds:
            known = self._guild(client, guild) | {"unavailable": False}
            self._push(client, "GUILD_CREATE", known)

    def resumed(self, client: Attached) -> None:
        """Send RESUMED; from now on threads must be joined again to be heard."""
        self._push(client, "RESUMED", {"_trace": []})
        if self.rejoin:
            client.deaf.update(thread.id for thread in self.world.threads())

    def dispatch(self, event: Dispatch) -> None:
        """Hand one event to whoever may see it."""
        for client in list(self.known.values()):
            data = self._view(client, event)
            if data is not None:
                self._strike(client, event.name, data)

    def _strike(self, client: Attached, name: str, data: Json) -> None:
        fault = self.faults.strike(name)
        if fault is None:
            self._push(client, name, data)
            return
        self.world.ledger.add("fault", gateway=fault.kind, event=name)
        self._disturb(client, fault, data)

    def _disturb(self, client: Attached, fault: EventFault, data: Json) -> None:
        match fault.kind:
            case "lose":
                return
            case "double":
                self._push(client, fault.name, data)
                self._push(client, fault.name, data)
            case "malform":
                self._push(client, fault.name, {"id": "not a number", "channel_id": None})
            case "delay":
                loop = asyncio.get_running_loop()
                late = loop.call_later(fault.seconds, self._push, client, fault.name, data)
                self._late.add(late)

    def _push(self, client: Attached, name: str, data: Json) -> None:
        self.world.ledger.add("event", name=name, to=client.application.name, id=data.get("id"))
        client.push(name, data)

    def _view(self, client: Attached, event: Dispatch) -> Json | None:
        in_guild = event.guild_id is not None
        bot = client.application.bot
        if not wanted(client.intents, event.name, in_guild=in_guild):
            return None
        if event.only is not None and bot.id not in event.only:
            return None
        guild = self.world.guilds.get(event.guild_id or "")
        if guild and not self._is_in(client, guild):
            return None
        if not guild and client.shard:
            return None
        if not self._sees(client, event):
            return None
        return self._shaped(client, event, guild)

    def _is_in(self, client: Attached, guild: Guild) -> bool:
        return client.application.bot.id in guild.members and client.has_guild(guild.id)

    def _sees(self, client: Attached, event: Dispatch) -> bool:
        channel = self.world.channels.get(event.channel_id or "")
        if channel is None or event.name == "INTERACTION_CREATE":
            return True
        bot = client.application.bot
        if not self.world.may(channel, bot, Permission.VIEW_CHANNEL):
            return False
        return self._hears(client, channel, event)

    def _hears(self, client: Attached, channel: Channel, event: Dispatch) -> bool:
        state, bot = channel.thread, client.application.bot
        if state is None:
            return True
        if event.name == "THREAD_MEMBERS_UPDATE":
            return self._joins(client, channel, event)
        if event.name in HEARD_IN_THREADS:
            return bot.id in state.members and channel.id not in client.deaf
        return True

    def _joins(self, client: Attached, channel: Channel, event: Dispatch) -> bool:
        bot_id = client.application.bot.id
        added = [each["user_id"] for each in event.data["added_members"]]
        if bot_id in added:
            client.deaf.discard(channel.id)
        about_me = bot_id in (*added, *event.data["removed_member_ids"])
        return about_me or bool(client.intents & MEMBERS)

    def _shaped(self, client: Attached, event: Dispatch, guild: Guild | None) -> Json:
        data = dict(event.data)
        if event.name == "GUILD_CREATE" and guild:
            return self._guild(client, guild) | data
        if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return readable(data, client.application.bot.id, client.intents)
        return data

    def _guild(self, client: Attached, guild: Guild) -> Json:
        everyone = bool(client.intents & MEMBERS)
        bot = client.application.bot
        return guild_event_json(self.world, guild, bot, all_members=everyone)
