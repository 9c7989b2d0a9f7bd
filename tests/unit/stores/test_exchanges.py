"""What was asked and answered, put together from rows. spec: 20.3"""

from __future__ import annotations

from carrel.core.handing_over import Exchange
from carrel.core.messages import Answer, Gone, Inbound
from carrel.core.model import Conversation, Sender, TurnId
from carrel.stores.exchanges import exchanged

HERE = Conversation("fake", "a")
ONE, TWO = TurnId("fake:a#1"), TurnId("fake:a#2")
SAID = {ONE: [Answer("first"), Answer("second"), Gone()], TWO: []}


def said(name: str, text: str) -> Inbound:
    return Inbound("fake", name, HERE, Sender("fake", name, name), text)


def test_what_was_answered_together_is_one_and_what_was_not_tells_nothing() -> None:
    asked = [(ONE, said("Ada", "a")), (ONE, said("Bob", "b")), (TWO, said("Cy", "c"))]
    assert exchanged([*asked, (None, said("Di", "d"))], SAID.__getitem__) == (
        Exchange("Ada", "a\nb", "first\nsecond"),
    )
