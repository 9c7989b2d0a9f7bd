"""The console as a platform: what is posted goes in, what is sent goes to whoever reads."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from carrel.core.commands import find
from carrel.core.editing import is_edition
from carrel.core.errors import CarrelError, Refused, Unavailable
from carrel.core.messages import Answer, ApprovalCard, Gone, Inbound, Notice, Outbound, Progress
from carrel.core.model import Attachment, Conversation, Sender
from carrel.platforms.console.spool import Caps, Spool, Upload
from carrel.platforms.console.subscription import Item, Subscription
from carrel.ports.clock import Clock
from carrel.ports.platform import (
    Intake,
    Limits,
    Page,
    Receipt,
    Refusal,
    Side,
    Verdict,
)
from carrel.ports.store import Cursor

NAME = "console"
LOCAL = Sender(NAME, "local", "you")
"""Whoever holds this machine's console: it asks for no name."""

TEXT_LIMIT = 100_000
EDIT_EVERY = 0.05
_DAY = 86_400.0
_STEM = 48
_CONVERSATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

log = structlog.get_logger(__name__)


def place(name: str) -> Conversation:
    """The console's conversation called `name`; Refused if that is no name for one."""
    if not _CONVERSATION_ID.fullmatch(name):
        raise Refused("A conversation's name has letters, digits, dots and dashes, 64 at most.")
    return Conversation(NAME, name, direct=True)


def conversation_id(conversation: Conversation) -> str | None:
    """The name by which the console knows `conversation`; None if it is another platform's."""
    return (
        conversation.channel if conversation == Conversation(NAME, conversation.channel) else None
    )


