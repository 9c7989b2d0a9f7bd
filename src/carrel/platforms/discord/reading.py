"""Discord's messages, as JSON, in Carrel's words. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Conversation, Material, Sender
from carrel.core.names import safe_file_name
from carrel.platforms.discord.atlas import NAME, Atlas, unix_of

Json = Mapping[str, Any]

DEFAULT, REPLY = 0, 19
SPEECH = frozenset({DEFAULT, REPLY})
"""Message types that are people speaking; all others are Discord's own remarks."""

FORWARD = 1
VOICE = 1 << 13

_OPENING = re.compile(r"<@(?:!?(\d+)|&(\d+))>")
_USER = re.compile(r"<@!?(\d+)>")
_CHANNEL = re.compile(r"<#(\d+)>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")


def is_speech(data: Json, me: int) -> bool:
    """Whether somebody else says something, rather than Discord, or the bot itself."""
    return data.get("type") in SPEECH and int(data["author"]["id"]) != me


def sender(user: Json, member: Json, server: int, *, webhook: bool = False) -> Sender:
    """Who speaks, with their roles on the server where they do."""
    name = member.get("nick") or user.get("global_name") or user.get("username") or user["id"]
    roles = [f"role:{role}" for role in member.get("roles", ())]
    here = [f"server:{server}"] if server and not webhook else []
    is_bot = webhook or bool(user.get("bot"))
    return Sender(NAME, str(user["id"]), str(name), is_bot, frozenset((*roles, *here)))


class Reader:
    """Reads the messages that one bot sees."""

    def __init__(self, atlas: Atlas, source: str) -> None:
        self._atlas, self._source, self._me = atlas, source, atlas.me

    def inbound(
        self, data: Json, conversation: Conversation, member: Json | None = None
    ) -> Inbound:
        """A message of type 0 or 19. `member`: its author there, if the data does not say."""
        server = self._server(conversation)
        forward = _forward_of(data)
        return Inbound(
            source=self._source,
            id=str(data["id"]),
            conversation=conversation,
            sender=sender(
                data["author"],
                member or data.get("member") or {},
                server,
                webhook=bool(data.get("webhook_id")),
            ),
            text=self.text(data),
            attachments=tuple(_attachments(data, (data, *forward))),
            addressed=self.addresses_me(data, conversation),
            at=unix_of(data["id"]),
            material=tuple(self._material(data, forward)),
            more=bool(forward),
        )

    def addresses_me(self, data: Json, conversation: Conversation) -> bool:
        """Mentioned, replied to, in a thread that the bot made, or spoken to alone."""
        if conversation.direct:
            return True
        if any(int(user["id"]) == self._me for user in data.get("mentions", ())):
            return True
        server = self._atlas.servers.get(self._server(conversation))
        roles = {int(role) for role in data.get("mention_roles", ())}
        if server is not None and roles & server.own_roles:
            return True
        replied = data.get("referenced_message") or {}
        if int((replied.get("author") or {}).get("id", 0)) == self._me:
            return True
        place = self._atlas.places.get(int(conversation.channel))
        return place is not None and place.is_thread and place.owner == self._me

    def text(self, data: Json) -> str:
        """What was typed, with names in place of numbers; the mention that opens it goes."""
        names = {str(u["id"]): _name(u) for u in data.get("mentions", ())}
        text = str(data.get("content", ""))
        text = self._past_opening(text)
        text = _USER.sub(lambda found: f"@{names.get(found.group(1), found.group(1))}", text)
        text = _CHANNEL.sub(lambda found: f"#{self._place(found.group(1))}", text)
        text = _EMOJI.sub(lambda found: found.group(1), text)
        stickers = [f"[sticker: {one.get('name')}]" for one in data.get("sticker_items", ())]
        return "\n".join([*([text] if text else []), *stickers])

    def _past_opening(self, text: str) -> str:
        """`text` without the mention of the bot, or of its own role, that it begins with."""
        opening = _OPENING.match(text)
        if opening is None:
            return text
        user, role = opening.groups()
        mine = int(user) == self._me if user else self._is_own_role(int(role))
        return text[opening.end() :].lstrip() if mine else text

    def _is_own_role(self, role: int) -> bool:
        return any(role in server.own_roles for server in self._atlas.servers.values())

    def _material(self, data: Json, forward: tuple[Json, ...]) -> Iterable[Material]:
        for snapshot in forward:
            origin = self._place(str((data.get("message_reference") or {}).get("channel_id", "")))
            yield Material("forward", f"#{origin}", self.text(snapshot) or _file_names(snapshot))
        replied = data.get("referenced_message")
        if replied and data.get("type") == REPLY:
            mine = int(replied["author"]["id"]) == self._me
            origin = "your own" if mine else _name(replied["author"])
            yield Material("reply", origin, self.text(replied) or _file_names(replied))

    def _place(self, number: str) -> str:
        place = self._atlas.places.get(int(number)) if number.isdigit() else None
        return place.name if place is not None and place.name else "elsewhere"

    def _server(self, conversation: Conversation) -> int:
        return int(conversation.within[-1]) if conversation.within else 0


def _forward_of(data: Json) -> tuple[Json, ...]:
    reference = data.get("message_reference") or {}
    if reference.get("type") != FORWARD:
        return ()
    return tuple(one["message"] for one in data.get("message_snapshots", ()))


def _attachments(data: Json, holders: Iterable[Json]) -> Iterable[Attachment]:
    voice = bool(int(data.get("flags") or 0) & VOICE)
    for holder in holders:
        for file in holder.get("attachments", ()):
            yield Attachment(
                name=safe_file_name(str(file.get("filename", "file"))),
                media_type=str(file.get("content_type") or "application/octet-stream"),
                size=int(file.get("size", 0)),
                ref=f"{data['channel_id']}/{data['id']}/{file['id']} {file['url']}",
                voice=voice,
            )


def _name(user: Json) -> str:
    member = user.get("member") or {}
    return str(member.get("nick") or user.get("global_name") or user.get("username") or user["id"])


def _file_names(data: Json) -> str:
    names = ", ".join(str(file.get("filename")) for file in data.get("attachments", ()))
    return f"[files: {names}]" if names else "[no text]"
