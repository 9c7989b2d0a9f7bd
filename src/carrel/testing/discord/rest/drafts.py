"""Turns the body of a request into a draft, and refuses what Discord refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from carrel.testing.discord.model import (
    COMPONENTS_V2,
    EPHEMERAL,
    REPLY,
    SILENT,
    SUPPRESS_EMBEDS,
    VOICE_MESSAGE,
    Attachment,
    Channel,
    Json,
)
from carrel.testing.discord.payloads import content_json
from carrel.testing.discord.posting import MENTION, Draft
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Call
from carrel.testing.discord.rest.components import checked
from carrel.testing.discord.threads import reference

MAX_CONTENT, MAX_EMBEDS, MAX_EMBED_TEXT, MAX_FILES, MAX_NONCE = 2000, 10, 6000, 10, 25
MAX_FILE_BYTES = 10 * 1024 * 1024
SETTABLE = SUPPRESS_EMBEDS | EPHEMERAL | SILENT | VOICE_MESSAGE | COMPONENTS_V2
LENGTHS = (("title", 256), ("description", 4096))


@dataclass(frozen=True, slots=True)
class Context:
    """What a draft needs besides the body: where it goes and how it was asked for."""

    call: Call
    channel: Channel


def draft_of(context: Context, body: Json) -> Draft:
    """A new message; ApiError 50035 over-long, 50006 empty, 40005 too large."""
    flags = int(body.get("flags") or 0) & SETTABLE
    content = str(body.get("content") or "")
    embeds, components = checked_parts(body, flags)
    files = files_of(context.call, body, ())
    kind, place, snapshots = _reference(context, body.get("message_reference"))
    empty = not (content or embeds or components or files or body.get("sticker_ids"))
    if empty and not snapshots and not body.get("poll"):
        raise ApiError(400, 50006, "Cannot send an empty message")
    return Draft(
        content=content,
        kind=kind,
        flags=flags,
        embeds=embeds,
        components=components,
        files=files,
        reference=place,
        snapshots=snapshots,
        mentions=_mentions(context, content, body, place),
        nonce=_nonce(body),
        tts=bool(body.get("tts")),
    )


def checked_parts(body: Json, flags: int) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """The embeds and components of a body; ApiError 50035."""
    content = str(body.get("content") or "")
    if len(content) > MAX_CONTENT:
        told = f"Must be {MAX_CONTENT} or fewer in length."
        raise ApiError.invalid("content", "BASE_TYPE_MAX_LENGTH", told)
    v2 = bool(flags & COMPONENTS_V2)
    if v2 and (content or body.get("embeds")):
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        raise ApiError.invalid("content", code, "not allowed with IS_COMPONENTS_V2")
    return _embeds(body.get("embeds") or ()), checked(body.get("components") or (), v2=v2)


def _embeds(given: Sequence[Json]) -> tuple[Json, ...]:
    if len(given) > MAX_EMBEDS:
        raise ApiError.invalid("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for at, embed in enumerate(given):
        for name, most in LENGTHS:
            if len(embed.get(name) or "") > most:
                told = f"Must be {most} or fewer in length."
                raise ApiError.invalid(f"embeds.{at}.{name}", "BASE_TYPE_MAX_LENGTH", told)
    if sum(_length(embed) for embed in given) > MAX_EMBED_TEXT:
        code = "MAX_EMBED_SIZE_EXCEEDED"
        raise ApiError.invalid("embeds", code, "Embed size exceeds maximum size of 6000")
    return tuple(_stored_embed(embed) for embed in given)


def _length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or ():
        texts += [field.get("name"), field.get("value")]
    return sum(len(text or "") for text in texts)


def _stored_embed(embed: Json) -> Json:
    stored = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
    if "fields" in stored:
        stored["fields"] = [{"inline": False, **field} for field in stored["fields"]]
    return stored


def files_of(call: Call, body: Json, kept: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The files of a body: those named in `attachments` that are kept, and what was uploaded."""
    described = {str(each["id"]): each for each in body.get("attachments") or ()}
    old = [file for file in kept if "attachments" not in body or file.id in described]
    new = []
    for name, upload in call.uploads.items():
        number = name.removeprefix("files[").rstrip("]")
        about = described.get(number, {})
        filename = str(about.get("filename") or upload.filename)
        made = Attachment(call.world.new_id(), filename, upload.data, upload.content_type)
        made.description = about.get("description")
        wanted = ("duration_secs", "waveform", "title")
        made.extra = {key: about[key] for key in wanted if about.get(key) is not None}
        new.append(made)
    _check_files([*old, *new])
    return (*old, *new)


def _check_files(files: Sequence[Attachment]) -> None:
    if len(files) > MAX_FILES:
        told = "Must be 10 or fewer in length."
        raise ApiError.invalid("attachments", "BASE_TYPE_MAX_LENGTH", told)
    if any(len(file.data) > MAX_FILE_BYTES for file in files):
        raise ApiError(413, 40005, "Request entity too large")


def _reference(context: Context, given: Json | None) -> tuple[int, Json | None, tuple[Json, ...]]:
    if not given:
        return 0, None, ()
    world = context.call.world
    place = world.find_channel(str(given.get("channel_id") or context.channel.id))
    target = place.messages.get(str(given.get("message_id")))
    if target is None:
        if given.get("fail_if_not_exists", True) or given.get("type") == 1:
            code = "REPLIES_UNKNOWN_MESSAGE"
            raise ApiError.invalid("message_reference", code, "Unknown message")
        return 0, None, ()
    made = reference(place, target.id)
    if given.get("type") == 1:
        return 0, made | {"type": 1}, ({"message": content_json(world, target)},)
    return REPLY, made, ()


def _mentions(context: Context, content: str, body: Json, place: Json | None) -> tuple[str, ...]:
    allowed: Any = body.get("allowed_mentions")
    named = MENTION.findall(content)
    if allowed is not None and "users" not in (allowed.get("parse") or ()):
        listed = {str(user) for user in allowed.get("users") or ()}
        named = [user for user in named if user in listed]
    replied = allowed is None or allowed.get("replied_user", False)
    if place and replied and place["type"] == 0:
        origin = context.call.world.find_channel(place["channel_id"])
        named.append(origin.messages[place["message_id"]].author.id)
    return tuple(user for user in named if user in context.call.world.users)


def _nonce(body: Json) -> str | int | None:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > MAX_NONCE:
        raise ApiError.invalid("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
    return nonce if isinstance(nonce, str | int) else None
