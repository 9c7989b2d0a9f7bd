"""What people are told of a session whose files are mirrored. spec: 21.14 21.16"""

from __future__ import annotations

from dataclasses import replace

from carrel.core import mirrored
from carrel.core.model import Conversation, MessageId, Prompt, Session, SessionKey, Turn, TurnId

HERE, THERE = Conversation("console", "a"), Conversation("console", "b")
CALM = Session(SessionKey("console:a"), turns=3, away="alpha-1a2b")


def prompt(place: Conversation) -> Prompt:
    return Prompt(MessageId("console/p"), place, "Ada", "x", at=1.0)


def test_it_is_said_where_somebody_waits() -> None:
    assert mirrored.place_of(CALM) is None
    waits = replace(CALM, waiting=(prompt(THERE), prompt(HERE)))
    assert mirrored.place_of(waits) == THERE
    turn = Turn(TurnId("console:a#3"), (prompt(HERE),))
    assert mirrored.place_of(replace(waits, turn=turn)) == HERE
    assert mirrored.place_of(replace(waits, turn=replace(turn, prompts=()))) == THERE


def test_it_names_the_host_and_each_claim_says_it_once() -> None:
    said, again = (mirrored.brought(CALM, HERE, 7).outbound for _ in range(2))
    assert said == again
    assert "were on alpha-1a2b." in said.body.text
    assert mirrored.brought(CALM, HERE, 8).outbound.nonce != said.nonce


def test_what_is_not_mirrored_says_why_and_what_comes_of_it() -> None:
    said = mirrored.stays(CALM, HERE, "Its files cannot be mirrored.", 7).outbound
    assert said.body.text.startswith("Its files cannot be mirrored. While another host leads")
    assert said.body.tone == "warning"
    later = mirrored.stays(replace(CALM, turns=4), HERE, "Its files cannot be mirrored.", 7)
    assert later.outbound.nonce != said.nonce
