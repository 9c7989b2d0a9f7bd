"""What is shown keeps Slack's limits, whatever is in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.messages import (
    Answer,
    ApprovalCard,
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
from carrel.platforms.slack import showing
from carrel.testing.slack import blocks as kit

words = st.text(st.sampled_from("ab <>&\n*`_") | st.characters(codec="utf-16"), max_size=60)
long = st.builds(lambda text, times: text * times, words, st.sampled_from([1, 10, 200]))
bodies = st.one_of(
    st.builds(Notice, long),
    st.builds(Progress, st.just(TurnId("t")), note=long),
    st.builds(ApprovalCard, words, words, long, long, words, always=long),
    st.builds(PlanCard, words, long),
    st.builds(MissedCard, st.integers(1, 9)),
    st.builds(WaitingCard, words.map(MessageId), st.just("queue")),
    st.builds(
        lambda text, labels: QuestionCard("a", Question(text, tuple(map(Option, labels)))),
        long, st.lists(long, max_size=9),
    ),
    st.builds(Menu, long, st.lists(st.tuples(words, long), max_size=40).map(tuple)),
    st.builds(File, words, words, st.just(1), words, long),
)  # fmt: skip


@given(bodies)
def test_slack_takes_whatever_is_shown(body) -> None:
    made = showing.shown(body)
    assert len(made.text) <= showing.EDITED
    kit.check(list(made.blocks))


@given(long)
def test_no_answer_is_cut(text: str) -> None:
    text = text[: showing.TEXT].replace(showing.markup.CUT, ".")
    made = showing.shown(Answer(text)).text
    assert len(made) <= showing.ESCAPED
    assert made == showing.markup.CUT or showing.markup.CUT not in made


def test_buttons_carry_commands_and_ask_for_words() -> None:
    made = showing.shown(ApprovalCard("a1", "Bash", "Run", "ls", "/w", always="ls *"))
    *_, actions = made.blocks
    carried = {one["text"]["text"]: one["value"] for one in actions["elements"]}
    assert carried["Allow"] == "/allow a1"
    assert carried["Deny and say why…"] == "?/deny a1"
    assert {one.get("style") for one in actions["elements"]} == {"primary", "danger", None}


def test_what_no_button_can_carry_is_written_out() -> None:
    made = showing.shown(Menu("Which?", (("Long", "/pick " + "x" * 2100), ("Short", "/pick a"))))
    assert "Long: `/pick xxx" in made.blocks[0]["text"]["text"]
    assert [one["value"] for one in made.blocks[1]["elements"]] == ["/pick a"]


def test_what_does_not_fit_goes_along_as_a_file() -> None:
    assert showing.shown(Answer("begins", whole="all of it")).upload.name == "answer.md"
    assert showing.shown(PlanCard("p", "x" * 5000)).upload.name == "plan.md"
    assert showing.shown(ApprovalCard("a", "Bash", "t", "x" * 5000, "/w")).upload is not None
    assert showing.shown(PlanCard("p", "short")).upload is None


def test_a_person_is_called_by_name_and_nobody_by_words() -> None:
    assert showing.shown(Menu("Look", calls=("U012", "x>"))).text == "<@U012> Look"
