"""What may be wanted of schedules. spec: 13.10"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.wishes import ACTS, Wish, checked, name_of

GOOD = Wish("make", "at 17:00", "the bins")


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish("explode"), "one of list"),
        (Wish("make", "", "x"), "say `when`"),
        (Wish("make", "at 17:00", " "), "say `when`"),
        (Wish("make", "at 17:00", "x" * 4001), "4,000 characters"),
        (Wish("make", "x" * 101, "x"), "characters"),
        (Wish("make", "at 17:00", "half \ud800"), "no text"),
        (Wish("cancel"), "its `id`"),
        (Wish("edit", "at 17:00", "x"), "its `id`"),
    ],
)
def test_what_cannot_be_meant_says_what_is_accepted(wish: Wish, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked(wish)


@pytest.mark.parametrize("wish", [GOOD, Wish("list"), Wish("cancel", id="a"), Wish("edit", id="a")])
def test_what_can_be_meant_stays_as_it_is(wish: Wish) -> None:
    assert checked(wish) == wish


def test_the_same_wish_of_the_same_origin_is_one() -> None:
    assert name_of("a#1", GOOD) == name_of("a#1", GOOD)
    others = {name_of("a#2", GOOD), name_of("a#1", Wish("make", "at 17:01", "the bins"))}
    assert len(others | {name_of("a#1", GOOD)}) == 3


@given(st.builds(Wish, st.sampled_from([*ACTS, "x"]), st.text(), st.text(), st.text()))
def test_whatever_is_wanted_is_a_wish_or_a_sentence(wish: Wish) -> None:
    with suppress(ValueError):
        assert checked(wish) is wish
