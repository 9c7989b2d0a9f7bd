"""A box fits what is seen of its lines, whatever they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from carrel.cli.boxes import ESCAPES, boxed, clean, dim, width

TEXT = st.text(
    st.sampled_from("ab ·é漢字かｶﾅ한👀🚀❤️👩‍👩‍👧🇩🇪\u200b\u0301") | st.characters(), max_size=40
).map(clean)
LINES = st.lists(st.one_of(TEXT, TEXT.map(dim)), max_size=5)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        (dim("abc"), 3),
        ("\x1b[1;38:5:9mx\x1b[0m", 1),
        ("漢字", 4),
        ("👀", 2),
        ("e\u0301", 1),
    ],
)
def test_width_is_what_is_seen(text, cells) -> None:
    assert width(text) == cells


@given(TEXT, LINES, st.integers(min_value=6, max_value=80))
def test_every_row_of_a_box_is_as_wide_as_the_others_and_none_is_wider_than_asked(
    title, lines, most
) -> None:
    rows = [ESCAPES.sub("", row) for row in boxed(title, lines, most).split("\n")]
    assert len(rows) == len(lines) + 2
    assert len({cell_len(row) for row in rows}) == 1
    assert cell_len(rows[0]) <= most + 1
    assert all(row.startswith("│ ") and row.endswith(" │") for row in rows[1:-1])


def test_what_is_cut_says_so_and_keeps_no_half_of_a_letter() -> None:
    assert boxed("t", ["漢字漢字"], 9).split("\n")[1] == "│ 漢字… │"
    assert boxed("t", [dim("abcdef")], 9).split("\n")[1] == "│ abcd… │"


def test_words_of_others_cannot_move_the_cursor() -> None:
    assert clean("a\x1b[2Jb\r\nc\u202e") == "a[2Jbc"
