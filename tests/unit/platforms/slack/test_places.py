"""Places and names, there and back."""

from __future__ import annotations

import pytest

from carrel.core.model import Conversation
from carrel.platforms.slack import places
from carrel.ports.platform import Refusal


@pytest.mark.parametrize(
    ("channel", "message", "address"),
    [
        ("C012", {"ts": "1.2"}, "slack:C012"),
        ("C012", {"ts": "1.2", "thread_ts": "1.2"}, "slack:C012"),
        ("C012", {"ts": "1.3", "thread_ts": "1.2"}, "slack:C012:1.2"),
        ("D012", {"ts": "1.3", "thread_ts": "1.2"}, "slack:D012:1.2"),
    ],
)
def test_a_message_stands_in_its_thread(channel: str, message: dict, address: str) -> None:
    place = places.conversation(channel, message, "T1")
    assert place.address == address
    assert place.direct is (channel[0] == "D")
    assert place.addresses[-1] == "slack:T1"
    assert places.spot(place) == (channel, place.thread)


@pytest.mark.parametrize(
    "place",
    [
        Conversation("telegram", "C012"),
        Conversation("slack", "../x"),
        Conversation("slack", "C012", "x"),
    ],
)
def test_a_strange_place_is_refused(place: Conversation) -> None:
    with pytest.raises(Refusal):
        places.spot(place)


def test_a_message_is_found_by_its_name() -> None:
    assert places.said(f"slack:T1/{places.name_of('C012', '1.2')}") == ("C012", "1.2")
    assert places.said("slack:T1/press.U012.choice.0.1.2") is None
