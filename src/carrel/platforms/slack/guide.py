"""Slack's part of `carrel init`: from an app to a bot that is a member somewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from carrel.core.errors import ConfigError, Unavailable
from carrel.core.model import conversation_at
from carrel.platforms.slack import places
from carrel.platforms.slack.doctor import NEEDED, listeners
from carrel.platforms.slack.faults import BadToken
from carrel.platforms.slack.people import name_of
from carrel.platforms.slack.places import NAME
from carrel.platforms.slack.settings import APP_VARIABLE, VARIABLE, Slack, read_tokens
from carrel.platforms.slack.wire import Me, Wire
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Finding, PlatformParts, Refusal

Json = Mapping[str, Any]

PORTAL = "https://api.slack.com/apps"
STEPS = (
    "Create New App, From a manifest: paste the one of docs/how-to/set-up-slack.md.",
    "Basic Information, App-Level Tokens: make one with connections:write (xapp-).",
    "Install App: install it into the workspace, and copy the Bot User OAuth Token (xoxb-).",
    "Invite the bot into a channel: /invite @carrel.",
)
NOT_ACCEPTED = f"Slack does not accept these tokens. Copy them anew from {PORTAL}."


@asynccontextmanager
async def _logged_in(table: Slack, parts: PlatformParts) -> AsyncIterator[Wire]:
    """Requests of the bot. Raises ConfigError for a bad token, Unavailable, or Refusal."""
    wire = Wire(table, await read_tokens(table, parts), parts.clock, lambda _: None)
    try:
        yield wire
    except BadToken as error:
        raise ConfigError(NOT_ACCEPTED) from error
    finally:
        await wire.close()


async def look(table: Slack, parts: PlatformParts) -> Survey:
    """Who the bot is, where it is a member, and who is there."""
    async with _logged_in(table, parts) as wire:
        me = await wire.me()
        findings = await _findings(wire, me)
        if not me.scopes >= NEEDED:
            return Survey(f"@{me.name}", findings)
        rooms = await wire.pages(
            "users.conversations", "channels", types="public_channel,private_channel"
        )
        members = [one for one in await wire.pages("users.list", "members") if _is_person(one)]
    here = Named(f"{NAME}:server:{me.team}", f"everybody in {me.team_name}")
    return Survey(
        f"@{me.name}",
        findings,
        tuple(Named(f"{NAME}:{one['id']}", f"#{one.get('name')}") for one in rooms),
        _named(members),
        (here,),
        tuple(f"{NAME}:{one['id']}" for one in members if one.get("is_primary_owner"))[:1],
    )


async def _findings(wire: Wire, me: Me) -> tuple[Finding, ...]:
    found = []
    if lacking := sorted(NEEDED - me.scopes):
        mend = f"Add {', '.join(lacking)} under OAuth & Permissions, and install the app anew."
        found.append(Finding("scopes", well=False, said="missing", mend=mend))
    try:
        await listeners(wire)
    except BadToken:
        raise
    except (Refusal, Unavailable) as error:
        mend = "Switch Socket Mode on, and give the app token connections:write."
        found.append(Finding("socket", well=False, said=str(error), mend=mend))
    return tuple(found)


def _is_person(user: Json) -> bool:
    return not (user.get("is_bot") or user.get("deleted") or user.get("id") == "USLACKBOT")


def _named(users: Iterable[Json]) -> tuple[Named, ...]:
    return tuple(
        Named(f"{NAME}:{one['id']}", f"{name_of(one)} (@{one.get('name', '')})") for one in users
    )


async def find(table: Slack, parts: PlatformParts, name: str) -> tuple[Named, ...]:
    """Those who are called so."""
    async with _logged_in(table, parts) as wire:
        members = await wire.pages("users.list", "members")
    wanted = name.casefold().lstrip("@")
    people = _named(one for one in members if _is_person(one))
    return tuple(one for one in people if wanted in one.name.casefold())


async def hello(table: Slack, parts: PlatformParts, address: str, text: str) -> None:
    """Write into a conversation."""
    channel, thread = places.spot(conversation_at(address))
    async with _logged_in(table, parts) as wire:
        await wire.call(
            "chat.postMessage", whole=True, channel=channel, thread_ts=thread, text=text
        )


GUIDE = Guide(
    title="Slack",
    portal=PORTAL,
    steps=STEPS,
    secrets=(
        Secret("token", "Bot User OAuth Token", VARIABLE),
        Secret("app_token", "App-Level Token", APP_VARIABLE),
    ),
    look=look,
    find=find,
    hello=hello,
)
