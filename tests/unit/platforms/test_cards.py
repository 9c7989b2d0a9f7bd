"""Cards say the same on every network."""

from __future__ import annotations

import pytest

from carrel.core.choices import Choice
from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    Body,
    Menu,
    MissedCard,
    Notice,
    PlanCard,
    Progress,
    QuestionCard,
)
from carrel.core.model import MessageId, Option, Question, TurnId
from carrel.platforms import cards


class Plain:
    """Writes its signs, so that they are seen."""

    def bold(self, written: str) -> str:
        return f"*{written}*"

    def small(self, written: str) -> str:
        return f"({written})"

    def line(self, text: str, longest: int) -> str:
        return " ".join(text.split())[:longest]

    def code(self, text: str, language: str) -> str:
        return f"[{language}|{text}]"

    def rendered(self, markdown: str) -> str:
        return markdown


QUESTION = Question("Which?", (Option("a", "first"), Option("b")), many=True)


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (
            Progress(TurnId("t"), "working", 2, (Action("1", "Bash", "ls", "done"),), note="so on"),
            "*working* · step 2\n✓ *Bash* ls\n(so on)",
        ),
        (Progress(TurnId("t"), "asking", note="not said"), "*waiting for you*"),
        (
            ApprovalCard("a", "Bash", "Run", "ls", "/w", count=2),
            "🔐 *Run* (2 identical requests)\n[bash|ls]\n(in /w)",
        ),
        (
            ApprovalCard("a", "Edit", "Edit", "--- x", "", "denied", "Ada"),
            "❌ Denied by Ada: Edit\n[diff|--- x]",
        ),
        (
            QuestionCard("a", QUESTION, 2, 3, answers=(("Who?", "me"),)),
            "❓ *Which?* (2 of 3) Several may be chosen.\n\nWho?\n*me*\n\n*a*: first",
        ),
        (QuestionCard("a", QUESTION, state="allowed", by="Ada"), "✅ Answered by Ada"),
        (QuestionCard("a", QUESTION, state="withdrawn"), "🚫 Withdrawn"),
        (PlanCard("a", "1. do"), "📋 *A plan, before anything is changed*\n\n1. do"),
        (PlanCard("a", "", "denied"), "📋 Planning goes on"),
        (MissedCard(1), "1 message came while nobody listened."),
        (
            MissedCard(2, state="ignored", by="Ada"),
            "🚫 Ignored by Ada: 2 messages missed while nobody listened.",
        ),
    ],
)
def test_a_card_is_drawn(card: cards.WithText, text: str) -> None:
    assert cards.drawn(card, Plain()) == text


@pytest.mark.parametrize(
    ("body", "silent"),
    [
        (Answer("x"), "rings"),
        (Notice("x"), "silent"),
        (ApprovalCard("a", "Bash", "t", "d", "/"), "rings"),
        (ApprovalCard("a", "Bash", "t", "d", "/", "allowed"), "silent"),
        (Menu("x"), "rings"),
        (Menu("x", reply_to=MessageId("telegram:1/1.1")), "silent"),
    ],
)
def test_a_phone_rings_for_answers_and_for_what_waits(body: Body, silent: str) -> None:
    assert cards.is_silent(body) is (silent == "silent")


def test_a_button_that_asks_for_words_says_so() -> None:
    assert cards.command_of(Choice("Deny and say why…", "/deny a1", ask="Why?")) == "?/deny a1"
    assert cards.command_of(Choice("Deny", "/deny a1")) == "/deny a1"


def test_what_is_decided_needs_no_file() -> None:
    assert cards.attached(PlanCard("a", "long")) == ("plan.md", "long")
    assert cards.attached(PlanCard("a", "long", "allowed")) == ("", "")
    assert cards.attached(Answer("begins", whole="all of it")) == ("answer.md", "all of it")
