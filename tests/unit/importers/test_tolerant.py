from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.importers.tolerant import clean, number, parsed, prose, table, word, words


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b'{"sessionId": "a', "cut off"),
        (b"", "cut off"),
        (b"\xff\xfe{", "UTF-8"),
        (b"[" * 100_000, "deeply"),
        (b"9" * 5000, "damaged"),
    ],
)
def test_what_is_no_json_has_a_reason(data, fault) -> None:
    assert fault in parsed(data).fault


def test_a_mark_at_the_beginning_is_no_fault() -> None:
    assert parsed(b"\xef\xbb\xbf{}").value == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_reason(data) -> None:
    found = parsed(data)
    assert found.value is None or not found.fault
    prose(data).encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (80351110224678912, "80351110224678912"),
        (" 12 ", "12"),
        (True, ""),
        (1.5, ""),
        (None, ""),
        ([], ""),
        ("x" * 301, ""),
        pytest.param(10**5000, "", id="huge"),
        ("a\ud800b\x07", "a?b?"),
    ],
)
def test_a_word_is_a_string_or_a_whole_number(value, expected) -> None:
    assert word(value) == expected


def test_words_come_once_and_in_order() -> None:
    assert words([2, "1", 2, None, {}, "2"]) == ("2", "1")
    assert words("1") == ()


def test_a_table_is_an_object_or_empty() -> None:
    assert table({"a\n": 1}) == {"a?": 1}
    assert table([1]) == {}


def test_a_number_lies_within_its_bounds() -> None:
    assert number(3, 5) == 3.0
    assert [number(value, 5) for value in (6, -1, True, "3", float("nan"), 10**400)] == [None] * 6


@given(st.text(st.characters(codec=None)))
def test_a_clean_text_can_be_written_and_shown(text) -> None:
    assert clean(text).encode().decode().isprintable()
