from __future__ import annotations

from unittest.mock import Mock

from carrel.engines.claude.meanwhile import LONGEST, Meanwhile


def result(text: str | None, *, is_error: bool = False) -> Mock:
    return Mock(result=text, is_error=is_error, origin=None)


def test_it_is_told_once_before_the_next_answer() -> None:
    meanwhile = Meanwhile()
    meanwhile.hear(result(" done "))
    assert meanwhile.before("answer") == "(Meanwhile: done)\n\nanswer"
    assert meanwhile.before("answer") == "answer"


def test_failures_and_nothing_are_not_told_and_much_is_cut() -> None:
    meanwhile = Meanwhile()
    for one in (result("bad", is_error=True), result(None), result("")):
        meanwhile.hear(one)
    assert meanwhile.before("answer") == "answer"
    meanwhile.hear(result("x" * 9000))
    assert len(meanwhile.before("")) < LONGEST + 50
