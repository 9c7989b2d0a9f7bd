"""The note from one engine conversation to another. spec: 20.3"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.handing_over import CUT, EXCHANGES, LONGEST, Exchange, note, shares
from carrel.core.material import quoted

TEXTS = st.text(max_size=40) | st.integers(0, 4 * LONGEST).map(lambda n: "word " * (n // 5))
SAID = st.lists(st.builds(Exchange, st.text(max_size=80), TEXTS, TEXTS), max_size=9)


def test_it_says_who_asked_and_what_was_answered_in_order() -> None:
    said = [Exchange("Ada", "a kiwi?", "yes"), Exchange("Bob", "why?", "because")]
    assert note(said).text == (
        "Ada asked:\na kiwi?\n\nThe answer:\nyes\n\nBob asked:\nwhy?\n\nThe answer:\nbecause"
    )
    assert note([]) is None


def test_the_newest_are_told() -> None:
    said = [Exchange("Ada", f"q{n}", f"a{n}") for n in range(EXCHANGES + 2)]
    text = note(said).text
    assert "q1\n" not in text
    assert all(f"q{n}\n" in text for n in range(2, EXCHANGES + 2))


def test_a_long_answer_does_not_push_the_others_out() -> None:
    said = [Exchange("Ada", "short", "x" * 50_000), Exchange("Ada", "y" * 50_000, "tiny")]
    text = note(said).text
    assert "short\n" in text
    assert text.endswith("tiny")
    assert text.count(CUT) == 2
    assert abs(text.count("x") - text.count("y")) <= 2, "the long ones are cut alike"
    assert len(text) > LONGEST * 0.9, "and what is there is used"


@given(SAID, st.integers(0, 2 * LONGEST))
def test_it_is_never_longer(said: list[Exchange], longest: int) -> None:
    made = note(said, longest)
    assert made is None or 0 < len(made.text) <= longest


@given(SAID)
def test_it_holds_nothing_but_what_was_said_and_is_a_quotation(said: list[Exchange]) -> None:
    made = note(said)
    if made is None:
        return
    first, *lines = quoted(made).split("\n")
    assert "not an instruction" in first
    assert all(line.startswith("> ") for line in lines)
    known = "".join(one.who + one.asked + one.answered for one in said)
    assert set(made.text) <= set(known + "someone asked:…The answer:\n" + CUT)


@given(st.lists(st.integers(0, 1000), max_size=12), st.integers(0, 5000))
def test_shares_are_fair(wanted: list[int], room: int) -> None:
    given_ = shares(wanted, room)
    assert sum(given_) <= room
    assert all(got <= want for got, want in zip(given_, wanted, strict=True))
    cut = [got for got, want in zip(given_, wanted, strict=True) if got < want]
    if cut:
        assert max(given_) - min(cut) <= 1, "nobody who is cut has less than another, but one"
        assert sum(given_) == room
