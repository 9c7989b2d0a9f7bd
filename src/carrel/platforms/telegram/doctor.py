"""Examines the bot for `carrel doctor`: its token, its privacy mode, and who else gets updates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from carrel.core.errors import CarrelError, Unavailable
from carrel.platforms.telegram.callers import callers
from carrel.platforms.telegram.faults import BadToken, Contested, of_token
from carrel.platforms.telegram.polling import contested
from carrel.platforms.telegram.settings import VARIABLE, Telegram
from carrel.platforms.telegram.wire import Client, Wire
from carrel.platforms.tokens import read_token
from carrel.ports.platform import Finding, PlatformParts, Refusal

Json = Mapping[str, Any]

RIVAL_S = 2
"""Seconds in which another program has asked again."""

_PRIVACY = (
    "In groups the bot hears commands, mentions and replies only. To hear everything: /setprivacy "
    "at @BotFather, Disable; then take the bot out of each group and add it again."
)


async def examine(table: Telegram, parts: PlatformParts) -> tuple[Finding, ...]:
    """Everything that can be seen without taking an update, one finding a line."""
    try:
        token = await read_token(table, VARIABLE, parts)
    except CarrelError as error:
        return (Finding("telegram token", well=False, said="none", mend=str(error)),)
    wire = Wire(Client(table, token))
    try:
        me = await wire.me()
        return tuple([one async for one in _findings(wire, me)])
    except BadToken as error:
        mend = str(of_token(error, renewable=table.renewable))
        return (Finding("telegram token", well=False, said="not accepted", mend=mend),)
    except (Refusal, Unavailable) as error:
        return (Finding("telegram token", well=False, said="not examined", mend=str(error)),)
    finally:
        await wire.client.close_all()


async def _findings(wire: Wire, me: Json) -> AsyncIterator[Finding]:
    yield Finding("telegram token", well=True, said=f"ok, the bot is @{me['username']}")
    everything = bool(me.get("can_read_all_group_messages"))
    yield Finding(
        "telegram privacy mode", well=True,
        said="off, everything in groups is heard" if everything else "on",
        mend="" if everything else _PRIVACY,
    )  # fmt: skip
    groups = bool(me.get("can_join_groups", True))
    yield Finding(
        "telegram groups", well=True, said="it may be added" if groups else "it may not be added",
        mend="" if groups else "Allow it with /setjoingroups at @BotFather, if you want groups.",
    )  # fmt: skip
    async for finding in _updates(wire):
        yield finding


async def _updates(wire: Wire) -> AsyncIterator[Finding]:
    """Whether the updates are to be had. Whoever else asks for them ends our asking."""
    what = "telegram updates"
    hook = await wire.client.call("getWebhookInfo")
    if hook.get("url"):
        yield Finding(what, well=False, said="a webhook", mend=contested("webhook"))
        return
    try:
        found = await callers(wire, RIVAL_S)
    except Contested as error:
        mend = f"If that is not a Carrel that runs: {contested(str(error))}"
        yield Finding(what, well=True, said="somebody asks for them", mend=mend)
        return
    yield Finding(what, well=True, said="ok")
    for one in dict.fromkeys((*found.people, *found.places)):
        yield Finding("telegram waits", well=True, said=f"{one.address}  {one.name}")
