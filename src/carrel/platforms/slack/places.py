"""Where things are said on Slack: channels, threads, direct messages, as conversations and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from carrel.core.model import Conversation
from carrel.ports.platform import Refusal

Json = Mapping[str, Any]

NAME = "slack"
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
_STAMP = re.compile(r"\d+\.\d+")
_SAID = re.compile(r"([CDG][A-Z0-9]{2,})\.(\d+\.\d+)")


def is_direct(channel: str) -> bool:
    """Whether one person speaks there with the bot alone."""
    return channel.startswith("D")


def conversation(channel: str, message: Json, team: str) -> Conversation:
    """Where a message stands: in a thread, if it answers another one."""
    thread = message.get("thread_ts")
    within = None if thread in (None, message.get("ts")) else str(thread)
    return place(channel, within, team)


def place(channel: str, thread: str | None, team: str) -> Conversation:
    """A channel, or a thread of it, in its workspace."""
    return Conversation(NAME, channel, thread, within=(team,), direct=is_direct(channel))


def spot(conversation: Conversation) -> tuple[str, str | None]:
    """The channel and the thread to write to. Refusal where they are not Slack's."""
    channel, thread = conversation.channel, conversation.thread
    strange = thread is not None and not _STAMP.fullmatch(thread)
    if conversation.platform != NAME or strange or not _CHANNEL.fullmatch(channel):
        raise Refusal("this conversation is not Slack's")
    return channel, thread


def name_of(channel: str, stamp: str) -> str:
    """What a message is called: its stamp is only its channel's."""
    return f"{channel}.{stamp}"


def said(name: str) -> tuple[str, str] | None:
    """The channel and the stamp of a message by its name; None for what is no message."""
    found = _SAID.fullmatch(name.rpartition("/")[2])
    return (found[1], found[2]) if found else None
