"""Telegram's part of `carrel init`: from @BotFather to a bot that somebody has written to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from carrel.core.errors import ConfigError
from carrel.core.model import conversation_at
from carrel.platforms.telegram import markup
from carrel.platforms.telegram.callers import Callers, callers
from carrel.platforms.telegram.faults import BadToken, Contested
from carrel.platforms.telegram.places import Places
from carrel.platforms.telegram.polling import contested
from carrel.platforms.telegram.sending import where
from carrel.platforms.telegram.settings import VARIABLE, Telegram
from carrel.platforms.telegram.wire import Client, Wire
from carrel.platforms.tokens import read_token
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import Finding, PlatformParts

PORTAL = "https://t.me/BotFather"
STEPS = (
    "Send /newbot, and answer with a name and with a username that ends in `bot`.",
    "Copy the token that @BotFather answers with.",
    "Write something to your bot: that tells Carrel who you are.",
)
NOT_ACCEPTED = "Telegram does not accept this token. Ask @BotFather for it with /token."


@asynccontextmanager
async def _logged_in(table: Telegram, parts: PlatformParts) -> AsyncIterator[Wire]:
    """Requests of the bot. Raises ConfigError for a bad token, Unavailable, or Refusal."""
    token = await read_token(table, VARIABLE, parts)
    wire = Wire(Client(table, token))
    try:
        yield wire
    except BadToken as error:
        raise ConfigError(NOT_ACCEPTED) from error
    finally:
        await wire.client.close_all()


async def look(table: Telegram, parts: PlatformParts) -> Survey:
    """Who the bot is, and who has written to it: a bot cannot ask who there is."""
    async with _logged_in(table, parts) as wire:
        me = await wire.me()
        name = f"@{me['username']}"
        try:
            found = await callers(wire, 0)
        except Contested as error:
            taken = Finding("updates", well=False, said="taken", mend=contested(str(error)))
            return Survey(name, (taken,))
        likely = tuple(one.address for one in found.people[:1])
        return Survey(
            name, _findings(name, found), found.places, found.people, found.groups, likely
        )


def _findings(name: str, found: Callers) -> tuple[Finding, ...]:
    if found.people:
        return ()
    mend = f"Open https://t.me/{name[1:]}, press Start, write something, and look again."
    return (Finding("people", well=False, said="nobody has written to the bot", mend=mend),)


async def find(table: Telegram, parts: PlatformParts, name: str) -> tuple[Named, ...]:
    """Those who have written to it and are called so."""
    async with _logged_in(table, parts) as wire:
        found = await callers(wire, 0)
    wanted = name.casefold().lstrip("@")
    return tuple(one for one in found.people if wanted in one.name.casefold())


async def hello(table: Telegram, parts: PlatformParts, address: str, text: str) -> None:
    """Write into a chat."""
    async with _logged_in(table, parts) as wire:
        spot = Places(parts.folder).spot(conversation_at(address))
        await wire.say(where(spot), markup.words(text))


GUIDE = Guide(
    title="Telegram",
    portal=PORTAL,
    steps=STEPS,
    secrets=(Secret("token", "Token", VARIABLE),),
    look=look,
    find=find,
    hello=hello,
)
