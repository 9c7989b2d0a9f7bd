"""What one host writes the other reads, whatever a person or a model has put into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engines.elsewhere.conftest import PLACE, space

from carrel.core.events import ApprovalAsked, FileOffered, TurnEnded, Wrote
from carrel.core.grants import Pattern
from carrel.core.messages import File
from carrel.core.model import (
    Approval,
    Attachment,
    Material,
    MessageId,
    Option,
    Prompt,
    Question,
    ResumeToken,
    Turn,
    TurnId,
    Usage,
    Verdict,
)
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.frames import Frame, read, write
from carrel.ports.engine import Context, Delivered, EngineSpec

ANY_TEXT = st.text(st.characters(codec=None))
TURN = TurnId("console:1#1")


def values(tmp_path):
    file = Attachment("a.txt", "text/plain", 3, "ref")
    words = Material("reply", "eve", "said before")
    prompt = Prompt(MessageId("x/1"), PLACE, "ada", "hi", (file,), material=(words,))
    asked = Approval(
        "1",
        TURN,
        "Bash",
        "ls",
        "ls -l",
        "/work",
        "d",
        questions=(Question("Which?", (Option("a"),), many=True),),
        verdict=Verdict("allow", answers=(("a",),), mode="edit"),
        wanted=(Pattern("Bash", ("ls",)),),
    )
    spec = EngineSpec(space(tmp_path), ResumeToken("claude", "1", "/work"), "ask", None, "Be kind")
    delivered = Delivered(prompt, ((file, tmp_path),))
    return (
        frames.Open(spec),
        frames.Begin(Turn(TURN, (prompt,)), (delivered,), frozenset("c")),
        frames.Contents(Context(1, 2, (("tools", 1),))),
        frames.Listed((("compact", "Makes room."),)),
        frames.Failed("no", refused=True),
        ApprovalAsked(TURN, asked),
        FileOffered(TURN, "call", File("a", "text/plain", 1, "/outbox/a")),
        TurnEnded(TURN, "limit", "", (MessageId("x/1"),), Usage(1.5, 2), None, 3.0, resets_at=9.0),
    )


def test_each_kind_of_value_comes_as_it_was_sent(tmp_path) -> None:
    for value in values(tmp_path):
        frame = Frame(value, 3, 4)
        assert read(write(frame)) == frame
        assert type(read(write(frame)).value) is type(value)


def test_what_is_round_a_conversation_comes_too() -> None:
    begun = Frame(
        frames.Begin(Turn(TURN, (Prompt(MessageId("1"), PLACE, "a", "b"),)), (), frozenset())
    )
    assert read(write(begun)).value.turn.conversation.direct  # fmt: skip


@given(ANY_TEXT)
def test_any_text_passes(text: str) -> None:
    """Also what is no text in Unicode: an engine may write it."""
    frame = Frame(Wrote(TURN, text))
    assert read(write(frame)) == frame


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: repr(v).encode()))
def test_what_is_no_frame_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(data)


@pytest.mark.parametrize(
    "said",
    [
        b'{"number": 1, "live": 1, "kind": "Prompted", "fields": {}}',
        b'{"number": 1, "live": 1, "kind": "Wrote", "fields": {"turn": 1}}',
        b'{"live": 1, "kind": "Bye", "fields": {}}',
        b'{"number": [], "live": 1, "kind": "Bye", "fields": {}}',
        b"[" * 100_000,
    ],
)
def test_a_frame_of_another_version_is_a_value_error(said: bytes) -> None:
    with pytest.raises(ValueError, match="no frame"):
        read(said)
