"""Long answers in parts: within the limit, nothing lost, every part readable by itself."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.split import split

FENCE = re.compile(r"\s*(`{3,}|~{3,})([^`]*)$")

WORDS = st.text("abc *_-|#.é漢😀", min_size=0, max_size=24)
LINES = st.one_of(
    WORDS,
    st.just(""),
    st.sampled_from(["- item", "| a | b |", "# head", "  - nested", "1. one"]),
    st.text("word ", min_size=60, max_size=160),
)
FENCES = st.builds(
    lambda mark, info, indent, body: "\n".join(
        [indent + mark + info, *body, *([indent + mark] if body else [mark])]
    ),
    st.sampled_from(["```", "````", "~~~"]),
    st.sampled_from(["", "py", " text"]),
    st.sampled_from(["", "   "]),
    st.lists(WORDS | st.text("x", min_size=50, max_size=120), max_size=8),
)
OPEN_FENCE = st.just("```sh\nnever closed")
TEXTS = st.builds("\n".join, st.lists(LINES | FENCES, max_size=14))
LIMITS = st.integers(40, 200)


def left_open(part: str) -> str:
    """The mark of the fence that stands open at the end of `part`."""
    mark = ""
    for line in part.split("\n"):
        found = FENCE.match(line)
        if found is None:
            continue
        if not mark:
            mark = found.group(1)
        elif found.group(1).startswith(mark) and not found.group(2).strip():
            mark = ""
    return mark


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def without_fences_at_its_ends(part: str) -> list[str]:
    """The part as it is, and without a fence line that a cut may have put at either end."""
    lines = part.split("\n")
    heads = [0, 1] if FENCE.match(lines[0]) else [0]
    tails = [0, 1] if FENCE.match(lines[-1]) else [0]
    return [bare("\n".join(lines[h : len(lines) - t])) for h in heads for t in tails]


def can_be_put_together(parts: tuple[str, ...], text: str) -> bool:
    """Whether the parts are `text`, once added fence lines and white space are taken away."""
    whole, reached = bare(text), {0}
    for part in parts:
        reached = {
            at + len(piece)
            for at in reached
            for piece in without_fences_at_its_ends(part)
            if whole.startswith(piece, at)
        }
    return len(whole) in reached


@given(TEXTS, LIMITS)
def test_no_part_is_longer_than_the_limit(text: str, limit: int) -> None:
    assert all(len(part) <= limit for part in split(text, limit))


@given(st.text("ab`~ \n", max_size=400), st.integers(1, 60))
def test_whatever_is_written_no_part_is_too_long_and_it_ends(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert parts
    assert all(len(part) <= limit for part in parts)


@given(TEXTS, LIMITS)
def test_a_text_that_fits_is_left_alone(text: str, limit: int) -> None:
    for part in split(text, limit):
        assert split(part, limit) == (part,)
    assert split(text, len(text)) == (text,)


@given(TEXTS, LIMITS)
def test_nothing_is_lost_and_nothing_changes_places(text: str, limit: int) -> None:
    assert can_be_put_together(split(text, limit), text)


@given(TEXTS, LIMITS)
def test_every_part_closes_the_fences_that_it_opens(text: str, limit: int) -> None:
    parts = split(text, limit)
    if len(parts) > 1:
        assert [left_open(part) for part in parts] == [""] * len(parts)


@given(st.lists(FENCES, min_size=2, max_size=6), OPEN_FENCE)
def test_a_fence_that_was_never_closed_is_closed(fences: list[str], last: str) -> None:
    parts = split("\n\n".join([*fences, "word " * 10, last]), 50)
    assert not any(left_open(part) for part in parts)


@given(
    st.lists(
        st.lists(st.sampled_from(["| a | b |", "- one", "word"]), min_size=1, max_size=6),
        min_size=2,
        max_size=12,
    )
)
def test_what_fits_a_part_is_cut_only_at_an_empty_line(blocks: list[list[str]]) -> None:
    """Tables and lists stay whole: every block here is shorter than the limit."""
    whole = ["\n".join(block) for block in blocks]
    parts = split("\n\n".join(whole), 70)
    assert [block for part in parts for block in part.split("\n\n")] == whole


@given(st.lists(st.lists(WORDS.filter(str.strip), max_size=6), min_size=2, max_size=8))
def test_code_that_fits_a_part_is_never_cut(bodies: list[list[str]]) -> None:
    fences = ["\n".join(["```py", *body, "```"]) for body in bodies]
    parts = split("\n\n".join(fences), 200)
    assert [f for part in parts for f in re.findall(r"```py.*?```", part, re.DOTALL)] == fences


def test_the_lines_of_cut_code_keep_their_indentation() -> None:
    code = [f"    line {n}" for n in range(30)]
    parts = split("\n".join(["Look:", "```py", *code, "```", "That was it."]), 100)
    assert all(part.startswith("```py\n") for part in parts[1:])
    inside = [line for part in parts for line in part.split("\n") if line.startswith("    ")]
    assert inside == code
    assert parts[-1].endswith("```\nThat was it.")


def test_a_line_without_end_is_cut_between_words() -> None:
    words = [f"word{n}" for n in range(200)]
    parts = split(" ".join(words), 100)
    assert [word for part in parts for word in part.split()] == words


def test_a_word_without_end_is_cut_anywhere() -> None:
    parts = split("x" * 250, 100)
    assert [len(part) for part in parts] == [100, 100, 50]


def test_a_table_larger_than_a_part_is_cut_between_its_rows() -> None:
    rows = [f"| row {n} | value |" for n in range(40)]
    parts = split("\n".join(["Before.", "", *rows]), 200)
    assert [row for part in parts for row in part.split("\n") if row.startswith("|")] == rows


def test_a_cut_in_a_nested_fence_closes_it_where_it_stands() -> None:
    code = [f"   echo {n}" for n in range(20)]
    parts = split("\n".join(["1. Do this:", "   ```sh", *code, "   ```", "2. Done."]), 90)
    assert all(not left_open(part) for part in parts)
    assert parts[1].startswith("   ```sh\n")


def test_emptiness_is_one_part() -> None:
    assert split("", 100) == ("",)
    assert split("\n" * 300, 100) == ("",)


def test_parts_neither_begin_nor_end_with_an_empty_line() -> None:
    parts = split("\n\n\n".join(["word " * 15] * 9), 100)
    assert all(part.strip("\n") == part for part in parts)
    assert all(a and b for a, b in pairwise(parts))
