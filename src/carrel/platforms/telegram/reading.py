"""Telegram's messages, as JSON, in Carrel's words. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carrel.core.commands import find
from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Conversation, Material, Sender
from carrel.core.names import safe_file_name
from carrel.platforms.telegram.asking import Asking
from carrel.platforms.telegram.places import NAME, Places

Json = Mapping[str, Any]

FILES = {
    "document": ("file", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "animation": ("animation.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "video_note": ("video-note.mp4", "video/mp4"),
}
SPEECH = ("text", "photo", *FILES, "sticker", "location", "contact", "poll", "dice")
"""A message without any of these is Telegram's own remark: somebody joined, a title changed."""


def is_speech(message: Json) -> bool:
    """Whether somebody says something."""
    return any(kind in message for kind in SPEECH)


def sender(message: Json, place: Conversation) -> Sender:
    """Who speaks. Whoever speaks as a group or a channel is that, and nobody's person.

    The role is of the number under which the group was known first, as its address is.
    """
    person = message.get("from") or {}
    here = frozenset() if place.direct else frozenset({f"server:{place.channel}"})
    if spoken_as := message.get("sender_chat"):
        return Sender(NAME, str(spoken_as["id"]), str(spoken_as.get("title", "")), roles=here)
    return Sender(NAME, str(person["id"]), name_of(person), bool(person.get("is_bot")), here)


def name_of(person: Json) -> str:
    """A person's name."""
    names = [str(person[key]) for key in ("first_name", "last_name") if person.get(key)]
    return " ".join(names) or str(person.get("username") or person.get("id", "somebody"))


def name_of_message(message: Json) -> str:
    """What a message is called: its number is only its chat's."""
    return f"{message['chat']['id']}.{message['message_id']}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the messages that one bot sees. `me`: the bot as getMe tells it."""

    me: Json
    places: Places
    asking: Asking

    @property
    def source(self) -> str:
        """The platform and the account."""
        return f"{NAME}:{self.me['id']}"

    def inbound(self, messages: Sequence[Json]) -> Inbound | None:
        """A message, or an album, as one. None: it is a command for another bot."""
        first = messages[0]
        spoken = next((one for one in messages if _typed(one)), first)
        text = self._text(spoken)
        if text is None:
            return None
        place, forward = self.places.conversation(first), first.get("forward_origin")
        return Inbound(
            source=self.source,
            id=name_of_message(first),
            conversation=place,
            sender=sender(first, place),
            text="" if forward else text,
            attachments=tuple(file for one in messages for file in _attachments(one)),
            addressed=any(map(self.addresses_me, messages)),
            at=float(first["date"]),
            material=tuple(self._material(first, place, text if forward else "")),
            more=bool(forward),
        )

    def addresses_me(self, message: Json) -> bool:
        """Spoken to alone, mentioned, replied to, in a topic of its own, or given a command."""
        replied = message.get("reply_to_message") or {}
        mine = int((replied.get("from") or {}).get("id", 0)) == int(self.me["id"])
        return (
            message["chat"]["type"] == "private"
            or mine
            or any(self._is_mention(message, entity) for entity in _entities(message))
            or self._is_command(message)
        )

    def _is_mention(self, message: Json, entity: Json) -> bool:
        if entity["type"] == "text_mention":
            return int(entity["user"]["id"]) == int(self.me["id"])
        return entity["type"] == "mention" and self._is_me(_part(_typed(message), entity)[1:])

    def _is_command(self, message: Json) -> bool:
        opening = _opening(message, "bot_command")
        if opening is None:
            return False
        name, _, bot = opening.partition("@")
        return self._is_me(bot) if bot else find(name) is not None

    def _is_me(self, name: str) -> bool:
        return name.casefold() == str(self.me["username"]).casefold()

    def _text(self, message: Json) -> str | None:
        """What was typed, as it would be typed anywhere; None where another bot is meant."""
        text = _with_links(message)
        if opening := _opening(message, "bot_command"):
            name, _, bot = opening.partition("@")
            if bot and not self._is_me(bot):
                return None
            rest = text[len(opening) :]
            return "/help" if name == "/start" else f"{name}{rest}"
        if (opening := _opening(message, "mention")) and self._is_me(opening[1:]):
            text = text[len(opening) :].lstrip()
        command = self.asking.command_of(message.get("reply_to_message") or {})
        return f"{command} {' '.join(text.split())}" if command else text

    def _material(self, message: Json, place: Conversation, forwarded: str) -> Iterator[Material]:
        if origin := message.get("forward_origin"):
            yield Material("forward", _origin(origin), forwarded or _file_names(message))
        replied, quote = message.get("reply_to_message"), message.get("quote") or {}
        if replied and not _opens_topic(replied) and not self.asking.command_of(replied):
            mine = int((replied.get("from") or {}).get("id", 0)) == int(self.me["id"])
            origin = "your own" if mine else sender(replied, place).name
            text = str(quote.get("text") or "") or _with_links(replied)
            yield Material("reply", origin, text or _file_names(replied))
        elif (outside := message.get("external_reply")) and quote:
            yield Material("reply", _origin(outside.get("origin") or {}), str(quote["text"]))


