from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.importers.claudeclaw.toml import merged
from carrel.importers.tolerant import clean

TABLES = {
    (): {"shared": ("console:main",)},
    ("engine",): {"model": "opus"},
    ("conversations", "discord:1"): {"answer": "all"},
    ("discord",): {},
}


def test_an_empty_file_gets_everything() -> None:
    made = merged("", TABLES)
    assert tomllib.loads(made.text) == {
        "shared": ["console:main"],
        "engine": {"model": "opus"},
        "conversations": {"discord:1": {"answer": "all"}},
        "discord": {},
    }
    assert not made.clashes


def test_a_second_time_adds_nothing() -> None:
    first = merged("# mine\n[walls]\n", TABLES)
    again = merged(first.text, TABLES)
    assert again.text == first.text
    assert not again.added
    assert not again.clashes
    assert len(again.there) == len(TABLES)


def test_what_stands_there_is_kept_to_the_letter() -> None:
    text = '# mine\n[engine]\nmodel = "haiku"  # cheap\n'
    made = merged(text, TABLES)
    assert text in made.text
    assert made.clashes == ('[engine]\nmodel = "opus"\n',)
    assert tomllib.loads(made.text)["shared"] == ["console:main"]


def test_a_longer_list_is_as_good() -> None:
    made = merged('shared = ["console:main", "discord:9"]\n', {(): TABLES[()]})
    assert made.there
    assert not made.added


@pytest.mark.parametrize("text", ["conversations = {}\n", "conversations = 3\n", "engine = 3\n"])
def test_an_inline_table_is_not_added_to(text) -> None:
    made = merged(text, TABLES)
    assert made.clashes
    tomllib.loads(made.text)


@given(st.dictionaries(st.text().map(clean), st.text().map(clean), max_size=4))
def test_any_words_are_written_as_toml(keys) -> None:
    assert tomllib.loads(merged("", {("a b",): keys}).text) == {"a b": keys}


def test_what_is_no_toml_is_not_touched() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        merged("[engine", TABLES)
