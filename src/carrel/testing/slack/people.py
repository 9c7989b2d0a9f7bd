"""Tests act as people: they write, edit, delete, press, react, upload, use the slash command."""

from __future__ import annotations

from collections.abc import Mapping

from carrel.testing.slack.model import Channel, File, Interaction, Json, Message, User
from carrel.testing.slack.payloads import message_json
from carrel.testing.slack.world import World

Files = Mapping[str, bytes]

ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
TYPES = {"png": "image/png", "jpg": "image/jpeg", "txt": "text/plain", "m4a": "audio/mp4"}


class Person:
    """Someone who uses Slack. `person.user` is what others see."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user = world, user

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    def begins(self) -> Channel:
        """Open the direct messages with the bot."""
        return self.world.direct(self.user)

    def says(
        self,
        channel: Channel,
        text: str = "",
        *,
        thread: str | None = None,
        mention: bool = False,
        files: Files | None = None,
        raw: bool = False,
    ) -> Message:
        """Post a message. files: name to bytes. raw: the text is as Slack's clients send it.

        LookupError for what Slack would take for a slash command.
        """
        if text.startswith("/") and not mention:
            raise LookupError(f"Slack takes {text.split(maxsplit=1)[0]} for a slash command")
        message = Message(self.world.stamp(), channel, self.user, text if raw else escaped(text))
        if mention:
            message.text = f"<@{self.world.bot.id}> {message.text}"
        message.thread = thread
        message.files = [self._file(name, data) for name, data in (files or {}).items()]
        return self.world.say(message)

    def _file(self, name: str, data: bytes) -> File:
        kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        file = File(f"F0{self.world.number('file'):06d}", name, data, self.user, len(data), kind)
        file.done = True
        file.subtype = "slack_audio" if name.endswith(".m4a") else ""
        self.world.files[file.id] = file
        return file

    def edits(self, message: Message, text: str) -> None:
        """Change the text of a message."""
        self.world.edit(message, escaped(text))

    def deletes(self, message: Message) -> None:
        """Take a message back."""
        self.world.delete(message)

    def sets_topic(self, channel: Channel, topic: str) -> Message:
        """Set a channel's topic: Slack's own remark says so, and a thread may stand below it."""
        message = Message(self.world.stamp(), channel, self.user, f"set the topic: {topic}")
        message.subtype = "channel_topic"
        return self.world.say(message)

    def reacts(self, message: Message, name: str) -> None:
        """React."""
        self.world.react(message, self.user, name)

    def presses(self, message: Message, value: str) -> Interaction:
        """Press a button by what it carries. LookupError where there is none."""
        for block in message.blocks:
            for one in block.get("elements", ()) if block["type"] == "actions" else ():
                if one.get("value") == value:
                    return self._press(message, one)
        raise LookupError(f"there is no button {value!r} on {message.name}")

    def _press(self, message: Message, button: Json) -> Interaction:
        channel = message.channel
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
            **({"thread_ts": message.thread} if message.thread else {}),
        }
        stamp = self.world.stamp()
        payload = {
            "type": "block_actions",
            "user": self._told(),
            "team": {"id": self.world.team},
            "container": container,
            "channel": {"id": channel.id, "name": channel.name},
            "actions": [{**button, "block_id": "b", "action_ts": stamp}],
        }
        if message.only_for is None:
            payload["message"] = message_json(self.world, message)
        return self.world.interact("interactive", payload)

    def submits(self, made: Interaction, words: str) -> Interaction:
        """Send the form that a press has opened."""
        if made.view is None:
            raise LookupError("there is no form")
        view = {
            **made.view,
            "state": {"values": {"words": {"words": {"type": "plain_text_input", "value": words}}}},
        }
        payload = {"type": "view_submission", "user": self._told(), "view": view}
        return self.world.interact("interactive", payload)

    def slash(self, channel: Channel, text: str) -> Interaction:
        """Use `/carrel`. Slack has no slash commands in threads."""
        payload = {
            "command": "/carrel",
            "text": text,
            "user_id": self.id,
            "user_name": self.user.name,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "team_id": self.world.team,
            "response_url": f"{self.world.origin}/respond",
        }
        return self.world.interact("slash_commands", payload)

    def _told(self) -> Json:
        name = self.user.name
        return {"id": self.id, "username": name, "name": name, "team_id": self.user.team}

    def invites_bot(self, channel: Channel) -> None:
        """Let the bot into a channel."""
        channel.members.append(self.world.bot)
        self.world.event({"type": "member_joined_channel", **self._bot_in(channel)})

    def removes_bot(self, channel: Channel) -> None:
        """Put the bot out of a channel."""
        channel.members.remove(self.world.bot)
        self.world.event({"type": "channel_left", "channel": channel.id, "actor_id": self.id})

    def archives(self, channel: Channel) -> None:
        """Put a channel away."""
        channel.archived = True
        told = {"channel": channel.id, "user": self.id}
        self.world.event({"type": "channel_archive", **told})

    def removes(self, channel: Channel) -> None:
        """Delete a channel."""
        channel.deleted = True
        self.world.event({"type": "channel_deleted", "channel": channel.id})

    def _bot_in(self, channel: Channel) -> Json:
        return {"user": self.world.bot.id, "channel": channel.id, "inviter": self.id}


def escaped(text: str) -> str:
    """As Slack's clients send what was typed."""
    for sign, entity in ESCAPES:
        text = text.replace(sign, entity)
    return text