class ConsolePlatform:
    """The hub between the pages and the gateway.

    `uploads` holds the files that came in, for `keep_days`. Memory is bounded: at most `readers`
    subscriptions, each with at most `room` unread things, and one progress card a turn.
    """

    name = NAME

    def __init__(
        self,
        uploads: Path,
        clock: Clock,
        *,
        caps: Caps | None = None,
        readers: int = 64,
        room: int = 256,
        keep_days: float = 30.0,
    ) -> None:
        self.caps = caps or Caps()
        self.limits = Limits(
            text=TEXT_LIMIT, edit_every=EDIT_EVERY, file=self.caps.file, idempotent=True
        )
        self._spool = Spool(uploads, self.caps)
        self._clock = clock
        self._readers, self._room, self._keep = readers, room, keep_days * _DAY
        self._intake: Intake | None = None
        self._subscriptions: dict[str, list[Subscription]] = {}
        self._cards: dict[str, Outbound] = {}
        self._held: dict[str, list[Item]] = {}

    @property
    def listening(self) -> bool:
        """Whether messages are taken."""
        return self._intake is not None

    @property
    def troubles(self) -> tuple[str, ...]:
        """It has none: its network is this process."""
        return ()

    async def run(self, intake: Intake) -> None:
        """Take messages in until cancelled; then every reader is told that it is over."""
        self._intake = intake
        try:
            while True:
                await self._sweep()
                await self._clock.sleep(_DAY)
        finally:
            self._intake = None
            self.hang_up()

    async def _sweep(self) -> None:
        """What cannot be removed today may be tomorrow; messages are taken meanwhile."""
        try:
            await asyncio.to_thread(self._spool.sweep, self._clock.now(), self._keep)
        except OSError as error:
            log.warning("old uploads not removed", error=str(error))

    async def begins(self, name: str, sender: Sender = LOCAL) -> None:
        """Somebody begins to write in the conversation `name`."""
        conversation = place(name)
        if self._intake is not None:
            await self._intake.expect(conversation, sender)

    async def complete(
        self, name: str, text: str, sender: Sender = LOCAL
    ) -> tuple[tuple[str, str], ...]:
        """What may follow the command that is being typed: each a label, and the whole text then.

        Nothing where no command is being typed, or no argument of one.
        """
        head, space, typed = text.partition(" ")
        call = find(head)
        if not space or call is None or not call.command.arguments or self._intake is None:
            return ()
        argument = call.command.arguments[0]
        listed = tuple((one, one) for one in argument.options if one.startswith(typed))
        found = listed or await self._intake.complete(
            place(name), sender, call.command.name, argument.name, typed
        )
        return tuple((label, f"{head} {value}") for label, value in found)

    def hang_up(self) -> None:
        """End every subscription, so that whoever serves them can close."""
        for subscription in [s for group in self._subscriptions.values() for s in group]:
            subscription.close()

    async def post(
        self,
        name: str,
        message: str,
        text: str,
        uploads: tuple[Upload, ...] = (),
        sender: Sender = LOCAL,
    ) -> Verdict:
        """Give one message to the gateway.

        `message` is an id that the client made: the same again is the same message again.
        Raises Refused for what no retry mends (TooLarge over a cap), Unavailable and Full for
        what one may; then nothing was accepted and no file is left.
        """
        conversation = place(name)
        if not _MESSAGE_ID.fullmatch(message):
            raise Refused("The message has no usable id; please reload the page.")
        if self._intake is None:
            raise Unavailable("The gateway is not taking messages right now; please try again.")
        files = await asyncio.to_thread(self._spool.keep, uploads)
        at = self._clock.now()
        inbound = Inbound(NAME, message, conversation, sender, text, files, addressed=True, at=at)
        if is_edition(inbound):
            raise Refused("The message has no usable id; please reload the page.")
        return await self._offer(inbound, self._intake)

    async def edit(self, said: Inbound, text: str) -> Verdict:
        """Have what was said here say something else; its files stay.

        Raises Refused for what cannot be said so, and Unavailable: then nothing has changed.
        """
        if self._intake is None:
            raise Unavailable("The gateway is not taking messages right now; please try again.")
        if find(said.text) or find(text):
            raise Refused("A command is obeyed at once; no edit makes one, or changes one.")
        edited = replace(said, text=text, addressed=True)
        verdict = await self._intake.amend(edited)
        if verdict.outcome in {"accepted", "duplicate"}:
            self._show(said.conversation.channel, replace(edited, edited=True))
        return verdict

    async def _offer(self, inbound: Inbound, intake: Intake) -> Verdict:
        try:
            verdict = await self._accept_in_order(inbound, intake)
        except CarrelError:
            await asyncio.to_thread(self._spool.drop, inbound.attachments)
            raise
        if verdict.outcome != "accepted":
            await asyncio.to_thread(self._spool.drop, inbound.attachments)
        return verdict

    async def _accept_in_order(self, inbound: Inbound, intake: Intake) -> Verdict:
        """Readers see the message before what it causes, however fast that comes."""
        name = inbound.conversation.channel
        self._held.setdefault(name, [])
        try:
            verdict = await intake.accept(inbound)
            if verdict.outcome == "accepted":
                self._show(name, inbound)
            return verdict
        finally:
            self._release(name)

    def _release(self, name: str) -> None:
        for item in self._held.pop(name, []):
            self._show(name, item)

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show `outbound` to everyone who reads its conversation now; the rest is history's.

        Showing the same nonce twice shows it once, whatever `again` says. Raises Refusal for
        a conversation that is not the console's and for a text over the limit.
        """
        del ref, again
        name = conversation_id(outbound.conversation)
        if name is None:
            raise Refusal("this conversation is not the console's")
        if _length(outbound) > self.limits.text:
            raise Refusal(f"the text is longer than {self.limits.text:,} characters")
        self._remember_card(outbound)
        self._hold_or_show(name, outbound)
        return Receipt(outbound.nonce)

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        """There are no threads: a conversation of its own, named after the one beside it."""
        del title
        own = hashlib.sha256(nonce.encode()).hexdigest()[:6]
        conversation = place(f"{beside.channel[:_STEM]}-{own}")
        return Side(conversation, conversation.channel)

    async def open_side(self, side: Side, title: str) -> None:
        """It is there as soon as somebody looks."""

    async def typing(self, conversation: Conversation) -> None:
        """The progress card shows it."""

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Nothing can be said while the console does not listen."""
        del cursors, since
        return ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """Nothing was said that was not heard."""
        del conversation, after, since
        return Page((), None)

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Copy the attachment's bytes to `into`; Refused when they are gone."""
        await asyncio.to_thread(self._spool.copy, attachment, into)

    @asynccontextmanager
    async def subscribe(self, *names: str) -> AsyncIterator[Subscription]:
        """What these conversations show from now on, progress cards of running turns first.

        Unavailable when too many read already.
        """
        if sum(len(group) for group in self._subscriptions.values()) >= self._readers:
            raise Unavailable("Too many pages are open; please close some and reload.")
        subscription = Subscription(self._room)
        for name in names:
            self._subscriptions.setdefault(name, []).append(subscription)
            for card in self.cards(name):
                subscription.put(card)
        try:
            yield subscription
        finally:
            subscription.close()
            for name in names:
                self._forget(name, subscription)

    def cards(self, name: str) -> tuple[Outbound, ...]:
        """The progress cards that the conversation shows now."""
        return tuple(card for card in self._cards.values() if card.conversation.channel == name)

    def _hold_or_show(self, name: str, outbound: Outbound) -> None:
        held = self._held.get(name)
        if held is None:
            self._show(name, outbound)
            return
        held.append(outbound)
        if len(held) > self._room:
            self._release(name)

    def _show(self, name: str, item: Item) -> None:
        for subscription in self._subscriptions.get(name, []):
            subscription.put(item)

    def _remember_card(self, outbound: Outbound) -> None:
        if isinstance(outbound.body, Progress):
            self._cards[outbound.nonce] = outbound
            while len(self._cards) > self._room:
                del self._cards[next(iter(self._cards))]
        elif isinstance(outbound.body, Gone):
            self._cards.pop(outbound.nonce, None)

    def _forget(self, name: str, subscription: Subscription) -> None:
        left = [s for s in self._subscriptions.get(name, []) if s is not subscription]
        if left:
            self._subscriptions[name] = left
        else:
            self._subscriptions.pop(name, None)


def _length(outbound: Outbound) -> int:
    match outbound.body:
        case Answer(text=text) | Notice(text=text) | Progress(text=text):
            return len(text)
        case ApprovalCard(detail=detail):
            return len(detail)
        case _:
            return 0
