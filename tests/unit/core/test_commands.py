"""What is a command, who may use it, and what it does."""

from __future__ import annotations

import pytest

from carrel.core.command_table import COMMANDS
from carrel.core.commands import EVERYBODY, event_of, find, help_text
from carrel.core.events import (
    Adjusted,
    AgainAsked,
    ApprovalAnswered,
    ForgetAsked,
    ForkAsked,
    GrantsAsked,
    HandoffAsked,
    Inquired,
    MissedSettled,
    NewAsked,
    OverspendAsked,
    PersonEvent,
    Prompted,
    QuestionAnswered,
    RebuildAsked,
    ResumeAsked,
    RewindAsked,
    StatusAsked,
    StopAsked,
    SwitchAsked,
    Told,
    WaitingChanged,
    WakeAsked,
)
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender, Verdict
from carrel.core.routing import PlaceRule, Rules, resolve

PLACE = Conversation("fake", "a")
ADA = Sender("fake", "ada", "Ada")
ROUTE = resolve(PLACE, Rules())
ROLES = ("guest", "member", "approver", "owner")


def event(text: str, role: str = "owner") -> PersonEvent:
    call = find(text)
    assert call is not None
    inbound = Inbound("fake", "m1", PLACE, Sender("fake", "ada", "Ada"), text)
    return event_of(call, inbound, role, ROUTE)


