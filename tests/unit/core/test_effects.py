"""Records are saved before deeds are done: the two halves of an answer of `step`."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.effects import (
    CloseEngine,
    Deed,
    Effect,
    InterruptTurn,
    Pause,
    Record,
    Remember,
    Settle,
    WakeAt,
    deeds,
    records,
)
from carrel.core.model import MessageId, TurnId

EFFECTS = st.sampled_from(
    [
        Remember(None),
        Pause(1.0),
        Settle(MessageId("fake/1"), "done"),
        CloseEngine(),
        WakeAt(1.0),
        InterruptTurn(TurnId("fake:a#1")),
    ]
)


@given(st.lists(EFFECTS).map(tuple))
def test_every_effect_is_in_one_half_and_in_its_order(effects: tuple[Effect, ...]) -> None:
    saved, done = records(effects), deeds(effects)
    assert len(saved) + len(done) == len(effects)
    assert saved == tuple(e for e in effects if e in saved)
    assert done == tuple(e for e in effects if e in done)
    assert not set(map(type, saved)) & set(map(type, done))


def test_no_effect_is_both() -> None:
    assert not set(get_args(Record)) & set(get_args(Deed))
    assert set(get_args(Effect)) == {*get_args(Record), *get_args(Deed)}
