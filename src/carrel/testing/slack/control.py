"""What people do on the fake Slack, over HTTP."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from carrel.testing.moving import Moving
from carrel.testing.slack.model import Channel, Interaction, Json, Message
from carrel.testing.slack.payloads import message_json
from carrel.testing.slack.people import Person
from carrel.testing.slack.problems import ApiError
from carrel.testing.slack.world import World


class Control(Moving):
    """What somebody can do.

    A `channel` is a channel's id, or `channel:thread`; a `message` is `channel.stamp`.
    says, edits, deletes, presses, submits, slash: as `Person`, with `person`, `channel`, `message`.
    begins: open the direct messages of `person`. sets_topic: with `topic`. messages: what stands in
    a channel or a thread, each with its `name` and what is `read`; whispers to `person` too.
    interaction: how a press was answered.
    """

    refusal = ApiError
    _world: World

    def _do(self, what: str, given: Json) -> Any:
        match what:
            case "interaction":
                return _answered(self._interaction(given))
            case "messages":
                return [self._told(one) for one in self._held(given)]
            case _:
                return self._act(what, self._person(given), given)

    def _act(self, what: str, person: Person, given: Json) -> Json:
        match what:
            case "begins":
                return {"channel": person.begins().id}
            case "says":
                channel, thread = self._place(given)
                files = {name: b64decode(data) for name, data in (given.get("files") or {}).items()}
                mention = bool(given.get("mention"))
                said = person.says(
                    channel, given["text"], thread=thread, mention=mention, files=files
                )
                return {"id": said.name}
            case "sets_topic":
                channel, _ = self._place(given)
                return {"id": person.sets_topic(channel, given["topic"]).name}
            case "edits":
                person.edits(self._message(given), given["text"])
            case "deletes":
                person.deletes(self._message(given))
            case "presses":
                return {"interaction": person.presses(self._message(given), given["value"]).id}
            case "submits":
                return {"interaction": person.submits(self._interaction(given), given["words"]).id}
            case "slash":
                channel, _ = self._place(given)
                return {"interaction": person.slash(channel, given["text"]).id}
            case _:
                raise LookupError(f"nobody can do {what}")
        return {}

    def _person(self, given: Json) -> Person:
        return Person(self._world, self._world.users[str(given["person"])])

    def _interaction(self, given: Json) -> Interaction:
        return self._world.interactions[str(given["interaction"])]

    def _place(self, given: Json) -> tuple[Channel, str | None]:
        channel, _, thread = str(given["channel"]).partition(":")
        return self._world.channels[channel], thread or None

    def _held(self, given: Json) -> list[Message]:
        channel, thread = self._place(given)
        whispers = [one for one in channel.whispers if one.only_for == given.get("person")]
        both = [*channel.messages.values(), *whispers]
        return sorted((m for m in both if m.thread == thread), key=lambda one: float(one.ts))

    def _message(self, given: Json) -> Message:
        channel, _, stamp = str(given["message"]).partition(".")
        there = self._world.channels[channel]
        whispers = {one.ts: one for one in there.whispers}
        return {**there.messages, **whispers}[stamp]

    def _told(self, message: Message) -> Json:
        named = {"name": message.name, "read": message.read, "bot": message.author.is_bot}
        private = {"only_for": message.only_for}
        return message_json(self._world, message, metadata=True) | named | private


def _answered(made: Interaction) -> Json:
    return {"answered": made.ack is not None, "ack": made.ack, "failed": made.failed,
            "view": made.view}  # fmt: skip
