"""A session whose files are on another host. spec: 21.7"""

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core import away
from carrel.core.effects import Lend, Rehome, Remember, Say, Settle, StartTurn, Unshelve
from carrel.core.events import (
    Lingered,
    NewAsked,
    Prompted,
    RebuildAsked,
    Restored,
    StatusAsked,
    StopAsked,
    Told,
)
from carrel.core.messages import Menu
from carrel.core.model import (
    Conversation,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    Terminal,
    Turn,
    TurnId,
)
from carrel.core.queueing import MAX_WAITING
from carrel.core.session import step

HERE, COMMAND = Conversation("console", "a"), MessageId("console/c")
TOKEN = ResumeToken("scripted", "token-one", "/")
WHERE = "The files of this session are on alpha-1a2b, which is gone"
REBUILD = RebuildAsked(COMMAND, HERE, 9.0)


def prompt(number: int) -> Prompt:
    return Prompt(MessageId(f"console/p{number}"), HERE, "Ada", "x", at=float(number))


IDLE = Session(SessionKey("console:a"), turns=1, resume=TOKEN, past=(Past(TOKEN, "", 1.0),))
CALM = replace(IDLE, away="alpha-1a2b")
TURN = Turn(TurnId("console:a#1"), (prompt(1),), started_at=1.0)
AWAY = replace(CALM, turn=TURN, waiting=(prompt(2),))


def cards(effects) -> list[tuple[str, Menu]]:
    said = [e.outbound for e in effects if isinstance(e, Say)]
    return [(one.nonce, one.body) for one in said if ".away." in one.nonce]


def test_after_the_take_over_people_are_told_whose_host_is_gone_and_nothing_starts() -> None:
    after, effects = step(AWAY, Restored(5.0))
    assert after == AWAY
    ((nonce, menu),) = cards(effects)
    assert menu.text.startswith(WHERE)
    assert menu.text.endswith("2 waiting.")
    assert menu.options == (away.BEGIN,)
    again = cards(step(after, Restored(6.0))[1])
    assert again == [(nonce, menu)], "the same card, so that no second one is shown"


def test_where_nothing_waits_nobody_is_told_before_somebody_speaks() -> None:
    calm, effects = step(CALM, Restored(5.0))
    assert not cards(effects)
    after, effects = step(calm, Prompted(prompt(1)))
    assert [p.id for p in after.waiting] == ["console/p1"]
    assert not [e for e in effects if isinstance(e, StartTurn)]
    ((_, menu),) = cards(effects)
    assert menu.text.endswith("1 waiting.")
    assert step(after, Prompted(prompt(1))) == (after, ()), "once"
    assert step(after, Lingered(5.0)) == (after, ())


def test_too_many_are_refused_as_ever() -> None:
    full = replace(CALM, waiting=tuple(prompt(n) for n in range(MAX_WAITING)))
    after, effects = step(full, Prompted(prompt(99)))
    assert after == full
    assert Settle(MessageId("console/p99"), "failed") in effects


@pytest.mark.parametrize(
    "event", [StopAsked(COMMAND, HERE, "Ada"), NewAsked(COMMAND, HERE, "Ada", 5.0)]
)
def test_what_needs_the_files_is_answered_with_where_they_are(event) -> None:
    after, effects = step(AWAY, event)
    assert after == AWAY
    assert Settle(COMMAND, "done") in effects
    assert WHERE in said(effects)


def said(effects) -> str:
    return " ".join(getattr(e.outbound.body, "text", "") for e in effects if isinstance(e, Say))


def test_status_says_so_and_what_is_only_told_is_told() -> None:
    assert WHERE in said(step(AWAY, StatusAsked(COMMAND, HERE))[1])
    assert "without its files" in said(step(AWAY, StatusAsked(COMMAND, HERE))[1])
    assert said(step(AWAY, Told(COMMAND, HERE, "well"))[1]) == "well"


def test_begun_anew_it_does_what_was_under_way_with_nothing_of_what_was() -> None:
    after, effects = step(replace(AWAY, resume=TOKEN), REBUILD)
    (start,) = [e for e in effects if isinstance(e, StartTurn)]
    assert start.resume is None
    assert start.turn.attempt == AWAY.turn.attempt + 1
    assert (after.away, after.resume, after.past, after.waiting) == ("", None, (), AWAY.waiting)
    for record in (Rehome(), Remember(None), Unshelve(None), Settle(COMMAND, "done")):
        assert record in effects
    ((_, menu),) = cards(effects)
    assert menu.options == (), "nothing is left to be pressed"


def test_begun_anew_while_nothing_runs_it_takes_what_waits() -> None:
    after, effects = step(replace(CALM, waiting=(prompt(1),)), REBUILD)
    assert after.turn.prompts == (prompt(1),)
    assert [e for e in effects if isinstance(e, StartTurn)]
    after, effects = step(CALM, REBUILD)
    assert (after.away, after.turn) == ("", None)
    assert not cards(effects)


def test_begun_anew_no_terminal_has_it_any_more() -> None:
    lent = replace(CALM, terminal=Terminal(HERE, 1.0, begun=True))
    after, effects = step(lent, REBUILD)
    assert after.terminal is None
    assert Lend(None) in effects


def test_a_button_that_is_pressed_late_begins_nothing() -> None:
    after, effects = step(IDLE, REBUILD)
    assert after == IDLE
    assert said(effects) == away.NOTHING_AWAY
