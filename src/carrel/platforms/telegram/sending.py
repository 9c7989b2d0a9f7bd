"""Shows Outbounds on Telegram, and edits what was shown. A second copy says that it may be one."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Self

import structlog

from carrel.core.messages import Answer, Body, File, Gone, Mark, Outbound
from carrel.core.model import MessageId
from carrel.platforms.cards import is_silent
from carrel.platforms.faults import Unchanged, Unknown
from carrel.platforms.outgoing import SAID_ANEW, bytes_of, replied_to
from carrel.platforms.telegram import showing
from carrel.platforms.telegram.faults import Moved
from carrel.platforms.telegram.places import Places, Spot
from carrel.platforms.telegram.wire import Upload, Wire
from carrel.ports.platform import Receipt, Refusal

LARGEST_PHOTO = 10_000_000
PHOTOS = frozenset({"image/png", "image/jpeg"})

_SAID = re.compile(r"(-?\d+)\.(\d+)")
_REF = re.compile(r"(-?\d+)\.(\d+)(c?)(d?)")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ref:
    """What is shown: its message, whether its text is a caption, and whether it may be a copy."""

    chat: int
    message: int
    caption: bool
    copy: bool

    def __str__(self) -> str:
        flags = f"{'c' if self.caption else ''}{'d' if self.copy else ''}"
        return f"{self.chat}.{self.message}{flags}"

    @classmethod
    def of(cls, ref: str) -> Self | None:
        """The ref that a receipt held."""
        found = _REF.fullmatch(ref)
        if found is None:
            return None
        chat, message, caption, copy = found.groups()
        return cls(int(chat), int(message), bool(caption), bool(copy))


class Shows:
    """Everything that leaves for Telegram. `most`: bytes of a file."""

    def __init__(self, places: Places, most: int) -> None:
        self.places, self._most = places, most

    async def send(
        self, wire: Wire, outbound: Outbound, ref: str | None, *, again: bool
    ) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        spot = self.places.spot(outbound.conversation)
        if isinstance(outbound.body, Answer) and len(outbound.body.text) > showing.TEXT:
            raise Refusal(f"the text is longer than {showing.TEXT:,} characters")
        try:
            return await self._send(wire, outbound, spot, _Ref.of(ref or ""), again=again)
        except Moved as moved:
            await asyncio.to_thread(self.places.move, spot.chat, moved.chat)
            raise

    async def _send(
        self, wire: Wire, outbound: Outbound, spot: Spot, ref: _Ref | None, *, again: bool
    ) -> Receipt:
        match outbound.body:
            case Mark(message=message, sign=sign):
                return await self._mark(wire, spot, message, showing.SIGNS[sign])
            case Gone():
                return await self._take_back(wire, ref)
        if ref is not None:
            return await self._edit(wire, outbound, spot, ref, again=again)
        return await self._post(wire, outbound, spot, again=again)

    async def _post(self, wire: Wire, outbound: Outbound, spot: Spot, *, again: bool) -> Receipt:
        body, made = outbound.body, showing.shown(outbound.body)
        html = f"{showing.SECOND_COPY}{made.html}" if again else made.html
        upload = await self._file(body) if isinstance(body, File) else made.upload
        more = {"disable_notification": is_silent(body), "reply_markup": made.buttons}
        more |= _reply(body, spot)
        if upload is None:
            message = await wire.say(where(spot), html, **more)
        else:
            message = await self._upload(wire, spot, upload, html, more)
        return Receipt(str(_Ref(spot.chat, message, upload is not None, again)))

    async def _upload(
        self, wire: Wire, spot: Spot, upload: Upload, html: str, more: dict[str, Any]
    ) -> int:
        """A picture that Telegram does not take as one goes as a file."""
        try:
            return await wire.show(where(spot), upload, html, **more)
        except Refusal:
            if not upload.photo:
                raise
            plain = Upload(upload.name, upload.data)
            return await wire.show(where(spot), plain, html, **more)

    async def _file(self, file: File) -> Upload:
        data = await bytes_of(file, self._most)
        if not data:
            raise Refusal(f"{file.name} is empty, and Telegram takes no empty files")
        photo = file.media_type in PHOTOS and len(data) <= LARGEST_PHOTO
        return Upload(file.name, data, photo)

    async def _edit(
        self, wire: Wire, outbound: Outbound, spot: Spot, ref: _Ref, *, again: bool
    ) -> Receipt:
        try:
            await self._change(wire, outbound.body, spot, ref)
        except Unchanged:
            log.debug("it stands there already", message=ref.message)
        except Unknown:
            if not isinstance(outbound.body, SAID_ANEW):
                raise
            return await self._post(wire, outbound, spot, again=again)
        return Receipt(str(ref))

    async def _change(self, wire: Wire, body: Body, spot: Spot, ref: _Ref) -> None:
        if ref.chat != spot.chat:
            raise Unknown("it was said before the group became a supergroup")
        made = showing.shown(body, caption=ref.caption)
        html = f"{showing.SECOND_COPY}{made.html}" if ref.copy else made.html
        buttons = made.buttons
        await wire.edit(ref.chat, ref.message, html, caption=ref.caption, reply_markup=buttons)

    async def _take_back(self, wire: Wire, ref: _Ref | None) -> Receipt:
        """Without a ref nobody knows whether it stands there, and there is nowhere to look."""
        if ref is None:
            return Receipt("")
        try:
            await wire.delete(ref.chat, ref.message)
        except Refusal as refusal:
            log.info("it is not there to be taken back", reason=str(refusal))
        return Receipt(str(ref))

    async def _mark(self, wire: Wire, spot: Spot, message: MessageId, emoji: str) -> Receipt:
        """The bot has one reaction to a message: the new one takes the old one's place."""
        said = _SAID.fullmatch(message.rpartition("/")[2])
        if said is None or int(said[1]) != spot.chat:
            return Receipt("")  # a press, or what a schedule says, has no message to be marked
        try:
            await wire.react(spot.chat, int(said[2]), emoji)
        except Refusal as refusal:
            log.debug("a message cannot be marked", reason=str(refusal))
            return Receipt("")
        return Receipt(emoji)


def where(spot: Spot) -> dict[str, int]:
    """A place, as the methods that send want it named."""
    topic = {} if spot.topic is None else {"message_thread_id": spot.topic}
    return {"chat_id": spot.chat, **topic}


def _reply(body: Body, spot: Spot) -> dict[str, Any]:
    """The message to which `body` is said, if it is to one that is in this chat."""
    said = _SAID.fullmatch(replied_to(body))
    if said is None or int(said[1]) != spot.chat:
        return {}
    number = int(said[2])
    return {"reply_parameters": {"message_id": number, "allow_sending_without_reply": True}}
