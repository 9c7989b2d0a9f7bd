"""Examines the bot for `carrel doctor`: its token, its intents, and what it may do where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from carrel.core.errors import CarrelError, Unavailable
from carrel.platforms.discord.client import Client
from carrel.platforms.discord.faults import NO_INTENT, of_connection
from carrel.platforms.discord.settings import VARIABLE, Discord
from carrel.platforms.discord.wire import Wire
from carrel.platforms.tokens import read_token
from carrel.ports.platform import Finding, PlatformParts, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

NEEDED: Mapping[str, int] = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Send Messages in Threads": 1 << 38,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Add Reactions": 1 << 6,
}
"""What the bot must be able to do, by the names that Discord's pages use."""

PERMISSIONS = sum(NEEDED.values())
ADMINISTRATOR = 1 << 3
CONTENT_FLAGS = 1 << 18 | 1 << 19
"""The application's flags that say that the Message Content Intent is on."""

FEW_STARTS = 100
"""Discord takes a bot's token away when it has started a thousand times in a day."""

_RIVAL = (
    "Something starts again and again with this token: another program, or a Carrel that does not "
    "stay up. Look at `carrel status`; if it is not Carrel, reset the token on the Bot page."
)

TEXT_KINDS = frozenset({0, 5, 15})


def invite(application: int | str) -> str:
    """The link with which an administrator brings the bot to a server."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&permissions={PERMISSIONS}&scope=bot+applications.commands"
    )


async def examine(table: Discord, parts: PlatformParts) -> tuple[Finding, ...]:
    """Everything that can be seen without the gateway, one finding a line."""
    try:
        token = await read_token(table, VARIABLE, parts)
    except CarrelError as error:
        return (Finding("discord token", well=False, said="none", mend=str(error)),)
    client, tasks = Client(table, lambda _name, _data: None, lambda: None), Tasks("doctor")
    try:
        await client.login(token)
        return tuple([one async for one in _findings(Wire(client.http, tasks), client)])
    except Exception as error:  # noqa: BLE001 - it becomes a finding
        mend = str(of_connection(error, renewable=table.renewable))
        said = "not accepted" if isinstance(error, discord.LoginFailure) else "not examined"
        return (Finding("discord token", well=False, said=said, mend=mend),)
    finally:
        await tasks.close()
        await client.close()


async def _findings(wire: Wire, client: discord.Client) -> Any:
    application = await wire.call("GET", "/applications/@me", {})
    me = client.user
    yield Finding("discord token", well=True, said=f"ok, the bot is {me}")
    reads = bool(int(application.get("flags") or 0) & CONTENT_FLAGS)
    yield Finding(
        "discord intents", well=reads, said="ok" if reads else "messages are blank",
        mend="" if reads else NO_INTENT,
    )  # fmt: skip
    yield _starts(await wire.call("GET", "/gateway/bot", {}))
    yield Finding("discord invite", well=True, said=invite(application["id"]))
    servers = await wire.call("GET", "/users/@me/guilds", {})
    if not servers:
        yield Finding(
            "discord servers", well=False, said="none", mend="Open the invite link above."
        )
    for server in servers:
        async for finding in _server(wire, server, str(me.id if me else 0)):
            yield finding


def _starts(gateway: Json) -> Finding:
    """Who else uses the token cannot be asked; who starts with it over and over shows here."""
    limit = gateway["session_start_limit"]
    left, hours = int(limit["remaining"]), int(limit["reset_after"]) / 3_600_000
    said = f"{left} of {limit['total']} starts are left for the next {hours:.0f} h"
    if left < FEW_STARTS:
        return Finding("discord starts", well=False, said=said, mend=_RIVAL)
    return Finding("discord starts", well=True, said=f"ok, {said}")


async def _server(wire: Wire, server: Json, me: str) -> Any:
    name = server["name"]
    try:
        there = {"guild_id": server["id"]}
        roles = await wire.call("GET", "/guilds/{guild_id}/roles", there)
        channels = await wire.call("GET", "/guilds/{guild_id}/channels", there)
        member = await wire.member(str(server["id"]), me)
    except Refusal as refusal:
        yield Finding(f"discord {name}", well=False, said=str(refusal), mend="Invite it again.")
        return
    except Unavailable as error:
        yield Finding(f"discord {name}", well=False, said=str(error), mend="Try again later.")
        return
    held = [r for r in roles if r["id"] in {*member["roles"], server["id"]}]
    lacking = list(_lacking(held, [c for c in channels if c["type"] in TEXT_KINDS], server, me))
    for channel, missing in lacking:
        yield Finding(
            f"discord {name} #{channel}",
            well=False,
            said=f"missing: {', '.join(missing)}",
            mend="Allow it to the bot's role in the channel's settings, or deny View Channels.",
        )
    if not lacking:
        yield Finding(f"discord {name}", well=True, said=f"ok, {len(channels)} channels")


def _lacking(
    roles: Sequence[Json], channels: Sequence[Json], server: Json, me: str
) -> Iterator[tuple[str, list[str]]]:
    """Channels that the bot sees and cannot work in; one that is hidden from it is left alone."""
    for channel in channels:
        held = permissions(roles, channel, str(server["id"]), me)
        if held & NEEDED["View Channels"]:
            missing = [name for name, bit in NEEDED.items() if not held & bit]
            if missing:
                yield str(channel["name"]), missing


def permissions(roles: Sequence[Json], channel: Json, everyone: str, me: str) -> int:
    """What the bot may in a channel, by Discord's own order of overwrites."""
    held = 0
    for role in roles:
        held |= int(role["permissions"])
    if held & ADMINISTRATOR:
        return -1
    overwrites = {one["id"]: one for one in channel.get("permission_overwrites", ())}
    held = _over(held, [overwrites[everyone]] if everyone in overwrites else [])
    mine = [overwrites[r["id"]] for r in roles if r["id"] in overwrites and r["id"] != everyone]
    held = _over(held, mine)
    return _over(held, [overwrites[me]] if me in overwrites else [])


def _over(held: int, overwrites: Sequence[Json]) -> int:
    for one in overwrites:
        held &= ~int(one["deny"])
    for one in overwrites:
        held |= int(one["allow"])
    return held
