"""Tests act as people: they write, edit, press, upload, and manage groups."""

from __future__ import annotations

from collections.abc import Mapping

from carrel.testing.telegram.model import Chat, File, Json, Message, User
from carrel.testing.telegram.payloads import message_json, user_json
from carrel.testing.telegram.world import World

Files = Mapping[str, bytes]

KINDS = {
    "jpg": ("photo", "image/jpeg"),
    "ogg": ("voice", "audio/ogg"),
    "mp4": ("video", "video/mp4"),
}


class Person:
    """Someone who uses Telegram. `person.user` is what others see."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user = world, user

    @property
    def id(self) -> int:
        """The user's number."""
        return self.user.id

    def begins(self) -> Chat:
        """Open the private chat with the bot."""
        return self.world.private(self.user)

    def says(
        self,
        chat: Chat,
        text: str = "",
        *,
        topic: int | None = None,
        reply_to: Message | None = None,
        files: Files | None = None,
        entities: list[Json] | None = None,
    ) -> Message:
        """Post a message with at most one file. files: name to bytes; `.jpg` is a photo."""
        message = self.world.new_message(chat, self.user)
        message.text, message.topic, message.reply_to = text, topic, reply_to
        message.files = [self._file(name, data) for name, data in (files or {}).items()][:1]
        message.entities = list(entities or [])
        return self.world.say(message)

    def shares(
        self, chat: Chat, files: Files, text: str = "", *, topic: int | None = None
    ) -> list[Message]:
        """Post an album: a message for each file, the text at the first."""
        album, made = f"album-{self.world.number('album')}", []
        for number, (name, data) in enumerate(files.items()):
            message = self.world.new_message(chat, self.user)
            message.files, message.album, message.topic = [self._file(name, data)], album, topic
            message.text = "" if number else text
            made.append(self.world.say(message))
        return made

    def forwards(self, message: Message, to: Chat) -> Message:
        """Forward a message."""
        made = self.world.new_message(to, self.user)
        made.text, made.files = message.text, message.files
        made.origin = {
            "type": "user",
            "date": int(message.at),
            "sender_user": user_json(message.author),
        }
        return self.world.say(made)

    def edits(self, message: Message, text: str) -> None:
        """Change the text of a message."""
        message.text, message.entities = text, []
        self.world.edit(message)

    def presses(self, message: Message, data: str) -> str:
        """Press a button of a message; the press's number. LookupError where there is none."""
        rows = (message.keyboard or {}).get("inline_keyboard", ())
        if data not in [one.get("callback_data") for row in rows for one in row]:
            raise LookupError(f"there is no button {data!r} on {message.name}")
        query = str(self.world.number("query", 8_000_001))
        given = {"id": query, "from": user_json(self.user), "chat_instance": "1", "data": data}
        self.world.bot.queries[query] = {"at": self.world.now(), "answered": False}
        self.world.ledger.add("pressed", query=query, message=message.name, data=data)
        self.world.tell("callback_query", given | {"message": message_json(message)})
        return query

    def reacts(self, message: Message, emoji: str) -> None:
        """React; bots hear of it only where they ask for it."""
        message.reactions[self.id] = emoji
        self.world.ledger.add("reacted", message=message.name, user=self.id, emoji=emoji)

    def opens_topic(self, chat: Chat, name: str) -> int:
        """Open a topic in a forum; its number."""
        return self.world.topic(chat, self.user, name)

    def closes_topic(self, chat: Chat, topic: int) -> None:
        """Close a topic: nobody but administrators writes there."""
        chat.topics[topic] = False
        message = self.world.new_message(chat, self.user)
        message.remark, message.topic = {"forum_topic_closed": {}}, topic
        self.world.say(message)

    def deletes_topic(self, chat: Chat, topic: int) -> None:
        """Delete a topic; bots are told nothing."""
        del chat.topics[topic]

    def kicks_bot(self, chat: Chat) -> None:
        """Put the bot out of a group."""
        chat.gone = f"bot was kicked from the {chat.kind} chat"
        self.world.membership(chat, self.user, "kicked")

    def blocks_bot(self) -> None:
        """Block the bot."""
        chat = self.begins()
        chat.gone = "bot was blocked by the user"
        self.world.membership(chat, self.user, "kicked")

    def takes_back(self, chat: Chat) -> None:
        """Let the bot in again."""
        chat.gone = ""
        self.world.membership(chat, self.user, "member")

    def upgrades(self, chat: Chat) -> Chat:
        """Make a basic group a supergroup."""
        return self.world.migrate(chat, self.user)

    def _file(self, name: str, data: bytes) -> File:
        kind, media_type = KINDS.get(
            name.rpartition(".")[2], ("document", "application/octet-stream")
        )
        return File(f"file-{self.world.number('file')}", kind, name, data, media_type)
