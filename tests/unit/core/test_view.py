"""What people see: the card, the parts of an answer, and the words below it."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core import view
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    EngineEvent,
    FileOffered,
    Thought,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Waited,
    Wrote,
)
from carrel.core.messages import Action, Answer, File, Notice, Outbound, Progress
from carrel.core.model import Approval, Conversation, Prompt, Session, Turn, TurnId, Usage
from carrel.core.view import (
    SHOWN_ACTIONS,
    SHOWN_TEXT,
    duration,
    fold,
    footer,
    mark,
    paused,
    present,
    status,
)

T = TurnId("fake:a#1")
PLACE = Conversation("fake", "a")
PROMPT = Prompt("fake/1", PLACE, "Ada", "hello")
APPROVAL = Approval("ap1", T, "Bash", "Run", "ls", "/w", "d")
FILE = File("a.txt", "text/plain", 3, "/w/a.txt")


def card(*events: EngineEvent) -> Progress:
    return reduce(fold, events, Progress(T, started_at=5.0))


def test_text_grows_until_a_tool_ends_it() -> None:
    assert card(Wrote(T, "Let me "), Wrote(T, "look.")).text == "Let me look."
    assert card(Wrote(T, "Let me look."), ToolStarted(T, "1", "Read", "a.md")).text == ""


def test_a_tool_is_a_line_that_changes() -> None:
    started = card(ToolStarted(T, "1", "Read", "a.md"), ToolStarted(T, "2", "Bash", "make"))
    assert started.step == 2
    assert started.actions == (Action("1", "Read", "a.md"), Action("2", "Bash", "make"))
    both = reduce(fold, [ToolEnded(T, "2", ok=False), ToolEnded(T, "1", ok=True)], started)
    assert [action.state for action in both.actions] == ["done", "failed"]
    assert both.step == 2


def test_only_the_newest_actions_are_shown() -> None:
    shown = card(
        *(ToolStarted(T, str(n), "Read", "") for n in range(9)), ToolEnded(T, "0", ok=True)
    )
    assert [action.id for action in shown.actions] == ["4", "5", "6", "7", "8"]
    assert len(shown.actions) == SHOWN_ACTIONS
    assert shown.step == 9


@pytest.mark.parametrize(
    ("event", "state", "note"),
    [
        (Wrote(T, "x"), "working", ""),
        (Thought(T), "thinking", ""),
        (ToolStarted(T, "1", "Read", ""), "working", ""),
        (ToolEnded(T, "1", ok=True), "working", ""),
        (Waited(T, "The network is slow."), "retrying", "The network is slow."),
        (ApprovalAsked(T, APPROVAL), "asking", "waiting for your answer"),
    ],
)
def test_the_card_says_what_goes_on(event: EngineEvent, state: str, note: str) -> None:
    shown = card(Waited(T, "old"), event)
    assert (shown.state, shown.note, shown.started_at) == (state, note, 5.0)


def test_what_was_answered_or_sent_leaves_the_card() -> None:
    written = card(Wrote(T, "the answer"))
    assert fold(written, Answered(T, (), "x", Usage(), None)).text == ""
    assert fold(written, FileOffered(T, "1", FILE)).text == ""
    assert fold(written, TurnEnded(T, "done", "x", (), Usage(), None, 1.0)) == written


def test_the_card_is_bounded() -> None:
    """spec: 12.1"""
    shown = card(*(Wrote(T, "x" * 60_000) for _ in range(3)), Wrote(T, "end"))
    assert len(shown.text) == SHOWN_TEXT
    assert shown.text.endswith("end")


@given(st.lists(st.text("ab \n`", max_size=60), max_size=20).map("\n\n".join), st.integers(1, 300))
def test_an_answer_is_shown_in_parts_that_fit_with_their_footer(text: str, limit: int) -> None:
    """spec: 4.2"""
    below = "1 s"[: limit // 4]
    outbound = Outbound("t.answer.0", PLACE, Answer(text, below, PROMPT.id))
    parts = present(outbound, limit)
    assert [part.nonce for part in parts] == [f"t.answer.0.{n}" for n in range(len(parts))]
    assert all(len(part.body.text) + len(part.body.footer) <= limit for part in parts)
    assert [part.body.footer for part in parts] == [""] * (len(parts) - 1) + [below]
    replies = [part.body.reply_to for part in parts]
    assert replies == [PROMPT.id] + [None] * (len(parts) - 1)
    assert {part.conversation for part in parts} == {PLACE}


def test_a_very_long_answer_is_its_beginning_and_goes_along_as_a_file() -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "x" * 80 for n in range(40))
    (shown,) = present(Outbound("t.answer.0", PLACE, Answer(text, "8 s", PROMPT.id)), 500, 2000)
    assert shown.nonce == "t.answer.0.0"
    assert (shown.body.whole, shown.body.footer, shown.body.reply_to) == (text, "8 s", PROMPT.id)
    assert shown.body.text.startswith("Paragraph 0.")
    assert f"{len(text):,} characters" in shown.body.text
    assert len(shown.body.text) + len(shown.body.footer) <= 500


def test_tables_are_drawn_where_a_platform_draws_none() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    outbound = Outbound("t.answer.0", PLACE, Answer(table))
    (kept,), (drawn,) = present(outbound, 500), present(outbound, 500, tables=False)
    assert kept.body.text == table
    assert drawn.body.text.startswith("```")


def test_what_is_no_answer_is_shown_as_it_is() -> None:
    outbound = Outbound("n", PLACE, Notice("x" * 100))
    assert present(outbound, 100) == (outbound,)


def test_a_notice_that_is_too_long_is_cut_rather_than_refused() -> None:
    (cut,) = present(Outbound("n", PLACE, Notice("x" * 101, "error")), 100)
    assert cut.body == Notice("x" * 99 + "…", "error")


@pytest.mark.parametrize(
    ("usage", "note", "text"),
    [
        (Usage(), "", "0 s"),
        (Usage(seconds=8.4, model="opus"), "", "8 s · opus"),
        (
            Usage(seconds=150, context=0.714, cost=0.042, model="opus"),
            "stopped",
            "stopped · 2 min 30 s · 71 % context · opus · $0.04",
        ),
        (Usage(seconds=1, context=0.0), "", "1 s · 0 % context"),
    ],
)
def test_the_footer_says_what_is_known(usage: Usage, note: str, text: str) -> None:
    assert footer(usage, note) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (150, "2 min 30 s"),
        (3599.9, "1 h 0 min"),
        (3900, "1 h 5 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_pause_names_its_end_in_utc() -> None:
    """spec: 8.3"""
    assert paused(3_600.0 * 25, 2) == (
        "The usage limit is reached. Paused until 02 Jan, 01:00 UTC; 2 waiting, nothing is lost."
    )


def test_the_status_says_what_goes_on() -> None:
    idle = Session("fake:a", turns=3)
    turn = Turn(T, (PROMPT,))
    busy = Session("fake:a", turn=turn, waiting=(PROMPT,), approvals=(APPROVAL,))
    stopping = Session("fake:a", turn=Turn(T, (PROMPT,), stopping="stop"))
    limited = Session("fake:a", waiting=(PROMPT,), paused_until=0.0)
    assert status(idle) == "This session (fake:a) is idle, 0 waiting. Turns so far: 3."
    assert "is working, 1 waiting, 1 to be approved." in status(busy)
    assert "is stopping" in status(stopping)
    assert "Paused until 01 Jan, 00:00 UTC" in status(limited)


def test_a_mark_stands_on_its_own_message_and_is_edited() -> None:
    """spec: 4.3"""
    first, second = mark(PROMPT, "stored").outbound, mark(PROMPT, "answered").outbound
    assert first.nonce == second.nonce == "fake/1.mark"
    assert first.conversation == PLACE


def test_every_part_of_an_answer_keeps_that_there_is_nothing_to_report() -> None:
    long = Outbound("n", PLACE, Answer("word " * 100, nothing=True))
    assert all(part.body.nothing for part in present(long, 100))


def test_what_a_project_is_called_cannot_fill_the_footer() -> None:
    assert view.work("shop", "main", 0) == "shop · main"
    assert view.work("shop", "", 2) == "shop · ±2"
    long = view.work("p" * 99, "b\n" * 99, 9)
    assert "\n" not in long
    assert len(long) < 80
    assert view.footer(Usage(8), "stopped", "shop · main") == "stopped · shop · main · 8 s"
