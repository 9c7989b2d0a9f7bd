"""Discord's part of `carrel init`: from the portal to a bot that is on a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import discord

from carrel.core.errors import ConfigError
from carrel.platforms.discord.atlas import NAME
from carrel.platforms.discord.client import Client
from carrel.platforms.discord.doctor import CONTENT_FLAGS, TEXT_KINDS, invite
from carrel.platforms.discord.faults import NO_INTENT, of_connection
from carrel.platforms.discord.settings import VARIABLE, Discord
from carrel.platforms.discord.wire import Wire
from carrel.platforms.tokens import read_token
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Finding, PlatformParts, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

PORTAL = "https://discord.com/developers/applications"
STEPS = (
    "Press New Application and give it a name: that is what people will see.",
    "On the page Bot, switch on Message Content Intent and save.",
    "On the same page, press Reset Token and copy the token. It is shown once.",
)
FOUND = 10
NOT_ACCEPTED = (
    "Discord does not accept this token. Press Reset Token on the Bot page, copy it whole."
)


@asynccontextmanager
async def _logged_in(table: Discord, parts: PlatformParts) -> AsyncIterator[Wire]:
    """Requests of the bot. Raises ConfigError for a bad token, Unavailable, or Refusal."""
    token = await read_token(table, VARIABLE, parts)
    client, tasks = Client(table, lambda _name, _data: None, lambda: None), Tasks("guide")
    try:
        await client.login(token)
        yield Wire(client.http, tasks)
    except (Refusal, ConfigError):
        raise
    except discord.LoginFailure as error:
        raise ConfigError(NOT_ACCEPTED) from error
    except Exception as error:
        raise of_connection(error, renewable=table.renewable) from error
    finally:
        await tasks.close()
        await client.close()


async def look(table: Discord, parts: PlatformParts) -> Survey:
    """Who the bot is, where it is, and who is there."""
    async with _logged_in(table, parts) as wire:
        return await survey(wire)


async def survey(wire: Wire) -> Survey:
    """What the token shows, in some requests a server."""
    me = await wire.call("GET", "/users/@me", {})
    application = await wire.call("GET", "/applications/@me", {})
    servers = await wire.call("GET", "/users/@me/guilds", {})
    makers = tuple(_person(one) for one in _makers(application))
    places: list[Named] = []
    groups: list[Named] = []
    people = {one.address: one for one in makers}
    for server in servers:
        groups.append(Named(f"{NAME}:server:{server['id']}", f"everybody on {server['name']}"))
        found = {"guild_id": server["id"]}
        channels = await wire.call("GET", "/guilds/{guild_id}/channels", found)
        places += _places(server, channels)
        groups += _roles(server, await wire.call("GET", "/guilds/{guild_id}/roles", found))
        whole = await wire.call("GET", "/guilds/{guild_id}", found)
        owner = await _member(wire, server, str(whole["owner_id"]))
        people |= {one.address: one for one in owner if one.address not in people}
    likely = tuple(one.address for one in makers)
    findings = tuple(_findings(application, servers))
    return Survey(
        str(me["username"]), findings, tuple(places), tuple(people.values()), tuple(groups), likely
    )


async def find(table: Discord, parts: PlatformParts, name: str) -> tuple[Named, ...]:
    """People on the bot's servers whose name begins so; at most ten a server."""
    query: dict[str, str | int] = {"query": name, "limit": FOUND}
    people: dict[str, Named] = {}
    async with _logged_in(table, parts) as wire:
        for server in await wire.call("GET", "/users/@me/guilds", {}):
            found = {"guild_id": server["id"]}
            path = "/guilds/{guild_id}/members/search"
            for member in await wire.call("GET", path, found, query=query):
                if not member["user"].get("bot"):
                    person = _person(member["user"])
                    people[person.address] = person
    return tuple(people.values())


async def hello(table: Discord, parts: PlatformParts, address: str, text: str) -> None:
    """Write into a channel."""
    body = {"content": text, "allowed_mentions": {"parse": []}}
    async with _logged_in(table, parts) as wire:
        await wire.post(address.removeprefix(f"{NAME}:"), body)


def _findings(application: Json, servers: Iterable[Json]) -> Iterable[Finding]:
    if not int(application.get("flags") or 0) & CONTENT_FLAGS:
        yield Finding("intents", well=False, said="messages are blank", mend=NO_INTENT)
    if not servers:
        link = invite(application["id"])
        mend = f"Open this link, choose a server, press Authorize: {link}"
        yield Finding("servers", well=False, said="the bot is on no server", mend=mend)


def _makers(application: Json) -> list[Json]:
    """Whoever made the application: a person, or the members of a team."""
    if team := application.get("team"):
        return [one["user"] for one in team.get("members", ())]
    owner = application.get("owner")
    return [owner] if owner else []


def _person(user: Json) -> Named:
    shown, name = user.get("global_name"), str(user["username"])
    return Named(f"{NAME}:{user['id']}", f"{shown} ({name})" if shown else name)


def _places(server: Json, channels: Iterable[Json]) -> Iterable[Named]:
    for one in channels:
        if one["type"] in TEXT_KINDS:
            yield Named(f"{NAME}:{one['id']}", f"{server['name']} #{one['name']}")


def _roles(server: Json, roles: Iterable[Json]) -> Iterable[Named]:
    """Roles that people have: not everybody's, and none that belongs to a bot."""
    for one in roles:
        if one["id"] != server["id"] and not one.get("managed"):
            yield Named(f"{NAME}:role:{one['id']}", f"role {one['name']} on {server['name']}")


async def _member(wire: Wire, server: Json, person: str) -> tuple[Named, ...]:
    try:
        member = await wire.member(str(server["id"]), person)
    except Refusal:
        return ()
    return () if member["user"].get("bot") else (_person(member["user"]),)


GUIDE = Guide(
    title="Discord",
    portal=PORTAL,
    steps=STEPS,
    secrets=(Secret("token", "Token", VARIABLE),),
    look=look,
    find=find,
    hello=hello,
)
