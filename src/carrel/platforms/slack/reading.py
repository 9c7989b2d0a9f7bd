"""Slack's messages, as JSON, in Carrel's words. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Material, Sender
from carrel.core.names import safe_file_name
from carrel.platforms.slack import markup, places
from carrel.platforms.slack.people import People
from carrel.platforms.slack.places import NAME
from carrel.platforms.slack.wire import Me

Json = Mapping[str, Any]

SPEECH = frozenset({"", "file_share", "me_message", "thread_broadcast", "bot_message"})
"""The kinds of messages in which somebody says something; others are Slack's own remarks."""

_TAG = re.compile(r"<([^<>]+)>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def is_speech(message: Json, me: Me) -> bool:
    """Whether somebody else than the bot says something."""
    mine = message.get("user") == me.user or (me.bot and message.get("bot_id") == me.bot)
    return (
        not mine and str(message.get("subtype") or "") in SPEECH and not message.get("hidden")
        and bool(message.get("user") or message.get("bot_id"))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the messages that one bot sees."""

    me: Me
    people: People

    @property
    def source(self) -> str:
        """The platform and the account."""
        return f"{NAME}:{self.me.team}"

    async def inbound(self, message: Json, channel: str) -> Inbound:
        """A message that `is_speech`. Who cannot be named is called by their id."""
        place = places.conversation(channel, message, self.me.team)
        text = self._text(message)
        named = {one: await self.people.name(one) for one in set(_PERSON.findall(text))}
        return Inbound(
            source=self.source,
            id=places.name_of(channel, str(message["ts"])),
            conversation=place,
            sender=await self.sender(message),
            text=said(text, named),
            attachments=tuple(_attachments(message)),
            addressed=place.direct or self._addresses_me(message),
            at=float(message["ts"]),
            material=tuple(_shared(message)),
        )

    async def sender(self, message: Json) -> Sender:
        """Who speaks. A workspace's people are those of its own, not those of a shared channel."""
        user = str(message.get("user") or "")
        team = str(message.get("user_team") or message.get("team") or self.me.team)
        bot = str(message.get("bot_id") or "")
        if not user or bot:
            profile = message.get("bot_profile") or {}
            name = str(message.get("username") or profile.get("name") or bot or user)
            return Sender(NAME, user or bot, name, is_bot=True)
        here = frozenset({f"server:{team}"})
        return Sender(NAME, user, await self.people.name(user), roles=here)

    def _addresses_me(self, message: Json) -> bool:
        """Mentioned, or said in a thread that the bot began."""
        mentioned = self.me.user in _PERSON.findall(str(message.get("text") or ""))
        return mentioned or message.get("parent_user_id") == self.me.user

    def _text(self, message: Json) -> str:
        """What was typed, without the mention that it begins with."""
        text = str(message.get("text") or "").strip()
        found = _PERSON.match(text)
        if found and found[1] == self.me.user:
            text = text[found.end() :].lstrip(" ,:\u00a0")
        return "\n".join([*([text] if text else []), *_elsewhere(message)])


def _shared(message: Json) -> Iterator[Material]:
    """Messages that were shared into this one."""
    for one in message.get("attachments", ()):
        if one.get("is_msg_unfurl") or one.get("is_share"):
            author = str(one.get("author_name") or one.get("author_id") or "elsewhere")
            yield Material("forward", author, said(str(one.get("text") or ""), {}))


def said(text: str, named: Mapping[str, str]) -> str:
    """Slack's mrkdwn as it was typed: links and mentions for people to read."""
    return markup.unescaped(_TAG.sub(lambda found: _tag(found[1], named), text))


def _tag(inner: str, named: Mapping[str, str]) -> str:
    """What stands between `<` and `>`."""
    target, _, label = inner.partition("|")
    match target[:1]:
        case "@":
            return f"@{named.get(target[1:], label or target[1:])}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            plain = target.removeprefix("mailto:")
            return plain if not label or label == plain else f"{label} ({plain})"


def _elsewhere(message: Json) -> Iterator[str]:
    """Files that do not lie at Slack."""
    for file in message.get("files", ()):
        if file.get("is_external") or file.get("mode") == "external":
            yield f"[file elsewhere: {file.get('title', '')} {file.get('url_private', '')}]"


def _attachments(message: Json) -> Iterator[Attachment]:
    for file in message.get("files", ()):
        gone = file.get("mode") in {"tombstone", "hidden_by_limit", "external"}
        if not gone and not file.get("is_external"):
            yield Attachment(
                name=safe_file_name(str(file.get("name") or file.get("title") or "file")),
                media_type=str(file.get("mimetype") or "application/octet-stream"),
                size=int(file.get("size") or 0),
                ref=str(file["id"]),
                voice=file.get("subtype") == "slack_audio",
            )
