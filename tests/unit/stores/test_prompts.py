from __future__ import annotations

from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Conversation, Prompt, Sender, TurnId
from carrel.stores.prompts import answer_prefix, answers_given, prompt_of

TURN = TurnId("k#1")
HERE = Conversation("discord", "1")


def test_a_prompt_is_what_a_session_keeps_of_a_message() -> None:
    files = (Attachment("a", "b", 1, "r"),)
    heard = Inbound("d", "9", HERE, Sender("discord", "7", "ann"), "hi", files, at=3.0)
    assert prompt_of(heard, "steer") == Prompt(
        heard.message_id, HERE, "ann", "hi", files, "steer", 3.0
    )


def test_answers_are_counted_by_part() -> None:
    nonces = ("k#1.answer.0.0", "k#1.answer.0.1", "k#1.answer.1", "k#1.card", "k#11.answer.7.0")
    assert answers_given(TURN, nonces) == 2
    assert answers_given(TURN, ()) == 0


def test_a_prefix_is_of_one_turn() -> None:
    assert not "k#11.answer.0".startswith(answer_prefix(TURN))
