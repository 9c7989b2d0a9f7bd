"""Shows Outbounds on Slack, and edits what was shown. What may have arrived is looked for first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from carrel.core.messages import Answer, File, Gone, Mark, Menu, Notice, Outbound
from carrel.core.model import MessageId
from carrel.platforms.faults import Unknown
from carrel.platforms.outgoing import SAID_ANEW, bytes_of, replied_to
from carrel.platforms.slack import places, showing
from carrel.platforms.slack.wire import Upload, Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Receipt, Refusal

EVENT = "carrel"
"""The name of the metadata that every message of ours carries: what it is, and to what."""

LOOK_BACK_S = 86_400.0
EARLIER_S = 60.0
"""Seconds by which this machine's clock may be ahead of Slack's."""

FILE = "file."
WAITING = 1_000

Json = Mapping[str, Any]

log = structlog.get_logger(__name__)


class Pending:
    """Private answers that are still owed, by the command: to whom."""

    def __init__(self) -> None:
        self._asked: OrderedDict[MessageId, str] = OrderedDict()

    def add(self, command: MessageId, person: str) -> None:
        """An answer to `command` is owed to one person only."""
        self._asked[command] = person
        while len(self._asked) > WAITING:
            self._asked.popitem(last=False)

    def owed(self, command: MessageId) -> str | None:
        """To whom the answer is owed."""
        return self._asked.get(command)

    def given(self, command: MessageId) -> None:
        """Nothing is owed any more."""
        self._asked.pop(command, None)


class Shows:
    """Everything that leaves for Slack. `most`: bytes of a file."""

    def __init__(self, clock: Clock, most: int, pending: Pending) -> None:
        self._clock, self._most, self._pending = clock, most, pending

    async def send(
        self, wire: Wire, outbound: Outbound, ref: str | None, *, again: bool
    ) -> Receipt:
        """Show it, or change to it what stands under `ref`."""
        places.spot(outbound.conversation)
        if isinstance(outbound.body, Answer) and len(outbound.body.text) > showing.TEXT:
            raise Refusal(f"the text is longer than {showing.TEXT:,} characters")
        match outbound.body:
            case Mark(message=message, sign=sign):
                return await self._mark(wire, outbound, message, showing.SIGNS[sign], ref, again)
            case Gone():
                return await self._take_back(wire, outbound, ref, again=again)
            case Notice(reply_to=command) | Menu(reply_to=command) if command is not None:
                if await self._whispered(wire, outbound, command):
                    return Receipt("")
        if ref:
            return await self._edit(wire, outbound, ref, again=again)
        return await self._post(wire, outbound, again=again)

    async def _whispered(self, wire: Wire, outbound: Outbound, command: MessageId) -> bool:
        """Whether it was said to the one person to whom it is owed."""
        person = self._pending.owed(command)
        if person is None:
            return False
        channel, thread = places.spot(outbound.conversation)
        try:
            await wire.whisper(channel, thread, person, showing.shown(outbound.body).payload)
            told = True
        except Refusal as refusal:
            log.info("a private answer was not taken", reason=str(refusal))
            told = False
        self._pending.given(command)
        return told

    async def _post(self, wire: Wire, outbound: Outbound, *, again: bool) -> Receipt:
        channel, thread = places.spot(outbound.conversation)
        if isinstance(outbound.body, File):
            return await self._post_file(wire, outbound, outbound.body, again=again)
        made = showing.shown(outbound.body)
        stamp = await self._found(wire, outbound) if again else None
        there = stamp is not None
        if stamp is None:
            stamp = await wire.say(channel, thread, made.payload, _metadata(outbound))
        if made.upload is not None:
            await self._attach(wire, outbound, made.upload, stamp, look=there)
        return Receipt(stamp)

    async def _attach(
        self, wire: Wire, outbound: Outbound, upload: Upload, stamp: str, *, look: bool
    ) -> None:
        """What a message does not hold, right after it. Without it the message still says much."""
        channel, thread = places.spot(outbound.conversation)
        if look and await self._file_after(wire, outbound, upload, stamp):
            return
        try:
            await wire.upload(channel, thread, upload, None)
        except Refusal as refusal:
            log.warning("a file was not taken", name=upload.name, reason=str(refusal))

    async def _post_file(
        self, wire: Wire, outbound: Outbound, file: File, *, again: bool
    ) -> Receipt:
        upload = await self._read(file)
        if again:
            found = await self._file_after(wire, outbound, upload, self._long_ago(outbound))
            if found:
                return Receipt(f"{FILE}{found}")
        channel, thread = places.spot(outbound.conversation)
        comment = showing.shown(file).text if file.caption else None
        return Receipt(f"{FILE}{await wire.upload(channel, thread, upload, comment)}")

    async def _read(self, file: File) -> Upload:
        data = await bytes_of(file, self._most)
        if not data:
            raise Refusal(f"{file.name} is empty, and Slack takes no empty files")
        return Upload(file.name, data)

    async def _found(self, wire: Wire, outbound: Outbound) -> str | None:
        """The message that an earlier try has left, by its metadata."""
        channel, thread = places.spot(outbound.conversation)
        for one in await wire.said(channel, thread, self._long_ago(outbound)):
            if nonce_of(one) == outbound.nonce:
                log.info("an earlier try had arrived", nonce=outbound.nonce)
                return str(one["ts"])
        return None

    async def _file_after(
        self, wire: Wire, outbound: Outbound, upload: Upload, stamp: str
    ) -> str | None:
        """A file of this name and length that was shown since: a file carries no metadata."""
        channel, thread = places.spot(outbound.conversation)
        for one in await wire.said(channel, thread, stamp):
            for file in one.get("files", ()):
                same = file.get("name") == upload.name and file.get("size") == len(upload.data)
                if same and one.get("bot_id"):
                    return str(file["id"])
        return None

    def _long_ago(self, outbound: Outbound) -> str:
        """The stamp after which an earlier try has arrived, if it has."""
        said = places.said(replied_to(outbound.body))
        if said is not None and said[0] == outbound.conversation.channel:
            return said[1]
        return f"{self._clock.now() - LOOK_BACK_S - EARLIER_S:.6f}"

    async def _edit(self, wire: Wire, outbound: Outbound, ref: str, *, again: bool) -> Receipt:
        if ref.startswith(FILE):
            return Receipt(ref)
        channel, _ = places.spot(outbound.conversation)
        payload = showing.shown(outbound.body).payload
        try:
            await wire.edit(channel, ref, payload, _metadata(outbound))
        except Unknown:
            if not isinstance(outbound.body, SAID_ANEW):
                raise
            return await self._post(wire, outbound, again=again)
        return Receipt(ref)

    async def _take_back(
        self, wire: Wire, outbound: Outbound, ref: str | None, *, again: bool
    ) -> Receipt:
        """Without a ref it may stand there all the same, if an earlier try was never answered."""
        if ref is None and again:
            ref = await self._found(wire, outbound)
        channel, _ = places.spot(outbound.conversation)
        try:
            if ref and ref.startswith(FILE):
                await wire.call("files.delete", file=ref.removeprefix(FILE))
            elif ref:
                await wire.delete(channel, ref)
        except Unknown:
            log.debug("it was gone already", message=ref)
        return Receipt(ref or "")

    async def _mark(
        self, wire: Wire, outbound: Outbound, message: MessageId, sign: str, ref: str | None,
        again: bool,  # noqa: FBT001 - as `send` has it
    ) -> Receipt:  # fmt: skip
        """One sign that changes: the new one first, so that there is always one."""
        said = places.said(message)
        if said is None or said[0] != outbound.conversation.channel:
            return Receipt("")  # a press, or what a schedule says, has no message to be marked
        old = {ref} if ref else set()
        if again:
            old |= set(showing.SIGNS.values())
        try:
            if sign != ref:
                await wire.react(*said, sign)
            for one in old - {sign}:
                await self._unmark(wire, said, one)
        except Refusal as refusal:
            log.debug("a message cannot be marked", reason=str(refusal))
            return Receipt("")
        return Receipt(sign)

    async def _unmark(self, wire: Wire, said: tuple[str, str], sign: str) -> None:
        try:
            await wire.unreact(*said, sign)
        except Unknown:
            log.debug("the sign was gone already", message=said[1])


def nonce_of(message: Json) -> str | None:
    """What a message of ours was sent as."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT:
        return None
    return str((metadata.get("event_payload") or {}).get("nonce", ""))


def _metadata(outbound: Outbound) -> Json:
    """Names what is said, so that it can be found; people do not see it."""
    payload = {"nonce": outbound.nonce}
    if replied := replied_to(outbound.body):
        payload["reply_to"] = replied
    return {"event_type": EVENT, "event_payload": payload}
