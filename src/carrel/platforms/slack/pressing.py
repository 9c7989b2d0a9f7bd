"""Buttons, forms and the slash command: each is a command, answered within three seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from carrel.core.commands import find
from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender
from carrel.platforms.answering import AWAY, is_private, told, wanted
from carrel.platforms.cards import ASK
from carrel.platforms.slack import places
from carrel.platforms.slack.envelopes import Envelope
from carrel.platforms.slack.people import People
from carrel.platforms.slack.places import NAME
from carrel.platforms.slack.reading import said
from carrel.platforms.slack.sending import Pending
from carrel.platforms.slack.wire import Me, Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal

Json = Mapping[str, Any]

PATIENCE = 2.0
"""Seconds that a command may take to be stored; Slack itself waits for three."""

WORDS = 3000
"""Characters that a form takes."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A command, and who gave it where."""

    inbound: Inbound
    person: str


class Presses:
    """Takes interactions in, as the commands that they are. None is ever given again by Slack."""

    def __init__(
        self, wire: Wire, intake: Intake, me: Me, people: People, pending: Pending, clock: Clock
    ) -> None:
        self._wire, self._intake, self._me, self._people = wire, intake, me, people
        self._pending, self._clock = pending, clock

    async def take(self, envelope: Envelope, came: float) -> None:
        """One interaction, to its acknowledgement. `came`: when, on the clock that never jumps."""
        payload = envelope.payload
        left = PATIENCE - (self._clock.monotonic() - came)
        match payload:
            case {"command": _}:
                await self._obey_slash(envelope, left)
            case {"type": "block_actions", "actions": [{"value": str(value)}, *_]}:
                if value.startswith(ASK):
                    await envelope.ack(None)
                    await self._ask(payload, value.removeprefix(ASK))
                else:
                    await self._obey_press(envelope, self._pressed(payload, value), left)
            case {"type": "view_submission", "view": {"private_metadata": str(meta)}}:
                await self._obey_press(envelope, self._submitted(payload, json.loads(meta)), left)
            case _:
                await envelope.ack(None)

    async def _obey_slash(self, envelope: Envelope, left: float) -> None:
        given = self._slash(envelope.payload)
        inbound = given.inbound
        private = is_private(inbound.text)
        if private:
            self._pending.add(inbound.message_id, given.person)
        answer = await self._accept(inbound, left)
        if answer:
            self._pending.given(inbound.message_id)
            await envelope.ack({"response_type": "ephemeral", "text": answer})
        else:
            # without this nobody else sees what was asked
            await envelope.ack(None if private else {"response_type": "in_channel"})

    async def _obey_press(self, envelope: Envelope, given: _Pressed, left: float) -> None:
        answer = await self._accept(given.inbound, left)
        await envelope.ack(None)
        if answer:
            await self._whisper(given, answer)

    async def _accept(self, inbound: Inbound, left: float) -> str:
        """What the person must be told; nothing where it is taken in."""
        if left <= 0:
            return AWAY
        try:
            async with asyncio.timeout(left):
                return told(await self._intake.accept(inbound))
        except (TimeoutError, Unavailable) as error:
            log.info("a press was not taken in", reason=str(error))
            return AWAY

    async def _whisper(self, given: _Pressed, text: str) -> None:
        channel, thread = places.spot(given.inbound.conversation)
        try:
            await self._wire.whisper(channel, thread, given.person, {"text": text})
        except (Refusal, Unavailable) as error:
            log.info("a person could not be told", reason=str(error))

    async def _ask(self, payload: Json, command: str) -> None:
        """Open a form for the words."""
        place = self._place(payload)
        try:
            view = _form(command, place)
            await self._wire.call("views.open", trigger_id=payload["trigger_id"], view=view)
        except (Refusal, Unavailable) as error:
            log.info("words could not be asked for", reason=str(error))

    def _pressed(self, payload: Json, command: str) -> _Pressed:
        action = payload["actions"][0]
        user = payload["user"]
        name = f"press.{user['id']}.{action['action_id']}.{action['action_ts']}"
        return self._given(name, self._place(payload), user, command)

    def _submitted(self, payload: Json, meta: Json) -> _Pressed:
        view = payload["view"]
        values = [one for block in view["state"]["values"].values() for one in block.values()]
        words = " ".join(" ".join(str(one.get("value") or "").split()) for one in values)
        place = places.place(str(meta["channel"]), meta.get("thread"), self._me.team)
        name = f"form.{payload['user']['id']}.{view['id']}"
        return self._given(name, place, payload["user"], f"{meta['command']} {words}".strip())

    def _slash(self, payload: Json) -> _Pressed:
        user = {"id": payload["user_id"], "name": payload.get("user_name", "")}
        place = places.place(str(payload["channel_id"]), None, self._me.team)
        return self._given(
            f"slash.{payload['trigger_id']}", place, user, typed(str(payload.get("text") or ""))
        )

    def _given(self, name: str, place: Conversation, user: Json, text: str) -> _Pressed:
        person = str(user["id"])
        called = self._people.known(person, str(user.get("name") or user.get("username") or person))
        team = str(user.get("team_id") or self._me.team)
        inbound = Inbound(
            source=f"{NAME}:{self._me.team}",
            id=name,
            conversation=place,
            sender=Sender(NAME, person, called, roles=frozenset({f"server:{team}"})),
            text=text,
            addressed=True,
            at=self._clock.now(),
        )
        return _Pressed(inbound, person)

    def _place(self, payload: Json) -> Conversation:
        """Where the message with the button stands; one that only one person sees is no message."""
        container, message = payload.get("container") or {}, payload.get("message") or {}
        channel = str((payload.get("channel") or container).get("id") or container["channel_id"])
        stamp = message.get("ts") or container.get("message_ts")
        thread = message.get("thread_ts") or container.get("thread_ts")
        return places.place(channel, None if thread == stamp else thread, self._me.team)


def typed(text: str) -> str:
    """What was typed after `/carrel`, as it would be typed anywhere."""
    text = said(text, {}).strip()
    if not text:
        return "/help"
    if text.startswith("/"):
        return text
    return f"/{text}" if find(f"/{text}") is not None else text


def _form(command: str, place: Conversation) -> Json:
    """Asks for the words after a command, and keeps what they are for."""
    channel, thread = places.spot(place)
    kept = {"command": command, "channel": channel, "thread": thread}
    words = {"type": "plain_text_input", "action_id": "words", "multiline": True}
    return {
        "type": "modal",
        "private_metadata": json.dumps(kept),
        "title": {"type": "plain_text", "text": "In your words"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "words",
                "label": {"type": "plain_text", "text": wanted(command)[:WORDS]},
                "element": {**words, "max_length": WORDS},
            }
        ],
    }
