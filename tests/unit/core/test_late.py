from __future__ import annotations

from carrel.core.late import CHARACTERS, can_be_late, summary
from carrel.core.messages import Answer, Body, File, Gone, Mark, Menu, Notice, Outbound, Progress
from carrel.core.model import Conversation, MessageId, TurnId

HERE = Conversation("discord", "1")


def said(body: Body, nonce: str = "n") -> Outbound:
    return Outbound(nonce, HERE, body)


def test_replies_can_be_late_and_what_shows_how_things_stand_cannot() -> None:
    for body in (Answer("a"), Notice("n"), Menu("m"), File("a", "b", 1, "/c")):
        assert can_be_late(said(body))
    for body in (Progress(TurnId("t")), Mark(MessageId("m"), "stored"), Gone()):
        assert not can_be_late(said(body))


def test_a_summary_says_what_each_began_with_and_how_old_it_is() -> None:
    """spec: 4.6"""
    file = said(File("plan.pdf", "application/pdf", 1, "/c"), "second")
    told = summary([(said(Answer("one\n\ntwo"), "first"), 7500.0), (file, 7200.0)])
    assert (told.nonce, told.conversation) == ("first.late", HERE)
    assert told.body == Notice(
        "2 replies were not delivered in time. `/export` has all of it.\n"
        "* 2 h 5 min ago: one two\n"
        "* 2 h 0 min ago: the file plan.pdf",
        "warning",
    )


def test_one_reply_is_told_of_as_one() -> None:
    (first, line) = summary([(said(Answer("x")), 4000.0)]).body.text.splitlines()
    assert first.startswith("1 reply was not")
    assert line == "* 1 h 6 min ago: x"


def test_a_summary_is_short_however_much_was_said() -> None:
    """The newest are told of, the others counted."""
    late = [(said(Answer(f"{n} " + "x" * 5000), str(n)), 4000.0) for n in range(300)]
    told = summary(late)
    lines = told.body.text.splitlines()
    assert lines[0].startswith("300 replies")
    assert lines[1] == "* 290 before these"
    assert [line.split()[6] for line in lines[2:]] == [str(n) for n in range(290, 300)]
    assert all(line.endswith("…") for line in lines[2:])
    assert CHARACTERS < len(told.body.text) < CHARACTERS + 400
