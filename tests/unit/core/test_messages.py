"""An Inbound's name is its own for ever."""

from __future__ import annotations

from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Conversation, Prompt, Sender


def inbound(source: str, identity: str) -> Inbound:
    place = Conversation("fake", "a")
    return Inbound(source, identity, place, Sender("fake", "ada", "Ada"), "hello")


def test_the_same_id_from_two_accounts_is_two_messages() -> None:
    """spec: 2.2"""
    assert inbound("discord:1", "7").message_id == "discord:1/7"
    assert inbound("discord:1", "7").message_id != inbound("discord:2", "7").message_id


def test_a_prompt_is_what_a_session_keeps_of_a_message() -> None:
    place, files = Conversation("discord", "1"), (Attachment("a", "b", 1, "r"),)
    heard = Inbound("d", "9", place, Sender("discord", "7", "ann"), "hi", files, at=3.0)
    kept = Prompt(heard.message_id, place, "ann", "hi", files, "steer", 3.0, person="discord:7")
    assert heard.prompt("steer") == kept