@pytest.mark.parametrize(
    "text",
    ["stop", "please /stop", "/stopp", "/Stop", "//stop", "/", "", "/ stop", "/stop/"],
)
def test_what_is_no_command_is_a_prompt(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("text", ["/stop", "  /stop \n", "/stop now"])
def test_a_command_is_found_with_white_space_round_it(text: str) -> None:
    call = find(text)
    assert call is not None
    assert call.command.name == "stop"


def test_a_member_may_look_at_what_is_said_by_itself_and_change_none_of_it() -> None:
    for text, kind in (("", Inquired), (" list", Inquired), (" remove x", Told)):
        assert isinstance(event(f"/schedule{text}", role="member"), kind)


def test_only_an_owner_says_what_the_agent_works_on() -> None:
    assert isinstance(event("/project shop", role="owner"), Inquired)
    assert isinstance(event("/project shop", role="approver"), Told)
    assert isinstance(event("/project", role="member"), Inquired)


def test_who_asked_elsewhere_is_told_an_owner_only() -> None:
    """spec: 15.8"""
    assert event("/usage", role="owner").argument == EVERYBODY
    assert event("/usage everybody", role="approver").argument == ""


def test_every_command_of_the_table_does_something() -> None:
    kinds = {command.name: type(event(f"/{command.name} x")) for command in COMMANDS}
    assert kinds == {
        "stop": StopAsked,
        "rebuild": RebuildAsked,
        "new": NewAsked,
        "resume": ResumeAsked,
        "forget": ForgetAsked,
        "grants": GrantsAsked,
        "handoff": HandoffAsked,
        "export": Inquired,
        "usage": Inquired,
        "schedule": Inquired,
        "context": Inquired,
        "compact": Prompted,
        "files": Inquired,
        "diff": Inquired,
        "worktree": Inquired,
        "guest": Told,
        "status": StatusAsked,
        "mode": Adjusted,
        "model": Adjusted,
        "effort": Adjusted,
        "queue": Adjusted,
        "pick": QuestionAnswered,
        "answer": QuestionAnswered,
        "allow": ApprovalAnswered,
        "deny": ApprovalAnswered,
        "waiting": Told,
        "wake": WakeAsked,
        "switch": SwitchAsked,
        "overspend": OverspendAsked,
        "again": AgainAsked,
        "missed": Told,
        "help": Told,
        "fork": ForkAsked,
        "rewind": Inquired,
        "run": Prompted,
        "project": Inquired,
        "doctor": Inquired,
        "edited": Inquired,
        "rerun": RewindAsked,
    }


def test_what_was_missed_is_answered_or_ignored_and_nothing_else() -> None:
    assert event("/missed answer") == MissedSettled("fake/m1", PLACE, answer=True, by="Ada")
    assert event("/missed ignore") == MissedSettled("fake/m1", PLACE, answer=False, by="Ada")
    told = event("/missed perhaps")
    assert isinstance(told, Told)
    assert "/missed answer|ignore" in told.text


def test_a_press_says_which_option_and_words_are_an_answer() -> None:
    picked = QuestionAnswered("fake/m1", PLACE, "q1", "Ada", pick="2.1")
    worded = QuestionAnswered("fake/m1", PLACE, "q1", "Ada", words="the blue one")
    assert (event("/pick q1 2.1"), event("/answer q1 the blue one")) == (picked, worded)


@pytest.mark.parametrize(("text", "mode"), [("/allow p1", "edit"), ("/allow p1 ask", "ask")])
def test_a_plan_may_be_accepted_in_two_ways(text: str, mode: str) -> None:
    assert event(text) == ApprovalAnswered(
        "fake/m1", PLACE, "p1", Verdict("allow", mode=mode), "Ada"
    )


def test_who_may_not_raise_the_mode_accepts_a_plan_with_edits_asked() -> None:
    """The route's `raising` is the owner's."""
    assert event("/allow p1", "approver").verdict.mode == "ask"


@pytest.mark.parametrize("how", ["", "once", "session", "always", "for ever"])
def test_an_answer_may_hold_for_longer(how: str) -> None:
    verdict = event(f"/allow a1 {how}").verdict
    assert verdict.scope == (how if how in ("session", "always") else "once")


def test_everything_is_forgotten_only_if_it_is_said_twice() -> None:
    assert [event(text).sure for text in ("/forget", "/forget it", "/forget yes")] == [
        False,
        False,
        True,
    ]


def test_what_waits_is_changed_by_name() -> None:
    changed = WaitingChanged("fake/m1", PLACE, "fake/m0", "drop")
    assert event("/waiting drop fake/m0") == changed
    assert isinstance(event("/waiting burn fake/m0"), Told)


def test_events_name_their_message_place_and_person() -> None:
    assert event("/stop") == StopAsked("fake/m1", PLACE, "Ada")


@pytest.mark.parametrize(
    ("text", "approval", "reason"),
    [
        ("/deny ab12", "ab12", ""),
        ("/deny ab12 not on a Friday", "ab12", "not on a Friday"),
        ("/deny  ab12   because ", "ab12", "because"),
        ("/deny ab12\nbecause\nof that", "ab12", "because\nof that"),
        ("/deny", "", ""),
    ],
)
def test_a_denial_carries_its_reason(text: str, approval: str, reason: str) -> None:
    denied = event(text)
    assert isinstance(denied, ApprovalAnswered)
    assert (denied.approval, denied.verdict) == (approval, Verdict("deny", reason))


@pytest.mark.parametrize(
    ("role", "named", "may"),
    [
        ("approver", frozenset({"fake:ada"}), False),
        ("approver", frozenset(), False),
        ("owner", frozenset({"fake:ada"}), True),
        ("approver", None, True),
    ],
)
def test_an_approver_of_one_place_decides_for_no_other(role, named, may) -> None:
    """spec: 5.11"""
    route = resolve(PLACE, Rules(places={PLACE.address: PlaceRule(approvers=named)}))
    asked = [
        event_of(find(f"/allow ask1 {how}"), Inbound("fake", "m1", PLACE, ADA, "x"), role, route)
        for how in ("once", "session", "always", "project")
    ]
    decided = [isinstance(one, ApprovalAnswered) for one in asked]
    assert decided == [True, True, True, may]
    assert may or "only an owner" in asked[-1].text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_weaker_role_is_told_and_nothing_is_done(command, role: str) -> None:
    """spec: 5.3"""
    answered = event(f"/{command.name} x", role)
    if ROLES.index(role) < ROLES.index(command.role):
        assert answered == Told(
            "fake/m1",
            PLACE,
            f"/{command.name} needs the role {command.role!r} here; yours is {role!r}.",
        )
    else:
        assert not (isinstance(answered, Told) and "needs the role" in answered.text)


def test_the_help_has_a_line_for_each_command() -> None:
    lines = help_text().splitlines()
    listed = [command.usage for command in COMMANDS if command.listed]
    assert [line.split(":")[0] for line in lines] == listed
    assert event("/help") == Told("fake/m1", PLACE, help_text())
