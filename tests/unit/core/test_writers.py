"""Two sessions and one file: the second hears of the first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.model import SessionKey
from carrel.core.writers import MOST, RECENT_S, Claim, Writers

ADA, BOB = SessionKey("discord:1"), SessionKey("discord:2")
FILE = "/code/a.py"


def after(*claims: Claim) -> Writers:
    writers = Writers()
    for claim in claims:
        writers = writers.claimed(claim)
    return writers


def test_the_second_is_told_of_the_first_and_not_of_itself() -> None:
    first = Claim(ADA, FILE, 10.0)
    writers = after(first)
    assert writers.others(Claim(BOB, FILE, 20.0)) == (first,)
    assert writers.others(Claim(ADA, FILE, 20.0)) == ()
    assert writers.others(Claim(BOB, "/code/b.py", 20.0)) == ()


def test_the_newest_claim_comes_first_and_only_the_last_of_each_session_counts() -> None:
    writers = after(Claim(ADA, FILE, 1.0), Claim(BOB, FILE, 2.0), Claim(ADA, FILE, 3.0))
    third = Claim(SessionKey("x"), FILE, 4.0)
    assert writers.others(third) == (Claim(ADA, FILE, 3.0), Claim(BOB, FILE, 2.0))


def test_a_claim_holds_for_a_while() -> None:
    writers = after(Claim(ADA, FILE, 0.0))
    assert writers.others(Claim(BOB, FILE, RECENT_S - 1))
    assert not writers.others(Claim(BOB, FILE, RECENT_S))
    assert len(writers.claimed(Claim(BOB, "/other", RECENT_S)).claims) == 1


def test_only_so_many_are_remembered_and_the_oldest_go_first() -> None:
    claims = (Claim(ADA, f"/{number}", 1.0) for number in range(MOST))
    full = Writers({(one.path, one.session): one for one in claims})
    writers = full.claimed(Claim(ADA, f"/{MOST}", 1.0))
    assert len(writers.claims) == MOST
    assert not writers.others(Claim(BOB, "/0", 1.0))
    assert writers.others(Claim(BOB, f"/{MOST}", 1.0))


@given(
    st.lists(
        st.builds(
            Claim,
            st.sampled_from([ADA, BOB]),
            st.sampled_from(["/a", "/b"]),
            st.floats(0, 3 * RECENT_S),
        )
    )
)
def test_whoever_is_told_of_is_another_at_the_same_file_within_the_time(claims) -> None:
    last = Claim(ADA, "/a", 3 * RECENT_S)
    in_order = sorted(claims, key=lambda one: one.at)
    newest = {one.session: one for one in in_order if one.path == "/a"}
    due = newest.get(BOB)
    told = after(*in_order).others(last)
    assert told == ((due,) if due and due.at > last.at - RECENT_S else ())
