"""What becomes of an engine's requests. spec: 8.7"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import PLACE, bodies, ended, prompt, run

from carrel.core.approvals import request
from carrel.core.effects import (
    Allow,
    AnswerEngine,
    Ask,
    Close,
    Remind,
    Revoke,
    Say,
    Share,
    StartTurn,
    Unshare,
)
from carrel.core.events import (
    ApprovalAnswered,
    ApprovalAsked,
    GrantsAsked,
    NewAsked,
    Prompted,
    QuestionAnswered,
    Restored,
    TurnEnded,
    Unanswered,
)
from carrel.core.messages import ApprovalCard, Gone, Menu, Notice, PlanCard, QuestionCard
from carrel.core.model import Approval, MessageId, Option, Question, TurnId, Usage, Verdict
from carrel.core.session import step

TURN = TurnId("console:a#1")
APPROVAL = Approval("ap1", TURN, "Bash", "Run", "rm x", "/w", "d", calls=("c1",))
ALLOW = ApprovalAnswered(MessageId("console/x"), PLACE, "ap1", Verdict("allow"), "Ada")
COLOURS = Question("Which colour?", (Option("red"), Option("blue")))
DAYS = Question("Which days?", (Option("Mon"), Option("Tue"), Option("Wed")), many=True)
ASKED = Approval(
    "q1", TURN, "Ask", "Asks", "", "/w", "dq", "question", ("c1",), questions=(COLOURS, DAYS)
)
PLAN = Approval("p1", TURN, "Plan", "Plan", "1. do it", "/w", "dp", "plan", ("c1",))


def asking(*approvals: Approval):
    return run(Prompted(prompt(1)), *(ApprovalAsked(TURN, one) for one in approvals))


def answers(effects) -> list[AnswerEngine]:
    return [e for e in effects if isinstance(e, AnswerEngine)]


def pick(option: str = "", words: str = "") -> QuestionAnswered:
    return QuestionAnswered(MessageId("console/p"), PLACE, "q1", "Ada", option, words)


def test_an_approval_is_answered_once() -> None:
    session, _ = asking(APPROVAL)
    session, effects = step(session, ALLOW)
    assert answers(effects) == [AnswerEngine(("c1",), Verdict("allow"))]
    assert bodies(effects, ApprovalCard)[-1].by == "Ada"
    session, effects = step(session, replace(ALLOW, verdict=Verdict("deny")))
    assert not answers(effects)
    assert "not open" in bodies(effects, Notice)[0].text


def test_identical_requests_are_one_card_and_one_answer() -> None:
    session, effects = asking(APPROVAL, replace(APPROVAL, id="ap2", calls=("c2",)))
    assert [card.count for card in bodies(effects, ApprovalCard)] == [1, 2]
    assert len(session.approvals) == 1
    _, effects = step(session, ALLOW)
    assert answers(effects) == [AnswerEngine(("c1", "c2"), Verdict("allow"))]


def test_an_allowed_request_made_again_is_asked_again() -> None:
    session, _ = asking(APPROVAL)
    session, _ = step(session, ALLOW)
    session, effects = step(session, ApprovalAsked(TURN, replace(APPROVAL, id="ap2")))
    assert not answers(effects)
    assert [a.id for a in session.approvals] == ["ap2"]


def test_an_open_approval_is_withdrawn_with_its_turn() -> None:
    _, effects = run(Prompted(prompt(1)), ApprovalAsked(TURN, APPROVAL), ended(TURN, "stopped"))
    assert bodies(effects, ApprovalCard)[-1].state == "withdrawn"
    assert Close("ap1", "withdrawn") in effects


def test_an_open_request_outlives_a_restart_and_joins_what_the_engine_asks_again() -> None:
    session, _ = asking(APPROVAL)
    session, effects = step(session, Restored(2.0))
    (start,) = (e for e in effects if isinstance(e, StartTurn))
    assert start.cut == {"c1"}
    assert not bodies(effects, ApprovalCard), "the card stands there as it was"
    session, _ = step(session, ApprovalAsked(TURN, replace(APPROVAL, id="new", calls=("c9",))))
    assert [a.id for a in session.approvals] == ["ap1"]
    _, effects = step(session, ALLOW)
    assert answers(effects) == [AnswerEngine(("c9",), Verdict("allow"))]


def test_an_answer_that_no_engine_hears_is_kept_until_one_asks_again() -> None:
    session, _ = asking(APPROVAL)
    session, _ = step(session, Restored(2.0))
    session, effects = step(session, ALLOW)
    assert not answers(effects)
    assert bodies(effects, ApprovalCard)[-1].state == "allowed"
    assert [e.approval.verdict for e in effects if isinstance(e, Ask)] == [Verdict("allow")]
    session, _ = step(session, Restored(3.0))
    session, effects = step(
        session, ApprovalAsked(TURN, replace(APPROVAL, id="new", calls=("c9",)))
    )
    assert answers(effects) == [AnswerEngine(("c9",), Verdict("allow"))]
    assert Close("ap1", "allowed") in effects
    assert session.approvals == ()


def test_a_kept_answer_is_for_the_very_same_request_only() -> None:
    session, _ = asking(APPROVAL)
    session, _ = step(session, Restored(2.0))
    session, _ = step(session, ALLOW)
    other = replace(APPROVAL, id="new", calls=("c9",), digest="other")
    session, effects = step(session, ApprovalAsked(TURN, other))
    assert not answers(effects)
    _, effects = step(session, ended(TURN))
    cards = bodies(effects, ApprovalCard)
    assert [(c.approval, c.state) for c in cards] == [("new", "withdrawn")], "decided stays decided"


def test_questions_are_answered_step_by_step_with_a_way_back() -> None:
    session, effects = asking(ASKED)
    assert bodies(effects, QuestionCard)[-1].step == 1
    for press, step_, picked in (
        (pick("1.2"), 2, ()),
        (pick("2.1"), 2, ("Mon",)),
        (pick("2.3"), 2, ("Mon", "Wed")),
        (pick("2.1"), 2, ("Wed",)),
        (pick("back"), 1, ()),
        (pick("1.1"), 2, ()),
        (pick("2.2"), 2, ("Tue",)),
    ):
        session, effects = step(session, press)
        card = bodies(effects, QuestionCard)[-1]
        assert (card.step, card.picked) == (step_, picked)
        assert not answers(effects)
    session, effects = step(session, pick("2.done"))
    assert answers(effects) == [
        AnswerEngine(("c1",), Verdict("allow", answers=(("red",), ("Tue",))))
    ]
    card = bodies(effects, QuestionCard)[-1]
    assert (card.state, card.by) == ("allowed", "Ada")
    assert card.answers == (("Which colour?", "red"), ("Which days?", "Tue"))


def test_presses_that_are_late_or_mean_nothing_change_nothing() -> None:
    before, _ = asking(ASKED)
    for press in ("2.1", "1.9", "1.done", "x", "1.", "back", "?"):
        after, effects = step(before, pick(press))
        assert after == before
        assert not answers(effects)


def test_a_question_is_answered_in_words_too() -> None:
    session, _ = asking(replace(ASKED, questions=(COLOURS,)))
    _, effects = step(session, pick(words="green, please"))
    assert answers(effects)[0].verdict.answers == (("green, please",),)


def test_a_question_cannot_be_allowed_and_a_command_cannot_be_picked() -> None:
    session, _ = asking(ASKED)
    after, effects = step(session, replace(ALLOW, approval="q1"))
    assert after == session
    assert "choose one" in bodies(effects, Notice)[0].text
    session, _ = asking(APPROVAL)
    after, effects = step(session, replace(pick("1.1"), approval="ap1"))
    assert after == session
    assert "no question" in bodies(effects, Notice)[0].text


def test_half_given_answers_outlive_a_restart() -> None:
    session, _ = asking(ASKED)
    session, _ = step(session, pick("1.2"))
    session, _ = step(session, Restored(2.0))
    session, effects = step(session, ApprovalAsked(TURN, replace(ASKED, id="q9", calls=("c9",))))
    assert bodies(effects, QuestionCard)[-1].step == 2
    session, _ = step(session, pick("2.1"))
    _, effects = step(session, pick("2.done"))
    assert answers(effects) == [
        AnswerEngine(("c9",), Verdict("allow", answers=(("blue",), ("Mon",))))
    ]


def test_a_plan_is_accepted_with_the_mode_to_go_on_with() -> None:
    session, effects = asking(PLAN)
    assert bodies(effects, PlanCard)[-1].plan == "1. do it"
    accept = replace(ALLOW, approval="p1", verdict=Verdict("allow", mode="edit"))
    session, effects = step(session, accept)
    assert answers(effects) == [AnswerEngine(("c1",), Verdict("allow", mode="edit"))]
    assert session.chosen.mode == "edit"


def bash(command: str, call: str) -> ApprovalAsked:
    return ApprovalAsked(TURN, request(TURN, call, "Bash", {"command": command}, "/w"))


def allowed(session, scope: str):
    verdict = Verdict("allow", scope=scope)
    return step(session, replace(ALLOW, approval=session.approvals[0].id, verdict=verdict))


def grants(revoke: str = "", project: str = "") -> GrantsAsked:
    return GrantsAsked(MessageId("console/g"), PLACE, revoke, project)


def test_a_card_offers_the_pattern_that_it_is_an_example_of() -> None:
    _, effects = run(Prompted(prompt(1)), bash("git status -s", "c1"), bash("rm -r x", "c2"))
    assert [card.always for card in bodies(effects, ApprovalCard)] == ["git status *", ""]


def test_always_holds_for_what_is_like_it_and_for_nothing_else() -> None:
    """spec: 8.11"""
    session, _ = run(Prompted(prompt(1)), bash("git status -s", "c1"))
    session, effects = allowed(session, "always")
    (grant,) = (e.grant for e in effects if isinstance(e, Allow))
    assert (grant.text, grant.lasting, grant.by) == ("git status *", True, "Ada")
    after, effects = step(session, bash("git status", "c2"))
    assert effects == (AnswerEngine(("c2",), Verdict("allow")),)
    for command in ("git status; rm x", "bash -c 'git status'", "git push", "git status $(rm x)"):
        asked_, effects = step(session, bash(command, "c3"))
        assert not answers(effects)
        assert len(asked_.approvals) == 1
    assert after == session


def test_for_this_session_holds_until_a_fresh_conversation_begins() -> None:
    session, _ = run(Prompted(prompt(1)), bash("rm -r build", "c1"))
    session, effects = allowed(session, "session")
    session, effects = step(session, bash("rm -r build", "c2"))
    assert answers(effects)
    _, effects = step(session, bash("rm -r built", "c3"))
    assert not answers(effects), "just this one"
    session, _ = step(session, ended(TURN))
    after, effects = step(session, NewAsked(MessageId("console/n"), PLACE, "Ada", 9.0))
    assert after.grants == ()
    assert [e.grant for e in effects if isinstance(e, Revoke)] == [session.grants[0].id]


def test_what_has_no_pattern_is_never_allowed_for_good() -> None:
    session, _ = run(Prompted(prompt(1)), bash("rm -r build", "c1"))
    session, _ = allowed(session, "always")
    assert [grant.lasting for grant in session.grants] == [False]


def test_a_grant_answers_what_is_open_already() -> None:
    session, _ = run(Prompted(prompt(1)), bash("ls a", "c1"), bash("ls b", "c2"))
    session, effects = allowed(session, "always")
    assert [a.calls for a in answers(effects)] == [("c1",), ("c2",)]
    assert session.approvals == ()


def test_a_question_and_a_denial_grant_nothing() -> None:
    session, _ = run(Prompted(prompt(1)), bash("ls a", "c1"))
    verdict = Verdict("deny", scope="always")
    session, _ = step(session, replace(ALLOW, approval=session.approvals[0].id, verdict=verdict))
    assert session.grants == ()


def test_grants_are_listed_and_taken_back() -> None:
    session, _ = run(Prompted(prompt(1)), bash("ls a", "c1"))
    assert "Nothing is allowed" in bodies(step(session, grants())[1], Notice)[0].text
    session, _ = allowed(session, "always")
    (menu,) = bodies(step(session, grants())[1], Menu)
    assert "`ls *`, by Ada, for good" in menu.text
    (label, command), *_ = menu.options
    assert (label, command) == ("Revoke ls *", f"/grants {session.grants[0].id}")
    session, effects = step(session, grants(session.grants[0].id))
    assert session.grants == ()
    assert [e for e in effects if isinstance(e, Revoke)]
    assert not answers(step(session, bash("ls a", "c9"))[1])
    assert "not allowed any more" in bodies(step(session, grants("x"))[1], Notice)[0].text


def in_shop(command: str, call: str, project: str = "shop") -> ApprovalAsked:
    asked_ = bash(command, call)
    return replace(asked_, approval=replace(asked_.approval, project=project))


def test_a_project_s_pattern_holds_for_its_sessions_and_for_no_other() -> None:
    """spec: 16.7"""
    session, effects = run(Prompted(prompt(1)), in_shop("mkdir a", "c1"))
    assert bodies(effects, ApprovalCard)[0].project == "shop"
    session, effects = allowed(session, "project")
    (grant,) = (e.grant for e in effects if isinstance(e, Share))
    assert (grant.text, grant.project, grant.lasting) == ("mkdir *", "shop", True)
    assert session.grants == ()
    assert answers(step(session, in_shop("mkdir b", "c2"))[1])
    other, _ = run(Prompted(prompt(1)))
    other = replace(other, shared=(grant,))
    assert answers(step(other, in_shop("mkdir b", "c2"))[1]), "another session of the project"
    for asked_ in (bash("mkdir b", "c2"), in_shop("mkdir b", "c2", "bar"), in_shop("rm b", "c2")):
        assert not answers(step(other, asked_)[1])


def test_only_a_pattern_and_only_in_a_project_can_be_shared() -> None:
    """spec: 16.7"""
    for asked_ in (in_shop("rm -r x", "c1"), bash("mkdir a", "c1")):
        session, effects = run(Prompted(prompt(1)), asked_)
        assert bodies(effects, ApprovalCard)[0].project == ""
        same, effects = allowed(session, "project")
        assert same == session
        assert "cannot be allowed for a project" in bodies(effects, Notice)[0].text


def test_what_a_project_shares_is_listed_there_and_taken_back() -> None:
    """spec: 16.7"""
    session, _ = run(Prompted(prompt(1)), in_shop("mkdir a", "c1"))
    session, _ = allowed(session, "project")
    (grant,) = session.shared
    (menu,) = bodies(step(session, grants(project="shop"))[1], Menu)
    assert "`mkdir *`, by Ada, in every session of project shop" in menu.text
    assert "Nothing is allowed" in bodies(step(session, grants())[1], Notice)[0].text
    assert "not allowed" in bodies(step(session, grants(grant.id))[1], Notice)[0].text
    session, effects = step(session, grants(grant.id, "shop"))
    assert Unshare("shop", grant.id) in effects
    assert session.shared == ()


def reminding(effects) -> list[Remind]:
    return [e for e in effects if isinstance(e, Remind)]


def test_who_does_not_answer_is_reminded_and_then_everybody_is_told() -> None:
    """spec: 8.12"""
    session, effects = asking(replace(APPROVAL, asked_at=100.0))
    assert reminding(effects) == [Remind("ap1", 400.0, 300.0)]
    session, effects = step(session, Unanswered("ap1", 300.0))
    (menu,) = bodies(effects, Menu)
    assert (menu.options, menu.reply_to) == ((), None)
    assert reminding(effects) == [Remind("ap1", 1000.0, 900.0)]
    assert menu.calls == ()
    approvers = ("other:9", f"{PLACE.platform}:bo")
    _, effects = step(session, Unanswered("ap1", 900.0, approvers))
    (menu,) = bodies(effects, Menu)
    assert menu.options[0][1].startswith("/deny ap1 Nobody is there")
    assert menu.calls == ("bo",), "those of the platform where the agent asked"
    assert not reminding(effects)
    assert not answers(effects), "nothing is decided by time"


@pytest.mark.parametrize(("after", "count"), [(300.0, 1), (900.0, 2)])
def test_reminders_go_with_their_request_however_it_ends(after, count) -> None:
    """No button is left that does nothing. spec: 8.12"""
    session, _ = asking(APPROVAL)
    session, effects = step(session, Unanswered("ap1", after))
    (said,) = [e.outbound.nonce for e in effects if isinstance(e, Say)]
    assert [e.approval for e in effects if isinstance(e, Ask)] == list(session.approvals)
    over = TurnEnded(session.turn.id, "interrupted", "", (), Usage(), None, 1.0)
    for event in (ALLOW, over):
        _, effects = step(session, event)
        shown = [e.outbound for e in effects if isinstance(e, Say)]
        gone = {one.nonce for one in shown if one.body == Gone() and "reminder" in one.nonce}
        assert said in gone
        assert len(gone) == count


def test_nobody_is_reminded_of_what_is_answered() -> None:
    session, _ = asking(APPROVAL)
    session, _ = step(session, ALLOW)
    assert step(session, Unanswered("ap1", 300.0)) == (session, ())


def test_reminders_outlive_a_restart() -> None:
    session, _ = asking(replace(APPROVAL, asked_at=100.0))
    assert reminding(step(session, Restored(200.0))[1]) == [Remind("ap1", 400.0, 300.0)]
    assert reminding(step(session, Restored(500.0))[1]) == [Remind("ap1", 1000.0, 900.0)]