def _typed(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _entities(message: Json) -> Sequence[Json]:
    found: Sequence[Json] = message.get("entities") or message.get("caption_entities") or ()
    return found


def _part(text: str, entity: Json) -> str:
    """What an entity stands for: its place is told in units of UTF-16."""
    raw, start = text.encode("utf-16-le", "surrogatepass"), 2 * int(entity["offset"])
    return raw[start : start + 2 * int(entity["length"])].decode("utf-16-le", "replace")


def _opening(message: Json, kind: str) -> str | None:
    """The entity of a kind with which the text begins."""
    found = (one for one in _entities(message) if one["type"] == kind and one["offset"] == 0)
    entity = next(found, None)
    return None if entity is None else _part(_typed(message), entity)


def _with_links(message: Json) -> str:
    """The text, with the addresses that hide behind words, and what is said without words."""
    raw = _typed(message).encode("utf-16-le", "surrogatepass")
    links = [one for one in _entities(message) if one["type"] == "text_link"]
    for entity in sorted(links, key=lambda one: -int(one["offset"])):
        end = 2 * (int(entity["offset"]) + int(entity["length"]))
        raw = raw[:end] + f" ({entity['url']})".encode("utf-16-le") + raw[end:]
    text = raw.decode("utf-16-le", "replace")
    return "\n".join([*([text] if text else []), *_without_words(message)])


def _without_words(message: Json) -> Iterator[str]:
    if sticker := message.get("sticker"):
        yield f"[sticker: {sticker.get('emoji') or sticker.get('set_name') or 'a picture'}]"
    if place := message.get("location"):
        yield f"[location: {place['latitude']}, {place['longitude']}]"
    if contact := message.get("contact"):
        yield f"[contact: {contact.get('first_name', '')} {contact.get('phone_number', '')}]"
    if poll := message.get("poll"):
        options = "; ".join(str(one["text"]) for one in poll.get("options", ()))
        yield f"[poll: {poll.get('question', '')} {options}]"
    if dice := message.get("dice"):
        yield f"[{dice.get('emoji', 'dice')}: {dice.get('value')}]"


def _attachments(message: Json) -> Iterator[Attachment]:
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda one: int(one.get("width", 0)) * int(one.get("height", 0)))
        name = f"photo-{message['message_id']}.jpg"
        yield _attachment(largest, name, "image/jpeg")
    for kind, (name, media_type) in FILES.items():
        if kind == "document" and "animation" in message:
            continue  # the same file once more, for those who know no animations
        if file := message.get(kind):
            yield _attachment(file, name, media_type, voice=kind == "voice")


def _attachment(file: Json, name: str, media_type: str, *, voice: bool = False) -> Attachment:
    return Attachment(
        name=safe_file_name(str(file.get("file_name") or name)),
        media_type=str(file.get("mime_type") or media_type),
        size=int(file.get("file_size") or 0),
        ref=str(file["file_id"]),
        voice=voice,
    )


def _opens_topic(replied: Json) -> bool:
    """Whatever is said in a topic looks like a reply to the remark that opened it."""
    return "forum_topic_created" in replied


def _origin(origin: Json) -> str:
    match origin.get("type"):
        case "user":
            return name_of(origin["sender_user"])
        case "hidden_user":
            return str(origin.get("sender_user_name", "somebody"))
        case "chat":
            return str(origin["sender_chat"].get("title", "a group"))
        case "channel":
            return str(origin["chat"].get("title", "a channel"))
        case _:
            return "elsewhere"


def _file_names(message: Json) -> str:
    names = ", ".join(file.name for file in _attachments(message))
    return f"[files: {names}]" if names else "[no text]"
