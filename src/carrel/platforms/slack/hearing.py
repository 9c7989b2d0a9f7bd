"""Slack's events: each is stored, or acted on, before it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.platforms.health import Health
from carrel.platforms.lanes import Lanes
from carrel.platforms.slack import places, reading
from carrel.platforms.slack.envelopes import Envelope
from carrel.platforms.slack.faults import BadToken
from carrel.platforms.slack.pressing import Presses
from carrel.platforms.slack.reading import Reader
from carrel.platforms.slack.siding import Sides
from carrel.platforms.slack.wire import Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

_FULL = (
    "More came than could be stored; what was said is read again, but an edit or a deletion of it "
    "may be lost."
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Hears for one bot. `channels`: those that it is a member of, as far as known, by id."""

    reader: Reader
    presses: Presses
    wire: Wire
    intake: Intake
    sides: Sides
    health: Health
    lanes: Lanes
    clock: Clock
    tasks: Tasks
    dead: Callable[[BadToken], None]
    channels: dict[str, str] = field(default_factory=dict)

    def take(self, envelope: Envelope) -> None:
        """Put it behind what came before it in its place.

        Raises Unavailable where too much waits: the connection is to end, and the next one begins
        with what is in the history.
        """
        came = self.clock.monotonic()
        event = envelope.payload.get("event") or {}

        async def work() -> None:
            if envelope.kind == "events_api":
                await self._event(event)
                await envelope.ack(None)
            else:
                await self.presses.take(envelope, came)

        place = _lane(envelope.payload, event)
        if not self.lanes.put(place, lambda: self._whole(work, envelope)):
            self.lanes.forget()
            self.health.complain("full", _FULL)
            raise Unavailable("More is heard than can be taken in.")

    async def _whole(self, work: Callable[[], Any], envelope: Envelope) -> None:
        """What cannot be read is not sent again by being left unacknowledged."""
        try:
            await work()
        except Unavailable:
            raise
        except Exception:
            log.exception("an event could not be read", kind=envelope.kind)
            await envelope.ack(None)

    async def _event(self, event: Json) -> None:
        """Raises Unavailable when it is to be taken in again."""
        channel = str(event.get("channel") or "")
        match event:
            case {"type": "message", "subtype": "message_changed", "message": dict(message)}:
                await self._edited(message, event.get("previous_message") or {}, channel)
            case {"type": "message", "subtype": "message_deleted", "deleted_ts": str(stamp)}:
                await self._deleted(event, channel, stamp)
            case {"type": "message" | "app_mention"} if reading.is_speech(event, self.reader.me):
                await self._said(event, channel)
            case {"type": "channel_deleted" | "group_deleted"}:
                self.channels.pop(channel, None)
                await self.intake.vanish(places.place(channel, None, self.reader.me.team))
            case {"type": "app_uninstalled" | "tokens_revoked"}:
                self.dead(BadToken("The app was taken out of the workspace."))
            case _:
                self._membership(event, channel)

    async def _said(self, message: Json, channel: str) -> None:
        inbound = await self.reader.inbound(message, channel)
        self.channels.setdefault(channel, "")
        await self.sides.opened(inbound.conversation)
        verdict = await self.intake.accept(inbound)
        if verdict.outcome == "refused":
            self.tasks.start(self._refuse(inbound, verdict.reason), "refuse")

    async def _refuse(self, inbound: Inbound, reason: str) -> None:
        """Tell a sender, and nobody else, why their message was not taken."""
        channel, thread = places.spot(inbound.conversation)
        try:
            await self.wire.whisper(channel, thread, inbound.sender.id, {"text": reason})
        except (Refusal, Unavailable) as error:
            log.info("a refusal could not be told", reason=str(error))

    async def _edited(self, message: Json, before: Json, channel: str) -> None:
        """A link that was unfurled is no edit."""
        same = message.get("text") == before.get("text")
        if same or not reading.is_speech(message, self.reader.me):
            return
        await self.intake.amend(await self.reader.inbound(message, channel))

    async def _deleted(self, event: Json, channel: str, stamp: str) -> None:
        before = {**(event.get("previous_message") or {}), "ts": stamp}
        place = places.conversation(channel, before, self.reader.me.team)
        await self.intake.retract(self.reader.source, places.name_of(channel, stamp), place)

    def _membership(self, event: Json, channel: str) -> None:
        """The bot was put out of a channel or let in, or the channel was put away."""
        name = self.channels.get(channel) or channel
        mine = event.get("user") == self.reader.me.user
        match event.get("type"):
            case "channel_left" | "group_left":
                self._left(channel, name)
            case "member_left_channel" if mine:
                self._left(channel, name)
            case "member_joined_channel" if mine:
                self.channels.setdefault(channel, "")
                self.health.mended(f"left {channel}")
                self.health.mended(f"write slack:{channel}")
            case "channel_archive" | "group_archive":
                self.channels.pop(channel, None)
                self.health.complain(
                    f"archive {channel}", f"The channel {name} is archived; its sessions are kept."
                )
            case "channel_unarchive" | "group_unarchive":
                self.health.mended(f"archive {channel}")

    def _left(self, channel: str, name: str) -> None:
        self.channels.pop(channel, None)
        self.health.complain(
            f"left {channel}", f"The bot is no longer in the channel {name}; its sessions are kept."
        )


def _lane(payload: Json, event: Json) -> str:
    """The place of an envelope; what has none is in order with its like."""
    container = payload.get("container") or {}
    channel = event.get("channel") or payload.get("channel_id") or container.get("channel_id")
    message = event.get("message") or event.get("previous_message") or event
    thread = message.get("thread_ts") or container.get("thread_ts") or ""
    return f"{channel or ''} {thread if isinstance(thread, str) else ''}"
