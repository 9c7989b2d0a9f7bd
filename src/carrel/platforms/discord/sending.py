"""Shows Outbounds on Discord: once, in any number of tries, and edits what was shown."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import structlog

from carrel.core.messages import Answer, File, Gone, Mark, Menu, Notice, Outbound
from carrel.core.model import MessageId
from carrel.platforms.cards import is_silent
from carrel.platforms.discord import showing
from carrel.platforms.discord.atlas import NAME, snowflake_at
from carrel.platforms.discord.pressing import Pending
from carrel.platforms.discord.wire import Upload, Wire
from carrel.platforms.faults import Unknown
from carrel.platforms.outgoing import SAID_ANEW, bytes_of, replied_to
from carrel.ports.clock import Clock
from carrel.ports.platform import Receipt, Refusal

LOOK_BACK = 3600.0
"""Seconds of history in which an earlier try of a send is looked for."""

PAGES = 3
REMEMBERED = 2_000

log = structlog.get_logger(__name__)


class Shows:
    """Everything that leaves for Discord. `sent` knows the nonces of what this gateway has said."""

    def __init__(self, clock: Clock, most: int, pending: Pending) -> None:
        self._clock, self._most, self._pending = clock, most, pending
        self._sent: OrderedDict[str, None] = OrderedDict()

    def knows(self, nonce: str) -> bool:
        """Whether this gateway said it."""
        return nonce in self._sent

    async def send(
        self, wire: Wire, outbound: Outbound, ref: str | None, *, again: bool
    ) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        channel = self._channel(outbound)
        match outbound.body:
            case Mark(message=message, sign=sign):
                emoji = showing.SIGNS[sign]
                return await self._mark(wire, channel, message, emoji, ref, again=again)
            case Gone():
                return await self._take_back(wire, channel, outbound, ref, again=again)
            case Notice(reply_to=command) | Menu(reply_to=command) if command is not None:
                body = showing.message(outbound.body)
                if await self._pending.finish(wire, command, body):
                    return Receipt("answered")
        if ref is not None:
            return await self._edit(wire, channel, outbound, ref, again=again)
        return await self._post(wire, channel, outbound, again=again)

    def _channel(self, outbound: Outbound) -> str:
        place = outbound.conversation
        if place.platform != NAME or not place.channel.isdigit():
            raise Refusal("this conversation is not Discord's")
        if isinstance(outbound.body, Answer) and len(outbound.body.text) > showing.TEXT:
            raise Refusal(f"the text is longer than {showing.TEXT:,} characters")
        return place.channel

    async def _post(self, wire: Wire, channel: str, outbound: Outbound, *, again: bool) -> Receipt:
        body = await self._new(outbound)
        if again and (found := await self._found(wire, channel, outbound, body)):
            return Receipt(found)
        self._remember(body["nonce"])
        files = showing.uploads(outbound.body) or await self._file(outbound)
        return Receipt(await wire.post(channel, body, files))

    async def _new(self, outbound: Outbound) -> dict[str, Any]:
        body = showing.message(outbound.body)
        body |= {"nonce": showing.nonce(outbound.nonce), "enforce_nonce": True}
        if is_silent(outbound.body):
            body["flags"] = showing.SILENT
        said = replied_to(outbound.body)
        if said.isdigit():
            body["message_reference"] = {"message_id": said, "fail_if_not_exists": False}
        return body

    async def _file(self, outbound: Outbound) -> tuple[Upload, ...]:
        if not isinstance(outbound.body, File):
            return ()
        data = await bytes_of(outbound.body, self._most)
        return (Upload(outbound.body.name, data),)

    async def _found(
        self, wire: Wire, channel: str, outbound: Outbound, body: dict[str, Any]
    ) -> str | None:
        """The message that an earlier try has left, by its nonce or by all that it says."""
        reference = body.get("message_reference", {}).get("message_id")
        after = int(reference or snowflake_at(self._clock.now() - LOOK_BACK))
        for _ in range(PAGES):
            page = await wire.messages(channel, after)
            for one in page:
                if one.get("nonce") == body["nonce"] or _says_the_same(one, body):
                    log.info("an earlier try had arrived", nonce=outbound.nonce)
                    return str(one["id"])
            if len(page) < 100:  # noqa: PLR2004 - a page
                return None
            after = int(page[-1]["id"])
        return None

    async def _edit(
        self, wire: Wire, channel: str, outbound: Outbound, ref: str, *, again: bool
    ) -> Receipt:
        try:
            await wire.edit(channel, ref, showing.message(outbound.body))
        except Unknown:
            if not isinstance(outbound.body, SAID_ANEW):
                raise
            return await self._post(wire, channel, outbound, again=again)
        return Receipt(ref)

    async def _take_back(
        self, wire: Wire, channel: str, outbound: Outbound, ref: str | None, *, again: bool
    ) -> Receipt:
        """Without a ref it may stand there all the same, if an earlier try was never answered."""
        if ref is None and again:
            named = {"nonce": showing.nonce(outbound.nonce)}
            ref = await self._found(wire, channel, outbound, named)
        if ref is not None:
            try:
                await wire.delete(channel, ref)
            except Unknown:
                log.debug("it was gone already", message=ref)
        return Receipt(ref or "")

    async def _mark(
        self, wire: Wire, channel: str, message: MessageId, emoji: str, ref: str | None,
        *, again: bool,
    ) -> Receipt:  # fmt: skip
        """One sign that changes: the new one first, so that there is always one."""
        said = message.rpartition("/")[2]
        if not said.isdigit():
            return Receipt("")  # what a schedule says has no message here to be marked
        old = {ref} if ref else set()
        if again:
            old |= await self._signs(wire, channel, said)
        if emoji != ref:
            await wire.react(channel, said, emoji)
        for one in old - {emoji}:
            try:
                await wire.unreact(channel, said, one)
            except Unknown:
                log.debug("the sign was gone already", message=said)
        return Receipt(emoji)

    async def _signs(self, wire: Wire, channel: str, message: str) -> set[str]:
        found = (await wire.message(channel, message)).get("reactions", ())
        mine = {one["emoji"]["name"] for one in found if one.get("me")}
        return mine & set(showing.SIGNS.values())

    def _remember(self, nonce: str) -> None:
        self._sent[nonce] = None
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)


def _says_the_same(one: Any, body: dict[str, Any]) -> bool:
    """A message of a bot with our words that replies to what we reply to.

    Without the reply it would not be known from an earlier one: “Stopped.” is said often.
    """
    wanted = body.get("message_reference", {}).get("message_id")
    reference = (one.get("message_reference") or {}).get("message_id")
    mine = bool(one.get("author", {}).get("bot")) and wanted is not None
    return mine and reference == wanted and one.get("content", "") == body["content"].strip()
