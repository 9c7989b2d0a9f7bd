from __future__ import annotations

from carrel.core.model import TurnId
from carrel.stores.prompts import answer_prefix, answers_given

TURN = TurnId("k#1")


def test_answers_are_counted_by_part() -> None:
    nonces = ("k#1.answer.0.0", "k#1.answer.0.1", "k#1.answer.1", "k#1.card", "k#11.answer.7.0")
    assert answers_given(TURN, nonces) == 2
    assert answers_given(TURN, ()) == 0


def test_a_prefix_is_of_one_turn() -> None:
    assert not "k#11.answer.0".startswith(answer_prefix(TURN))
