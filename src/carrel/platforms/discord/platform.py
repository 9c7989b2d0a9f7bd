"""Discord as a platform: both directions of one bot."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import Mark, Notice, Outbound
from carrel.core.model import Attachment, Conversation
from carrel.platforms.discord import reading, showing
from carrel.platforms.discord.atlas import NAME, number_of, snowflake_at
from carrel.platforms.discord.faults import AlreadyThere, of_connection
from carrel.platforms.discord.link import Link
from carrel.platforms.discord.pressing import Pending
from carrel.platforms.discord.sending import Shows
from carrel.platforms.discord.settings import VARIABLE, Discord
from carrel.platforms.download import Downloads, Expired, origins
from carrel.platforms.faults import Forbidden
from carrel.platforms.health import Health
from carrel.platforms.outgoing import is_new
from carrel.platforms.tokens import read_token
from carrel.ports.platform import Intake, Limits, Page, PlatformParts, Receipt, Refusal, Side
from carrel.ports.store import Cursor

EDIT_EVERY = 1.5
CARD_AFTER = 1.2
TYPING_EVERY = 8.0
"""Seconds; Discord shows it for ten."""

WHOLE = 8_000
LARGEST_FILE = 10_000_000
"""Bytes that every server takes."""

CONNECTED_WITHIN = 20.0
PAGE = 100
MEMBERS = 500

LIMITS = Limits(
    text=showing.TEXT,
    edit_every=EDIT_EVERY,
    file=LARGEST_FILE,
    idempotent=True,
    whole=WHOLE,
    tables=False,
    card_after=CARD_AFTER,
    typing_every=TYPING_EVERY,
)

PRIVATE = "This thread is private, and all of the channel would read a side thread; none is begun."


class DiscordPlatform:
    """The bot. A run of it is a Link; what outlives a connection is here."""

    name = NAME
    limits = LIMITS

    def __init__(self, table: Discord, parts: PlatformParts) -> None:
        self._table, self._parts = table, parts
        self._health = Health(NAME, parts.clock)
        self._pending = Pending(parts.clock)
        self._shows = Shows(parts.clock, LARGEST_FILE, self._pending)
        self._downloads = Downloads(
            clock=parts.clock, most=parts.max_file, trusted=origins(table.rest_url)
        )
        self._members: OrderedDict[tuple[int, str], Mapping[str, Any]] = OrderedDict()
        self._link: Link | None = None
        self._there = asyncio.Event()

    @property
    def listening(self) -> bool:
        """Whether Discord's events come in."""
        return self._link is not None and self._health.connected

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the operator should know."""
        return self._health.sentences

    async def run(self, intake: Intake) -> None:
        """Connect and listen until cancelled.

        Raises ConfigError for a token that no time will mend, Unavailable for everything else.
        """
        logging.getLogger("discord").setLevel(logging.CRITICAL)
        token = await read_token(self._table, VARIABLE, self._parts)
        clock, health = self._parts.clock, self._health
        link = Link(self._table, intake, clock, health, self._shows, self._pending)
        try:
            await link.log_in(token)
            self._link = link
            self._there.set()
            await link.serve()
        except Exception as error:
            raise of_connection(error, renewable=self._table.renewable) from error
        finally:
            self._there.clear()
            self._link = None
            self._members.clear()
            await link.close()
            await self._downloads.close()
        raise Unavailable("Discord closed the connection.")

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        link = await self._linked()
        marks = isinstance(outbound.body, Mark)  # another permission
        cause = f"{'mark' if marks else 'write'} {outbound.conversation.address}"
        try:
            receipt = await self._shows.send(link.wire, outbound, ref, again=again)
        except Forbidden:
            self._complain(link, outbound.conversation, cause)
            raise
        if marks or is_new(outbound.body, ref):
            self._health.mended(cause)
        return receipt

    def _complain(self, link: Link, conversation: Conversation, cause: str) -> None:
        place = link.atlas.places.get(int(conversation.channel))
        if place is None:
            return  # a person who takes no messages, or a server that the bot has left
        name = f"#{place.name}"
        self._health.complain(
            cause,
            f"The bot may not do all it must in {name}; `carrel doctor` names what is missing.",
        )

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        """A message on which the thread will stand, and whose id it will have."""
        link = await self._linked()
        parent = link.atlas.channel_of(beside)
        if parent is None:
            raise Refused("A direct conversation has no threads: ask in a channel of a server.")
        if link.atlas.places[int(beside.channel)].is_private:
            raise Refused(PRIVATE)
        above = link.atlas.conversation(parent)
        said = Outbound(f"{nonce}.side", above, Notice(f"🌿 {title}"))
        receipt = await self._shows.send(link.wire, said, None, again=True)
        within = (above.channel, *above.within)
        return Side(Conversation(NAME, receipt.ref, within=within), f"<#{receipt.ref}>")

    async def open_side(self, side: Side, title: str) -> None:
        """Make the thread, if it is not there."""
        link = await self._linked()
        with suppress(AlreadyThere):
            await link.wire.thread(side.conversation.within[0], side.conversation.channel, title)

    async def typing(self, conversation: Conversation) -> None:
        """Show that the bot writes; a failure is no loss."""
        if self._link is not None:
            with suppress(Refusal, Unavailable):
                await self._link.wire.typing(conversation.channel)

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Download it; a link that has expired is asked for anew."""
        where, _, url = attachment.ref.partition(" ")
        parts = where.split("/")
        if len(parts) != 3 or not url:  # noqa: PLR2004 - channel, message, attachment
            raise Refused(f"The file {attachment.name} did not come through Discord.")
        try:
            await self._downloads.save(url, into)
        except Expired:
            await self._downloads.save(await self._fresh_link(*parts), into)

    async def _fresh_link(self, channel: str, message: str, file: str) -> str:
        link = await self._linked()
        try:
            data = await link.wire.message(channel, message)
        except Refusal:
            raise Refused("The file is not on Discord any more; please send it again.") from None
        snapshots = [one["message"] for one in data.get("message_snapshots", ())]
        held = [each for one in (data, *snapshots) for each in one.get("attachments", ())]
        for each in held:
            if str(each["id"]) == file:
                return str(each["url"])
        raise Refused("The file is not on Discord any more; please send it again.")

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Conversations with news that nobody may have heard."""
        return self._link.stale(cursors, since) if self._link is not None else ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """What people said there, a hundred messages at a time."""
        link = await self._linked()
        known = number_of(after) if after is not None else None
        start = snowflake_at(since) if known is None else known
        found = await link.wire.messages(conversation.channel, start, PAGE)
        said = [one for one in found if reading.is_speech(one, link.atlas.me)]
        messages = [
            link.reader.inbound(one, conversation, await self._member(link, conversation, one))
            for one in said
        ]
        cursor = Cursor(conversation, str(found[-1]["id"])) if found else None
        return Page(tuple(messages), cursor, more=len(found) == PAGE)

    async def _member(
        self, link: Link, conversation: Conversation, data: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Who the author is on the server: history does not say, and roles may let people in."""
        author = data["author"]
        if conversation.direct or author.get("bot") or data.get("webhook_id"):
            return {}
        key = (int(conversation.within[-1]), str(author["id"]))
        if key not in self._members:
            try:
                self._members[key] = await link.wire.member(str(key[0]), key[1])
            except Refusal:
                self._members[key] = {}
        while len(self._members) > MEMBERS:
            self._members.popitem(last=False)
        return self._members[key]

    async def _linked(self) -> Link:
        """The connection, waited for a while: it may just be made."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTED_WITHIN):
                await self._there.wait()
        if self._link is None:
            raise Unavailable("Discord is not connected.")
        return self._link
