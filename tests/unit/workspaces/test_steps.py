"""What undoing steps does. spec: 14.6 14.8"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.model import TurnId
from carrel.workspaces.snapshots import Entry
from carrel.workspaces.steps import Step, turned_back


def entry(content: str) -> Entry:
    return Entry("file", 0o644, content)


def files(**contents: str) -> dict[str, Entry]:
    return {name: entry(content) for name, content in contents.items()}


def step(before: str, after: str, **more: object) -> Step:
    return Step("s", "turn", "/w", 0.0, TurnId("k#1"), before, after, **more)


def undone(steps, now, **listings):
    return turned_back(steps, now, lambda name: listings[name])


def test_what_a_turn_changed_made_and_removed_is_put_back() -> None:
    before, after = files(a="1", b="1", same="1"), files(a="2", c="1", same="1")
    changes, fates = undone([step("x", "y")], after, x=before, y=after)
    assert (changes.back, changes.gone) == (("a", "b"), ("c",))
    assert fates == {"a": entry("1"), "b": entry("1"), "c": None}


def test_what_others_changed_since_is_left_alone() -> None:
    before, after, now = files(a="1", b="1"), files(a="2", b="2"), files(a="3", b="2", c="9")
    changes, fates = undone([step("x", "y")], now, x=before, y=after)
    assert (changes.others, changes.back) == (("a",), ("b",))
    assert "c" not in fates, "no turn has touched it"


def test_what_others_changed_between_two_turns_is_left_alone() -> None:
    listings = {name: files(a=name) for name in "uvwx"}
    changes, fates = undone([step("u", "v"), step("w", "x")], files(a="x"), **listings)
    assert (changes.others, fates) == (("a",), {})


def test_what_was_changed_while_another_worked_there_is_left_alone() -> None:
    listings = {"x": files(a="1"), "y": files(a="2")}
    changes, fates = undone([step("x", "y", alone=False)], files(a="2"), **listings)
    assert (changes.others, fates) == (("a",), {})


def test_what_is_not_kept_is_neither_put_back_nor_removed() -> None:
    large = Entry("file", 0o644, "", (9, 9))
    listings = {"x": {"was": large}, "y": {"is": large}}
    changes, fates = undone([step("x", "y")], {"is": large}, **listings)
    assert (changes.unkept, fates) == (("is", "was"), {})


def test_a_turn_of_which_nothing_is_known_is_said() -> None:
    changes, fates = undone([step("", "y")], {}, y={})
    assert (changes.known, fates) == (False, {})


LISTING = st.dictionaries(st.sampled_from("abc"), st.sampled_from("123").map(entry))


@given(st.lists(LISTING, min_size=2, max_size=5))
def test_with_nobody_else_there_everything_is_as_it_was(listings) -> None:
    named = {str(number): one for number, one in enumerate(listings)}
    steps = [step(str(number), str(number + 1)) for number in range(len(listings) - 1)]
    _, fates = undone(steps, listings[-1], **named)
    now = {**listings[-1], **fates}
    assert {path: one for path, one in now.items() if one is not None} == listings[0]
