"""What whoever gives a command is told."""

from __future__ import annotations

import pytest

from carrel.platforms import answering
from carrel.ports.platform import Verdict


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict("accepted", "no reason"), ""),
        (Verdict("duplicate"), ""),
        (Verdict("refused", "Not today."), "Not today."),
    ],
)
def test_who_is_heard_is_told_only_what_stands_against_it(verdict: Verdict, words: str) -> None:
    assert answering.told(verdict) == words


def test_who_is_not_heard_is_told_where_that_is_said() -> None:
    assert "[people]" in answering.told(Verdict("ignored", "unlisted"))


def test_the_words_after_a_command_are_called_as_the_table_calls_them() -> None:
    assert answering.wanted("/deny a1") == "What the agent is told."
    assert answering.wanted("/stop") == answering.wanted("no command") == "Your words."


def test_some_answers_are_for_one_person() -> None:
    assert answering.is_private("/status now")
    assert not answering.is_private("/new")
    assert not answering.is_private("status")
