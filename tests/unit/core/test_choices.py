"""What can be pressed, and that each press is a command of the table."""

from __future__ import annotations

import pytest

from carrel.core.choices import choices
from carrel.core.commands import find
from carrel.core.messages import Answer, ApprovalCard, Body, MissedCard, Notice, Progress
from carrel.core.model import TurnId

ASK = ApprovalCard("a1", "Bash", "Run", "ls", "/work")


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        (ASK, ["Allow", "Allow for this session", "Deny", "Deny and say why…"]),
        (MissedCard(3), ["Answer 3 missed messages", "Ignore"]),
        (MissedCard(1), ["Answer the missed message", "Ignore"]),
        (Progress(TurnId("t")), ["Stop"]),
        (ApprovalCard("a1", "Bash", "Run", "ls", "/work", "denied", "Ada"), []),
        (MissedCard(3, state="ignored"), []),
        (Answer("yes"), []),
        (Notice("hm"), []),
    ],
)
def test_what_is_open_can_be_pressed(body: Body, labels: list[str]) -> None:
    assert [choice.label for choice in choices(body)] == labels


@pytest.mark.parametrize("body", [ASK, MissedCard(2), Progress(TurnId("t"))])
def test_every_choice_is_a_command_of_the_table(body: Body) -> None:
    for choice in choices(body):
        call = find(choice.command)
        assert call is not None
        assert len(choice.command) <= 100
