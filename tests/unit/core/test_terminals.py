"""What a terminal keeps from happening, and how it is shown. spec: 16.1"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, prompt

from carrel.core import terminals
from carrel.core.effects import (
    EndTerminal,
    Lend,
    OpenTerminal,
    Settle,
    StartTurn,
    WakeAt,
    WatchTerminal,
)
from carrel.core.events import (
    Expected,
    ForgetAsked,
    Inquired,
    NewAsked,
    Prompted,
    Restored,
    ResumeAsked,
    Woken,
)
from carrel.core.messages import Menu, Notice
from carrel.core.model import MessageId, Past, Session, Terminal
from carrel.core.session import step

COMMAND = MessageId("console/c")
WAITS = Session(KEY, resume=TOKEN, terminal=Terminal(PLACE, 50_520.0))
LENT, _ = terminals.lend(WAITS, 50_520.0)


def test_it_is_lent_with_a_card_and_the_way_back() -> None:
    lent, effects = terminals.lend(WAITS, 50_400.0)
    terminal = Terminal(PLACE, 50_520.0, begun=True)
    assert lent.terminal == terminal
    assert (effects[0], effects[-1]) == (Lend(terminal), OpenTerminal(PLACE, TOKEN))
    (card,) = bodies(effects, Menu)
    assert card == Menu(
        "Continued in a terminal since 14:02 UTC.", (("Take it back", "/handoff back"),)
    )


def test_a_pause_ends_in_its_time_though_a_terminal_has_the_conversation() -> None:
    _, effects = step(replace(LENT, paused_until=60_000.0), Restored(50_600.0))
    assert WakeAt(60_000.0) in effects


@pytest.mark.parametrize("event", [Prompted(prompt(1)), Expected(PLACE), Woken(99.0)])
def test_nothing_begins_meanwhile(event: object) -> None:
    after, effects = step(LENT, event)
    assert after.turn is None
    assert not [e for e in effects if isinstance(e, StartTurn)]
    assert not [e for e in effects if type(e).__name__ == "WarmEngine"]


@pytest.mark.parametrize(
    "event",
    [
        NewAsked(COMMAND, PLACE, "Ada"),
        ResumeAsked(COMMAND, PLACE, "old", 1.0),
        ForgetAsked(COMMAND, PLACE, sure=True),
        Inquired(COMMAND, PLACE, "worktree", "discard"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_would_pull_the_ground_away_is_refused(event: object) -> None:
    before = replace(LENT, past=(Past(replace(TOKEN, value="old"), "", 1.0),))
    after, effects = step(before, event)
    assert after == before
    assert effects[0] == Settle(COMMAND, "done")
    assert bodies(effects, Notice) == [Notice(terminals.ELSEWHERE, reply_to=COMMAND)]


def test_after_a_restart_it_is_watched_and_told_again_to_leave() -> None:
    """spec: 16.4"""
    assert step(LENT, Restored(9.0)) == (LENT, (WatchTerminal(50_520.0),))
    ending, effects = terminals.end(LENT)
    assert effects == (Lend(ending.terminal), EndTerminal())
    assert step(ending, Restored(9.0))[1] == (WatchTerminal(50_520.0), EndTerminal())


def test_where_there_is_none_nothing_is_lent_or_ended() -> None:
    bare = Session(KEY)
    assert terminals.lend(bare, 1.0) == (bare, ())
    assert terminals.end(bare) == (bare, ())
