"""Prompts with what was attached to them. spec: 8.5"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from carrel.core.errors import Refused
from carrel.core.model import Attachment, Conversation, MessageId, Prompt, SessionKey
from carrel.runtime.delivering import NO_EARS, delivered
from carrel.testing.house import PlainWorkspaces, RecordingPlatform

FILE = Attachment("a.txt", "text/plain", 1, "ref")
VOICE = Attachment("v.ogg", "audio/ogg", 1, "ref", voice=True)
KEY = SessionKey("fake:a")


def prompt(*attachments: Attachment) -> Prompt:
    return Prompt(MessageId("fake/1"), Conversation("fake", "a"), "Ada", "look", attachments)


class Ears:
    async def transcribe(self, _path):
        return "spoken"


@pytest.fixture
def tools(tmp_path):
    platforms = {"fake": RecordingPlatform()}
    return SimpleNamespace(workspaces=PlainWorkspaces(tmp_path), platforms=platforms, voice=Ears())


async def test_files_are_named_and_voices_are_words(tools) -> None:
    bare = await delivered(prompt(), KEY, tools)
    assert (bare.prompt, bare.files) == (prompt(), ())
    whole = await delivered(prompt(FILE, VOICE), KEY, tools)
    assert whole.prompt.text == "look\nspoken"
    ((attachment, path),) = whole.files
    assert (attachment, path.name) == (FILE, "a.txt")


async def test_without_ears_it_is_said(tools) -> None:
    tools.voice = None
    with pytest.raises(Refused, match="voice"):
        await delivered(prompt(VOICE), KEY, tools)
    assert "write it" in NO_EARS
