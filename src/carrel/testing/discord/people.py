"""Tests act as people: they speak, edit, react, type, press and use commands.

Everything happens at once; what bots see of it leaves through the gateway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carrel.testing.discord import posting, threads
from carrel.testing.discord.interactions import find_command, found_component, raise_interaction
from carrel.testing.discord.membership import join, leave, set_archived
from carrel.testing.discord.model import (
    FORUM,
    REPLY,
    SILENT,
    VOICE_MESSAGE,
    Attachment,
    Channel,
    Interaction,
    Json,
    Message,
    Upload,
    User,
)
from carrel.testing.discord.payloads import content_json
from carrel.testing.discord.world import World

Files = Mapping[str, bytes]


class Person:
    """Someone who uses Discord. `person.user` is what others see."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    def says(
        self,
        channel: Channel,
        text: str = "",
        *,
        reply_to: Message | None = None,
        files: Files | None = None,
        silent: bool = False,
        voice: bool = False,
    ) -> Message:
        """Post a message. files: name to bytes. voice: the one file is a voice message."""
        draft = posting.Draft(
            content=text,
            kind=REPLY if reply_to else 0,
            flags=SILENT * silent | VOICE_MESSAGE * voice,
            files=self._files(files or {}, voice=voice),
            reference=threads.reference(channel, reply_to.id) if reply_to else None,
            mentions=_told(text, reply_to),
        )
        return posting.post(self.world, channel, self.user, draft)

    def forwards(self, message: Message, to: Channel, comment: str = "") -> list[Message]:
        """Forward a message; a comment is a second message right after, as the client does."""
        origin = self.world.channels[message.channel_id]
        draft = posting.Draft(
            reference=threads.reference(origin, message.id) | {"type": 1},
            snapshots=({"message": content_json(self.world, message)},),
        )
        forward = posting.post(self.world, to, self.user, draft)
        return [forward, self.says(to, comment)] if comment else [forward]

    def edits(self, message: Message, text: str) -> None:
        """Change the text of a message."""
        posting.edit(self.world, message, {"content": text})

    def deletes(self, message: Message) -> None:
        """Delete a message."""
        posting.delete(self.world, [message])

    def reacts(self, message: Message, emoji: str) -> None:
        """Add a reaction."""
        posting.react(self.world, message, self.user, emoji)

    def unreacts(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        posting.unreact(self.world, message, self.user.id, emoji)

    def types(self, channel: Channel) -> None:
        """Start typing."""
        posting.start_typing(self.world, channel, self.user)

    def writes_to(self, other: User) -> Channel:
        """The direct conversation with someone."""
        return posting.direct(self.world, self.user, other)

    def starts_thread(
        self, channel: Channel, name: str, *, on: Message | None = None, text: str = ""
    ) -> Channel:
        """Make a thread on a message or alone; in a forum, a post with its first text."""
        plan = threads.ThreadPlan(name=name, starter=on)
        thread = threads.make_thread(self.world, channel, self.user, plan)
        if text or channel.kind == FORUM:
            self._opens(thread, channel, text)
        return thread

    def _opens(self, thread: Channel, parent: Channel, text: str) -> None:
        draft = posting.Draft(content=text)
        message = posting.drafted(self.world, thread, self.user, draft)
        if parent.kind == FORUM:
            message.id = thread.id
        thread.messages[message.id] = message
        posting.show(self.world, thread, message)

    def joins(self, thread: Channel) -> None:
        """Join a thread."""
        join(self.world, thread, self.id)

    def leaves(self, thread: Channel) -> None:
        """Leave a thread."""
        leave(self.world, thread, self.id)

    def archives(self, thread: Channel, *, archived: bool = True) -> None:
        """Put a thread to sleep, or wake it."""
        set_archived(self.world, thread, archived=archived)

    def uses(self, command: str, channel: Channel, **options: object) -> Interaction:
        """Use a slash command, `/status` or `/group sub`; LookupError when it is not registered."""
        application, data = find_command(self.world, channel, command, options)
        return raise_interaction(self.world, application, 2, self.user, channel, data)

    def presses(self, message: Message, custom_id: str) -> Interaction:
        """Press a button; LookupError when it is not there, or cannot be pressed any more."""
        return self.chooses(message, custom_id, ())

    def chooses(self, message: Message, custom_id: str, values: Sequence[str]) -> Interaction:
        """Choose from a select; LookupError as for a button."""
        application, data = found_component(self.world, message, custom_id, values)
        channel = self.world.channels[message.channel_id]
        return raise_interaction(
            self.world, application, 3, self.user, channel, data, message=message
        )

    def submits(self, asked: Interaction, answers: Mapping[str, str]) -> Interaction:
        """Fill in the modal that answered an interaction; LookupError when there is none."""
        if asked.modal is None:
            raise LookupError("no modal was shown")
        rows = [
            {"type": 1, "components": [{"type": 4, "custom_id": name, "value": text}]}
            for name, text in answers.items()
        ]
        data: Json = {"custom_id": asked.modal["custom_id"], "components": rows}
        return raise_interaction(
            self.world,
            asked.application,
            5,
            self.user,
            asked.channel,
            data,
            message=asked.message,
        )

    def completes(self, command: str, channel: Channel, **options: object) -> Interaction:
        """Type into an option that completes itself; the last one named has the cursor."""
        application, data = find_command(self.world, channel, command, options)
        if data.get("options"):
            data["options"][-1]["focused"] = True
        return raise_interaction(self.world, application, 4, self.user, channel, data)

    def _files(self, files: Files, *, voice: bool) -> tuple[Attachment, ...]:
        kinds = {"png": "image/png", "jpg": "image/jpeg", "ogg": "audio/ogg", "txt": "text/plain"}
        uploads = [
            Upload(name, data, kinds.get(name.rpartition(".")[2], "application/octet-stream"))
            for name, data in files.items()
        ]
        made = posting.attached(self.world, uploads)
        for file in made if voice else ():
            file.extra = {"duration_secs": 1.0, "waveform": "AAAA"}
        return made


def _told(text: str, reply_to: Message | None) -> tuple[str, ...]:
    replied = [reply_to.author.id] if reply_to else []
    return (*posting.MENTION.findall(text), *replied)
