"""An Inbound's name is its own for ever."""

from __future__ import annotations

from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender


def inbound(source: str, identity: str) -> Inbound:
    place = Conversation("fake", "a")
    return Inbound(source, identity, place, Sender("fake", "ada", "Ada"), "hello")


def test_the_same_id_from_two_accounts_is_two_messages() -> None:
    """spec: 2.2"""
    assert inbound("discord:1", "7").message_id == "discord:1/7"
    assert inbound("discord:1", "7").message_id != inbound("discord:2", "7").message_id
