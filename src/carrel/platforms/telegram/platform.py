"""Telegram as a platform: both directions of one bot."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import Outbound
from carrel.core.model import Attachment, Conversation
from carrel.platforms.download import Downloads, origins
from carrel.platforms.faults import Forbidden
from carrel.platforms.health import Health
from carrel.platforms.outgoing import is_new
from carrel.platforms.telegram import showing
from carrel.platforms.telegram.faults import BadToken, of_token
from carrel.platforms.telegram.hearing import Hearing
from carrel.platforms.telegram.places import NAME, Places
from carrel.platforms.telegram.polling import Poller
from carrel.platforms.telegram.pressing import set_menu
from carrel.platforms.telegram.sending import Shows, where
from carrel.platforms.telegram.settings import VARIABLE, Telegram
from carrel.platforms.telegram.siding import Sides
from carrel.platforms.telegram.wire import Client, Wire
from carrel.platforms.tokens import read_token
from carrel.ports.platform import Intake, Limits, Page, PlatformParts, Receipt, Refusal, Side
from carrel.ports.store import Cursor
from carrel.tasks import Tasks

LARGEST_FILE = 50_000_000
"""Bytes that a bot may send; 20 MB is what it may fetch."""

CONNECTED_WITHIN = 20.0

LIMITS = Limits(
    text=showing.TEXT,
    edit_every=3.0,
    file=LARGEST_FILE,
    idempotent=False,
    whole=8_000,
    tables=False,
    card_after=1.2,
    typing_every=4.0,
    gives_late=True,
)

_FILE = re.compile(r"[\w-]+")

log = structlog.get_logger(__name__)


class TelegramPlatform:
    """The bot. What lives as long as a token is made in `run`."""

    name = NAME
    limits = LIMITS

    def __init__(self, table: Telegram, parts: PlatformParts) -> None:
        self._table, self._parts = table, parts
        self._health = Health(NAME, parts.clock)
        self._places = Places(parts.folder)
        self._sides = Sides(parts.folder, self._places)
        self._shows = Shows(self._places, LARGEST_FILE)
        self._downloads = Downloads(
            clock=parts.clock, most=parts.max_file, trusted=origins(table.base_url)
        )
        self._wire: Wire | None = None
        self._there = asyncio.Event()

    @property
    def listening(self) -> bool:
        """Whether Telegram's updates come in."""
        return self._wire is not None and self._health.connected

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the operator should know."""
        return self._health.sentences

    async def run(self, intake: Intake) -> None:
        """Log in and listen until cancelled.

        Raises ConfigError for a token that no time will mend, Unavailable for everything else.
        """
        for library in ("telegram", "httpx", "httpcore"):
            logging.getLogger(library).setLevel(logging.CRITICAL)
        token = await read_token(self._table, VARIABLE, self._parts)
        tasks = Tasks(NAME)
        wire = Wire(Client(self._table, token))
        try:
            me = await wire.me()
            self._wire = wire
            self._there.set()
            await self._listen(wire, token, me, intake, tasks)
        except BadToken as error:
            raise of_token(error, renewable=self._table.renewable) from error
        except Refusal as refusal:
            raise Unavailable(f"{refusal}.") from refusal
        finally:
            self._wire = None
            self._there.clear()
            self._health.over()
            await tasks.close()
            await self._downloads.close()
            await wire.client.close_all()

    async def _listen(
        self, wire: Wire, token: str, me: Mapping[str, Any], intake: Intake, tasks: Tasks
    ) -> None:
        clock, health = self._parts.clock, self._health
        hearing = Hearing.of(wire, token, me, intake, self._shows, health, clock, tasks)
        await intake.catch_up(hearing.source)
        tasks.start(self._set_menu(wire), "menu")
        await Poller(wire, clock, health, hearing.take).run()

    async def _set_menu(self, wire: Wire) -> None:
        try:
            await set_menu(wire)
            self._health.mended("menu")
        except Refusal as refusal:
            self._health.complain("menu", f"No menu of commands ({refusal}); typed ones work.")
        except Unavailable as error:
            log.warning("the menu of commands is not set", error=str(error))

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        self._places.spot(outbound.conversation)
        wire = await self._wired()
        address = outbound.conversation.address
        try:
            receipt = await self._shows.send(wire, outbound, ref, again=again)
        except Forbidden as refusal:
            sentence = f"The bot cannot write in {address}: {refusal}."
            self._health.complain(f"write {address}", sentence)
            raise
        if is_new(outbound.body, ref):
            self._health.mended(f"write {address}")
        return receipt

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        """A topic of the group, which nobody can write in yet."""
        return await self._sides.plan(await self._wired(), beside, title, nonce)

    async def open_side(self, side: Side, title: str) -> None:
        """Let people write there."""
        del title
        await self._sides.open(await self._wired(), side)

    async def typing(self, conversation: Conversation) -> None:
        """Show that the bot writes; a failure is no loss."""
        if self._wire is not None:
            with suppress(Refusal, Unavailable):
                await self._wire.typing(where(self._places.spot(conversation)))

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Download it: Telegram says where it lies now, for an hour."""
        if not _FILE.fullmatch(attachment.ref):
            raise Refused(f"The file {attachment.name} did not come through Telegram.")
        wire = await self._wired()
        try:
            path = await wire.path_of(attachment.ref)
        except Refusal as refusal:
            raise Refused(_not_had(attachment, str(refusal))) from None
        if path.startswith("/") and self._table.base_url:
            await asyncio.to_thread(_copy, Path(path), into, self._parts.max_file)
        else:
            url = f"{self._table.address}/file/bot{wire.client.token}/{path.lstrip('/')}"
            await self._downloads.save(url, into)

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Telegram keeps what was not heard, for a day, and gives it by itself."""
        del cursors, since
        return ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """A bot cannot read what was said before."""
        del conversation, after, since
        return Page((), None)

    async def _wired(self) -> Wire:
        """The bot, waited for a while: it may just be logging in."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTED_WITHIN):
                await self._there.wait()
        if self._wire is None:
            raise Unavailable("Telegram is not connected.")
        return self._wire


def _copy(path: Path, into: Path, most: int) -> None:
    """A file that a Bot API server on this machine has put down here, as `--local` has it do."""
    try:
        if path.stat().st_size > most:
            raise Refused(f"The file is over {most / 1_000_000:g} MB; send a smaller one.")
        shutil.copyfile(path, into)
    except OSError as error:
        raise Refused(f"The Bot API server's file cannot be read: {error.strerror}.") from error


def _not_had(attachment: Attachment, why: str) -> str:
    if "too big" in why:
        return (
            f"{attachment.name} is larger than the 20 MB that Telegram gives to bots; a Bot API "
            "server of one's own has no such limit."
        )
    return f"{attachment.name} is not on Telegram any more; please send it again."
