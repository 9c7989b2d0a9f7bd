"""Answers that miss: late ones, foreign ones, and those that hold for less than one might think."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import OTHER, PLACE, bodies, prompt, run

from carrel.core.approvals import request
from carrel.core.effects import Allow, AnswerEngine, Choose, Remind, Say, Share
from carrel.core.events import (
    ApprovalAnswered,
    ApprovalAsked,
    Prompted,
    QuestionAnswered,
    Restored,
)
from carrel.core.messages import ApprovalCard, Notice, QuestionCard
from carrel.core.model import Approval, MessageId, Option, Question, TurnId, Verdict
from carrel.core.session import step

TURN = TurnId("console:a#1")
COLOURS = Question("Which colour?", (Option("red"), Option("blue")))


def bash(command: str, call: str, project: str = "") -> ApprovalAsked:
    made = request(TURN, call, "Bash", {"command": command}, "/w")
    return ApprovalAsked(TURN, replace(made, project=project))


def asking(*asked: ApprovalAsked):
    return run(Prompted(prompt(1)), *asked)


def answer(session, call: str, scope: str = "once", place=PLACE):
    """Allow the request that the call made."""
    name = next(one.id for one in session.approvals if call in one.calls)
    verdict = Verdict("allow", scope=scope)
    return step(session, ApprovalAnswered(MessageId("console/x"), place, name, verdict, "Ada"))


def picked(session, pick: str):
    return step(session, QuestionAnswered(MessageId("console/p"), PLACE, "q1", "Ada", pick))


def questions(count: int) -> ApprovalAsked:
    asked = tuple(replace(COLOURS, text=f"Which colour, {n}?") for n in range(count))
    return ApprovalAsked(
        TURN,
        Approval("q1", TURN, "Ask", "Asks", "", "/w", "d", "question", ("c",), questions=asked),
    )


def heard(effects) -> list[tuple[str, ...]]:
    return [one.calls for one in effects if isinstance(one, AnswerEngine)]


def test_an_answer_to_a_request_that_is_not_there_answers_no_other() -> None:
    session, _ = asking(bash("rm a", "c1"))
    allow = ApprovalAnswered(MessageId("console/x"), PLACE, "other", Verdict("allow"), "Ada")
    after, effects = step(session, allow)
    assert (after, heard(effects)) == (session, [])
    assert "not open" in bodies(effects, Notice)[0].text


def test_a_question_that_is_answered_is_not_answered_again() -> None:
    session, _ = asking(questions(1))
    session, effects = picked(session, "1.1")
    assert heard(effects) == [("c",)]
    after, effects = picked(session, "1.2")
    assert (after, heard(effects)) == (session, [])
    assert "not open" in bodies(effects, Notice)[0].text


def test_the_way_back_leads_one_question_back() -> None:
    session, _ = asking(questions(3))
    for pick in ("1.1", "2.1", "back"):
        session, effects = picked(session, pick)
    assert bodies(effects, QuestionCard)[-1].step == 2
    assert session.approvals[0].answers == (("red",),)


def test_a_reminder_that_is_due_at_a_restart_is_the_next_one() -> None:
    session, _ = asking(bash("rm a", "c1"))
    open_ = replace(session.approvals[0], asked_at=100.0)
    session = replace(session, approvals=(open_,))
    due = [e for e in step(session, Restored(400.0))[1] if isinstance(e, Remind)]
    assert due == [Remind(open_.id, 1000.0, 900.0)]


def test_a_grant_leaves_open_what_it_does_not_cover() -> None:
    """spec: 8.11"""
    session, _ = asking(bash("ls a", "c1"), bash("rm b", "c2"))
    session, effects = answer(session, "c1", "always")
    assert heard(effects) == [("c1",)]
    assert [one.calls for one in session.approvals] == [("c2",)]


def test_grants_stand_beside_one_another_and_each_once() -> None:
    """spec: 8.11"""
    session, _ = asking(bash("ls a", "c1"))
    session, _ = answer(session, "c1", "always")
    for call, command in (("c2", "rm -r x"), ("c3", "rm -r y")):
        session, _ = step(session, bash(command, call))
        session, _ = answer(session, call, "session")
    assert [grant.text for grant in session.grants] == ["ls *", "rm -r x", "rm -r y"]
    assert len({grant.id for grant in session.grants}) == 3
    session = replace(session, grants=session.grants[1:])
    session, _ = step(session, bash("ls a", "c4"))
    again = replace(session, grants=(*session.grants, *asked_for("ls a")))
    session, _ = answer(again, "c4", "always")
    assert [grant.text for grant in session.grants] == ["rm -r x", "rm -r y", "ls *"]


def asked_for(command: str):
    """The grants that allowing a command for good makes."""
    session, _ = asking(bash(command, "c"))
    return answer(session, "c", "always")[0].grants


def test_a_project_s_grants_stand_beside_one_another_and_each_once() -> None:
    """spec: 16.7"""
    session, _ = asking(bash("mkdir a", "c1", "shop"), bash("ls a", "c2", "shop"))
    first, _ = answer(session, "c1", "project")
    both, _ = answer(first, "c2", "project")
    assert [grant.text for grant in both.shared] == ["mkdir *", "ls *"]
    fresh = replace(session, shared=first.shared)
    again, effects = answer(fresh, "c1", "project")
    assert len(again.shared) == 1
    assert [e for e in effects if isinstance(e, Share)]


def test_a_grant_without_a_pattern_says_what_it_is_for() -> None:
    session, _ = asking(bash("rm -r x", "c1"))
    bare = replace(session.approvals[0], detail="", title="Remove a folder")
    for one, text in ((bare, "Remove a folder"), (replace(bare, detail="rm -r x"), "rm -r x")):
        _, effects = answer(replace(session, approvals=(one,)), "c1", "session")
        assert [e.grant.text for e in effects if isinstance(e, Allow)] == [text]


def test_only_an_accepted_plan_changes_the_mode() -> None:
    session, _ = asking(bash("rm a", "c1"))
    session = replace(session, chosen=replace(session.chosen, mode="ask"))
    after, effects = answer(session, "c1")
    assert after.chosen.mode == "ask"
    assert not [e for e in effects if isinstance(e, Choose)]


def test_a_card_stays_where_its_turn_is_wherever_it_is_answered() -> None:
    session, _ = asking(bash("rm a", "c1"))
    _, effects = answer(session, "c1", place=OTHER)
    shown = [e.outbound for e in effects if isinstance(e, Say)]
    assert [o.conversation for o in shown if isinstance(o.body, ApprovalCard)] == [PLACE]
    without = replace(session, turn=None)
    _, effects = answer(without, "c1", place=OTHER)
    shown = [e.outbound for e in effects if isinstance(e, Say)]
    assert [o.conversation for o in shown if isinstance(o.body, ApprovalCard)] == [OTHER]
