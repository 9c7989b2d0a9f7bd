"""Codes that let a stranger in, and how many wrong ones are borne.

spec: 5.10
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core import pairing
from carrel.core.pairing import ALPHABET, EVERYBODY, Tries

CODE = "carrel-2345-6789-abcd"


def test_a_code_is_written_in_groups() -> None:
    assert pairing.written("23456789abcd") == CODE


@given(st.text(ALPHABET, min_size=12, max_size=12))
def test_what_is_written_is_understood(letters: str) -> None:
    code = pairing.written(letters)
    assert pairing.given(f"  {code.capitalize()}\n") == code


@pytest.mark.parametrize(
    "text",
    ["", "hello", "2345-6789-abcd", f"my code: {CODE}", f"{CODE}-2222", CODE[:-1], f"{CODE}\nx",
     "carrel-2345-6789-abc1", "carrel-2345-6789-abco", "carrel 2345 6789 abcd"],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    assert pairing.given(text) is None


def test_what_is_stored_is_not_the_code() -> None:
    digest = pairing.digest(CODE)
    assert len(digest) == 64
    assert "2345" not in digest
    assert digest != pairing.digest(pairing.written("23456789abce"))


def after(*tries: tuple[str, float]) -> Tries:
    found = Tries()
    for who, at in tries:
        found = found.after_wrong(who, at)
    return found


def test_five_wrong_codes_lock_a_person_out_for_an_hour_and_nobody_else() -> None:
    four = after(*(("eve", float(n)) for n in range(4)))
    assert not four.locked("eve", 4.0)
    five = four.after_wrong("eve", 4.0)
    assert five.locked("eve", 4.0)
    assert five.locked("eve", 3603.9)
    assert not five.locked("eve", 3604.0)
    assert not five.locked("gus", 5.0)
    assert five.left(4.0) == 3600.0
    assert five.left(3604.0) == 0.0


def test_wrong_codes_of_more_than_an_hour_ago_do_not_count() -> None:
    tries = after(*(("eve", float(n)) for n in range(4)), ("eve", 3600.0))
    assert not tries.locked("eve", 3600.0)
    assert len(tries.wrong) == 4
    assert after(*(("eve", float(n)) for n in range(4)), ("eve", 3599.9)).locked("eve", 3600.0)


def test_twenty_wrong_codes_lock_everybody_out() -> None:
    people = [(f"p{n % 5}", float(n)) for n in range(19)]
    nineteen = after(*people)
    assert not nineteen.locked("gus", 19.0)
    twenty = nineteen.after_wrong("p9", 19.0)
    assert twenty.locked("gus", 19.0)
    assert twenty.locked(EVERYBODY, 3618.9)
    assert not twenty.locked("gus", 3619.0)
    assert twenty.wrong == ()


def test_what_is_remembered_is_bounded() -> None:
    tries = after(*((f"p{n}", float(n * 100)) for n in range(500)))
    assert len(tries.wrong) < pairing.ALL_TRIES
    assert len(tries.locks) <= 5
