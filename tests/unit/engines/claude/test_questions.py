from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.approvals import request
from carrel.core.model import Option, Question, TurnId
from carrel.engines.claude.questions import ASKS, PLANS, answered, completed, read

ARGUMENTS = {
    "questions": [
        {
            "question": "Which?",
            "header": "Pick",
            "multiSelect": True,
            "options": [{"label": "A", "description": "first"}, {"label": "B"}],
        },
        {"question": "Who\u202e?", "options": []},
    ]
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_questions_are_read_with_their_options():
    assert read(ARGUMENTS) == (
        Question("Which?", (Option("A", "first"), Option("B")), many=True),
        Question("Who\\u{202e}?"),
    )


def test_answers_stand_under_the_questions_as_they_were_asked():
    given_back = answered(ARGUMENTS, (("A", "B"), ("Ada",)))
    assert given_back == {**ARGUMENTS, "answers": {"Which?": "A, B", "Who\u202e?": "Ada"}}


@given(st.dictionaries(st.sampled_from(["questions", "plan", "x"]), JSON))
def test_whatever_comes_is_an_approval(arguments):
    for tool in (ASKS, PLANS, "Bash"):
        approval = completed(request(TurnId("t#1"), "c", tool, arguments, "/w"), arguments)
        assert (approval.kind == "question") == (tool == ASKS and bool(read(arguments)))
        assert (approval.kind == "plan") == (tool == PLANS)
