"""What people do on the fake Telegram, over HTTP."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from carrel.testing.moving import Moving
from carrel.testing.telegram.model import Chat, Json, Message
from carrel.testing.telegram.payloads import message_json
from carrel.testing.telegram.people import Person
from carrel.testing.telegram.problems import ApiError
from carrel.testing.telegram.world import World


class Control(Moving):
    """What somebody can do.

    A `channel` is a chat's number, or `chat:topic`; a `message` is `chat.number`.
    says, edits, presses, reacts: as `Person`, with `person`, `channel` and `message`.
    begins: open the private chat of `person`. opens_topic: with `name`. messages: what the bot and
    people have said in a channel, each with its `name` and its `html`. answered: whether a press
    was, by its number.
    """

    refusal = ApiError
    _world: World

    def _do(self, what: str, given: Json) -> Any:
        match what:
            case "answered":
                return {"answered": self._world.bot.queries[str(given["query"])]["answered"]}
            case "messages":
                return [_told(one) for one in self._held(given)]
            case _:
                return self._act(what, self._person(given), given)

    def _act(self, what: str, person: Person, given: Json) -> Json:
        match what:
            case "begins":
                return {"channel": str(person.begins().id)}
            case "says":
                chat, topic = self._place(given)
                files = {name: b64decode(data) for name, data in (given.get("files") or {}).items()}
                reply_to = self._message(given) if "message" in given else None
                said = person.says(chat, given["text"], topic=topic, reply_to=reply_to, files=files)
                return {"id": said.name}
            case "opens_topic":
                chat, _ = self._place(given)
                return {"channel": f"{chat.id}:{person.opens_topic(chat, given['name'])}"}
            case "edits":
                person.edits(self._message(given), given["text"])
            case "reacts":
                person.reacts(self._message(given), given["emoji"])
            case "presses":
                return {"query": person.presses(self._message(given), given["data"])}
            case _:
                raise LookupError(f"nobody can do {what}")
        return {}

    def _person(self, given: Json) -> Person:
        return Person(self._world, self._world.users[int(given["person"])])

    def _place(self, given: Json) -> tuple[Chat, int | None]:
        chat, _, topic = str(given["channel"]).partition(":")
        return self._world.chat(int(chat)), int(topic) if topic else None

    def _held(self, given: Json) -> list[Message]:
        chat, topic = self._place(given)
        return [one for one in chat.messages.values() if one.topic == topic]

    def _message(self, given: Json) -> Message:
        chat, _, number = str(given["message"]).partition(".")
        return self._world.chat(int(chat)).messages[int(number)]


def _told(message: Message) -> Json:
    named = {"name": message.name, "html": message.html, "bot": message.author.is_bot}
    return message_json(message) | named
