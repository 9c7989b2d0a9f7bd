from __future__ import annotations

import pytest
from claude_agent_sdk import types as sdk
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.events import Compacted
from carrel.core.model import TurnId
from carrel.engines.claude.window import by_itself, contents, summed_up
from carrel.ports.engine import Context

TURN = TurnId("k#1")
TOLD = {
    "categories": [
        {"name": "Skills", "tokens": 20, "kind": "used"},
        {"name": "Messages", "tokens": 300, "kind": "used"},
        {"name": "Free space", "tokens": 600, "kind": "free"},
    ],
    "totalTokens": 320,
    "rawMaxTokens": 1000,
    "isAutoCompactEnabled": True,
    "autoCompactThreshold": 967,
}
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers() | st.none())
TREES = st.dictionaries(
    st.sampled_from([*TOLD, "compact_metadata"]), VALUES | st.dictionaries(st.text(), VALUES)
)


def boundary(trigger: str) -> sdk.SystemMessage:
    metadata = {"trigger": trigger, "pre_tokens": 98_000, "post_tokens": 2_500}
    return sdk.SystemMessage(subtype="compact_boundary", data={"compact_metadata": metadata})


def test_what_is_in_the_window() -> None:
    parts = (("Messages", 300), ("Skills", 20))
    assert contents(TOLD) == Context(320, 1000, parts, 967)
    assert contents({**TOLD, "isAutoCompactEnabled": False}).compacts_at is None
    assert contents({}) is None


@pytest.mark.parametrize(
    ("trigger", "events", "told"),
    [
        ("auto", (Compacted(TURN, 98_000, 2_500),), ""),
        ("manual", (), "Summed up: 98,000 tokens are 2,500 now."),
    ],
)
def test_a_boundary_is_an_event_or_an_answer(trigger, events, told) -> None:
    message = boundary(trigger)
    assert by_itself(TURN, message.data) == events
    assert summed_up(message) == told
    assert summed_up(sdk.SystemMessage(subtype="init", data={})) == ""


@given(TREES)
def test_whatever_is_told_breaks_nothing(told: dict[str, object]) -> None:
    contents(told)
    by_itself(TURN, told)
    summed_up(sdk.SystemMessage(subtype="compact_boundary", data=told))
