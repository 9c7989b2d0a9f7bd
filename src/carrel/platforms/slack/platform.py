"""Slack as a platform: both directions of one bot."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from pathlib import Path

from yarl import URL

from carrel.core.errors import ConfigError, Refused, Unavailable
from carrel.core.messages import Outbound
from carrel.core.model import Attachment, Conversation
from carrel.platforms.download import Downloads, origins
from carrel.platforms.faults import Forbidden
from carrel.platforms.health import Health
from carrel.platforms.outgoing import is_new
from carrel.platforms.slack import places, showing
from carrel.platforms.slack.faults import BadToken, of_token
from carrel.platforms.slack.link import Link
from carrel.platforms.slack.places import NAME
from carrel.platforms.slack.sending import Pending, Shows
from carrel.platforms.slack.settings import Slack, read_tokens
from carrel.platforms.slack.siding import Sides
from carrel.platforms.slack.wire import Wire
from carrel.ports.platform import Intake, Limits, Page, PlatformParts, Receipt, Refusal, Side
from carrel.ports.store import Cursor

LARGEST_FILE = 25_000_000
"""Bytes that leave in the time of a send, at a megabyte a second. Slack would take many more."""

CONNECTED_WITHIN = 20.0

LIMITS = Limits(
    text=showing.TEXT,
    edit_every=3.0,
    file=LARGEST_FILE,
    idempotent=True,
    whole=8_000,
    tables=False,
    card_after=1.2,
    typing_every=30.0,
)

_FILE = re.compile(r"F[A-Z0-9]{2,}")

_NOT_HELD = "{} is not at Slack any more, or not for the bot; please send it again."
_NO_RIGHT = "Slack does not give {} to the bot: the app needs the scope files:read."


class SlackPlatform:
    """The bot. What lives as long as its tokens is made in `run`."""

    name = NAME
    limits = LIMITS

    def __init__(self, table: Slack, parts: PlatformParts) -> None:
        self._table, self._parts = table, parts
        self._health = Health(NAME, parts.clock)
        self._pending = Pending()
        self._shows = Shows(parts.clock, LARGEST_FILE, self._pending)
        self._sides = Sides(self._shows)
        self._link: Link | None = None
        self._downloads: Downloads | None = None
        self._there = asyncio.Event()

    @property
    def listening(self) -> bool:
        """Whether Slack's events come in."""
        return self._link is not None and self._health.connected

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the operator should know."""
        return self._health.sentences

    async def run(self, intake: Intake) -> None:
        """Log in and listen until cancelled.

        Raises ConfigError for a token that no time will mend, Unavailable for everything else.
        """
        logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
        tokens = await read_tokens(self._table, self._parts)
        dead: asyncio.Future[BadToken] = asyncio.get_running_loop().create_future()
        wire = Wire(
            self._table,
            tokens,
            self._parts.clock,
            lambda error: None if dead.done() else dead.set_result(error),
        )
        try:
            await self._serve(wire, tokens[0], intake, dead)
        except BadToken as error:
            raise of_token(error, renewable=self._table.renewable) from error
        except Refusal as refusal:
            raise ConfigError(f"Slack does not let the bot in: {refusal}.") from refusal
        finally:
            await self._end(wire)

    async def _serve(
        self, wire: Wire, token: str, intake: Intake, dead: asyncio.Future[BadToken]
    ) -> None:
        me = await wire.me()
        self._downloads = self._downloading(token)
        self._link = link = Link(
            wire, me, intake, self._parts.clock, self._health, self._sides, self._pending, dead
        )
        self._there.set()
        await link.serve()

    async def _end(self, wire: Wire) -> None:
        self._there.clear()
        link, self._link = self._link, None
        downloads, self._downloads = self._downloads, None
        if link is not None:
            await link.close()
        if downloads is not None:
            await downloads.close()
        await wire.close()

    def _downloading(self, token: str) -> Downloads:
        """Slack gives files to whoever shows the token; nobody else is shown it."""
        return Downloads(
            clock=self._parts.clock,
            most=self._parts.max_file,
            trusted=origins(self._table.base_url),
            headers={"Authorization": f"Bearer {token}"},
        )

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        places.spot(outbound.conversation)
        link = await self._linked()
        address = outbound.conversation.address
        try:
            receipt = await self._shows.send(link.wire, outbound, ref, again=again)
        except Forbidden as refusal:
            sentence = f"The bot cannot write in {address}: {refusal}."
            self._health.complain(f"write {address}", sentence)
            raise
        if is_new(outbound.body, ref):
            self._health.mended(f"write {address}")
        return receipt

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        """A message of the bot's; what is said below it waits."""
        return await self._sides.plan((await self._linked()).wire, beside, title, nonce)

    async def open_side(self, side: Side, title: str) -> None:
        """Let people be heard there."""
        del title
        self._sides.open(side)

    async def typing(self, conversation: Conversation) -> None:
        """Only where Slack shows it: in an assistant's threads. A failure is no loss."""
        if self._link is not None and conversation.direct and conversation.thread:
            with suppress(Refusal, Unavailable):
                await self._link.wire.call(
                    "assistant.threads.setStatus",
                    channel_id=conversation.channel,
                    thread_ts=conversation.thread,
                    status="is working…",
                )

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Download it from where Slack says that it lies now."""
        if not _FILE.fullmatch(attachment.ref):
            raise Refused(f"The file {attachment.name} did not come through Slack.")
        link = await self._linked()
        try:
            file = (await link.wire.read("files.info", file=attachment.ref))["file"]
        except Forbidden:
            raise Refused(_NO_RIGHT.format(attachment.name)) from None
        except Refusal:
            raise Refused(_NOT_HELD.format(attachment.name)) from None
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if self._downloads is None or not self._is_slacks(url):
            raise Refused(f"The file {attachment.name} does not lie at Slack.")
        await self._downloads.save(url, into)
        if await asyncio.to_thread(lambda: into.stat().st_size) != int(file.get("size") or 0):
            # without the right Slack answers with a page that asks for a log-in
            await asyncio.to_thread(into.unlink)
            raise Refused(_NO_RIGHT.format(attachment.name))

    def _is_slacks(self, url: str) -> bool:
        """Whether the token may be shown there."""
        try:
            where = URL(url)
        except ValueError:
            return False
        host = where.host or ""
        ours = host == "slack.com" or host.endswith(".slack.com")
        return (where.scheme == "https" and ours and where.explicit_port in {None, 443}) or (
            bool(host) and str(where.origin()) in origins(self._table.base_url)
        )

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Conversations with news that nobody may have heard."""
        return self._link.stale(cursors, since) if self._link is not None else ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """What people said there."""
        return await (await self._linked()).history(conversation, after, since)

    async def _linked(self) -> Link:
        """The bot, waited for a while: it may just be logging in."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTED_WITHIN):
                await self._there.wait()
        if self._link is None:
            raise Unavailable("Slack is not connected.")
        return self._link
