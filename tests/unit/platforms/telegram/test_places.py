"""Chats and topics are conversations; a group that moves keeps its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.core.model import Conversation
from carrel.platforms.telegram.places import FILE, Places, Spot
from carrel.ports.platform import Refusal


def said(chat: int, kind: str = "supergroup", **more: object) -> dict[str, object]:
    return {"chat": {"id": chat, "type": kind}, **more}


def test_a_chat_and_a_topic_are_conversations(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.conversation(said(-100)).address == "telegram:-100"
    topic = places.conversation(said(-100, message_thread_id=7, is_topic_message=True))
    assert topic.address == "telegram:-100:7"
    assert topic.addresses == ("telegram:-100:7", "telegram:-100")
    assert places.spot(topic) == Spot(-100, 7)


def test_a_thread_of_replies_is_no_topic(tmp_path: Path) -> None:
    assert Places(tmp_path).conversation(said(-100, message_thread_id=7)).thread is None


def test_a_private_chat_is_direct(tmp_path: Path) -> None:
    assert Places(tmp_path).conversation(said(42, "private")).direct


@pytest.mark.parametrize(
    "place",
    [
        Conversation("discord", "1"),
        Conversation("telegram", "a"),
        Conversation("telegram", "0"),
        Conversation("telegram", "1", "x"),
    ],
)
def test_other_places_are_refused(tmp_path: Path, place: Conversation) -> None:
    with pytest.raises(Refusal):
        Places(tmp_path).spot(place)


def test_a_group_that_moves_keeps_its_conversation(tmp_path: Path) -> None:
    places = Places(tmp_path)
    before = places.conversation(said(-5))
    places.move(-5, -1005)
    for known in (places, Places(tmp_path)):
        assert known.conversation(said(-1005)) == before
        assert known.spot(before) == Spot(-1005)
    places.move(-1005, -1006)
    assert Places(tmp_path).spot(before) == Spot(-1006)


def test_a_broken_file_is_told_and_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[1]")
    assert Places(tmp_path).spot(Conversation("telegram", "5")) == Spot(5)


def test_a_move_that_cannot_be_written_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder must be")
    places = Places(tmp_path / "taken")
    with pytest.raises(Unavailable):
        places.move(-5, -1005)
    assert places.spot(Conversation("telegram", "-5")) == Spot(-5)
