"""A turn of which nothing is heard is no secret, and a person can have it begun anew."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import KEY, PLACE, bodies, prompt, run

from carrel.core.effects import CloseEngine, Settle
from carrel.core.events import AgainAsked, Prompted, Stalled, Stirred
from carrel.core.messages import Gone, Menu, Notice
from carrel.core.model import Approval, MessageId, TurnId
from carrel.core.session import step
from carrel.core.stalling import AGAIN, NOTHING

TURN, COMMAND = TurnId(f"{KEY}#1"), MessageId("console/c")
WORKING, _ = run(Prompted(prompt(1)))
QUIET = Stalled(TURN, 300.0)


def test_silence_is_said_with_what_can_be_done() -> None:
    """spec: 18.3"""
    after, effects = step(WORKING, QUIET)
    assert after == WORKING
    (menu,) = bodies(effects, Menu)
    assert "5 min" in menu.text
    assert dict(menu.options) == {"Begin anew": "/again", "Stop": "/stop"}


def test_what_is_heard_again_takes_the_word_back() -> None:
    _, told = step(WORKING, QUIET)
    _, effects = step(WORKING, Stirred(TURN))
    assert bodies(effects, Gone) == [Gone()]
    assert effects[0].outbound.nonce == told[0].outbound.nonce


def test_silence_that_is_no_wonder_is_not_said() -> None:
    asking = Approval("a", TURN, "Bash", "Run", "ls", "/w", "0f")
    for session in (
        run()[0],
        replace(WORKING, turn=replace(WORKING.turn, stopping="stop")),
        replace(WORKING, approvals=(asking,)),
        replace(WORKING, turn=replace(WORKING.turn, id=TurnId("other#1"))),
    ):
        assert step(session, QUIET) == (session, ())


def test_begun_anew_lets_go_of_the_engine_and_the_turn_is_tried_again() -> None:
    """spec: 18.3"""
    after, effects = step(WORKING, AgainAsked(COMMAND, PLACE))
    assert after == WORKING
    assert CloseEngine() in effects
    assert Settle(COMMAND, "done") in effects
    assert [n.text for n in bodies(effects, Notice)] == [AGAIN]


def test_where_nothing_runs_nothing_is_begun_anew() -> None:
    for session in (run()[0], replace(WORKING, turn=replace(WORKING.turn, stopping="stop"))):
        after, effects = step(session, AgainAsked(COMMAND, PLACE))
        assert (after, CloseEngine() in effects) == (session, False)
        assert [n.text for n in bodies(effects, Notice)] == [NOTHING]
