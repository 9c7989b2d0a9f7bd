"""Whatever is to be shown is a message that Telegram takes: its HTML, its length, its buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    Body,
    File,
    Menu,
    MissedCard,
    Notice,
    PlanCard,
    Progress,
    QuestionCard,
    WaitingCard,
)
from carrel.core.model import MessageId, Option, Question, TurnId
from carrel.platforms.telegram import showing
from carrel.testing.telegram.html import parse, units
from carrel.testing.telegram.model import REACTIONS

NASTY = st.text(st.sampled_from("ab @<>&*_`~[]()#-\n😀\0\"'"), max_size=4000)
SHORT = st.text(st.sampled_from("ab @<>&*_`\n😀"), max_size=700)


def cards(one: str, two: str) -> list[Body]:
    options = tuple(Option(two, one) for _ in range(12))
    actions = tuple(Action("1", two, one) for _ in range(20))
    return [
        Answer(one[: showing.TEXT], two),
        Answer(one[: showing.TEXT], two, whole=one * 2),
        Notice(one, "error"),
        Progress(TurnId("t"), "working", 3, actions, note=two),
        ApprovalCard("a1", "Bash", two, one, two),
        ApprovalCard("a1", "Bash", two, one, two, "denied", two),
        QuestionCard("a1", Question(two, options), answers=((two, two),) * 8),
        PlanCard("a1", one),
        MissedCard(3),
        Menu(one, ((two, "/files x"), (two, f"/files {one[:200]}"))),
        WaitingCard(MessageId("telegram:1/-100.7"), "queue", 2),
        File("plan.txt", "text/plain", 8, "/tmp/plan.txt", one),  # noqa: S108 - never opened
    ]


@given(NASTY, SHORT)
def test_every_body_is_a_message_that_telegram_takes(one: str, two: str) -> None:
    for body in cards(one, two):
        made = showing.shown(body)
        text, _ = parse(showing.SECOND_COPY + made.html)
        captioned = made.upload is not None or isinstance(body, File)
        assert 0 < units(text) <= (1024 if captioned else 4096), body
        assert parse(made.html)[0].strip(), body
        for row in (made.buttons or {}).get("inline_keyboard", ()):
            assert row
            for button in row:
                assert button["text"].strip()
                assert 1 <= len(button["callback_data"].encode()) <= 64


@pytest.mark.parametrize("letter", ["x", "😀", "<", "é"])
def test_no_word_of_the_longest_answer_is_lost(letter: str) -> None:
    text = letter * showing.TEXT
    assert text in parse(showing.shown(Answer(text, "8 s")).html)[0]


def test_every_sign_is_a_reaction_that_telegram_allows() -> None:
    assert set(showing.SIGNS.values()) <= REACTIONS
    assert len(set(showing.SIGNS.values())) == len(showing.SIGNS)


def test_an_approval_can_be_read_whole_before_it_is_given() -> None:
    long = "rm -r build " * 500
    made = showing.shown(ApprovalCard("a1", "Bash", "Run a command", long, "/work"))
    assert made.upload.data.decode() == long
    assert showing.shown(ApprovalCard("a1", "Bash", "Run", "ls", "/work")).upload is None


def test_a_command_that_no_button_carries_is_written_out() -> None:
    command = f"/files {'folder/' * 9}"
    made = showing.shown(Menu("Files", (("more", command), ("less", "/files"))))
    labels = [one["text"] for row in made.buttons["inline_keyboard"] for one in row]
    assert labels == ["less"]
    assert f"<code>{command}</code>" in made.html
