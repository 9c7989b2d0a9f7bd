from __future__ import annotations

from carrel.core import aside
from carrel.core.messages import Gone, Mark, Notice
from carrel.core.model import Conversation, MessageId, TurnId

A, B = Conversation("fake", "a"), Conversation("fake", "b")


def test_each_message_gets_its_sign_and_each_place_one_word() -> None:
    """spec: 18.2"""
    messages = [(MessageId("fake/1"), A), (MessageId("fake/2"), A), (MessageId("fake/3"), B)]
    told = aside.told(messages, [TurnId("fake:a#4")], "It broke.")
    signs = [(o.body.message, o.body.sign) for o in told if isinstance(o.body, Mark)]
    assert signs == [("fake/1", "failed"), ("fake/2", "failed"), ("fake/3", "failed")]
    words = [(o.nonce, o.conversation, o.body.tone) for o in told if isinstance(o.body, Notice)]
    assert words == [("fake/1.aside", A, "error"), ("fake/3.aside", B, "error")]
    assert {o.nonce for o in told if isinstance(o.body, Gone)} == {"fake:a#4.card"}


def test_nothing_open_is_nothing_said() -> None:
    assert aside.told([], [TurnId("fake:a#4")], "It broke.") == ()
