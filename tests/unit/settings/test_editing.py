"""Edits change what they name and nothing else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.errors import ConfigError
from carrel.settings.editing import edited, secured, template
from carrel.settings.loading import parsed

ADDRESS = st.from_regex(r"discord:[0-9]{1,6}", fullmatch=True)
LISTS = st.lists(ADDRESS, unique=True, max_size=5).map(tuple)
NAMES = st.dictionaries(ADDRESS, st.text(max_size=20), max_size=5)


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def held(text: str, path: tuple[str, ...]) -> object:
    value = tomllib.loads(text)
    for name in path:
        value = value[name]
    return value


def test_the_template_is_accepted_and_says_the_defaults(tmp_path) -> None:
    assert parsed(template(), tmp_path, {}) == parsed("", tmp_path, {})


@given(LISTS, LISTS, NAMES)
def test_a_list_holds_what_was_wanted_and_every_comment_stays(first, then, names) -> None:
    """Whatever people are called, also by those who choose their names badly."""
    path = ("people", "owners")
    once = edited(template(), {path: first}, names)
    assert held(once, path) == list(first)
    twice = edited(once, {path: then}, names)
    assert sorted(held(twice, path)) == sorted(then)
    assert comments(twice) == comments(template())
    assert edited(twice, {path: then}, names) == twice


@given(st.text(max_size=30), NAMES)
def test_any_text_comes_out_as_it_went_in(value, names) -> None:
    path = ("conversations", "discord:1", "answer")
    text = edited(template(), {path: value or "x", ("discord",): None}, names)
    assert held(text, path) == (value or "x")
    assert held(text, ("discord",)) == {}


def test_what_people_wrote_beside_an_address_stays_there() -> None:
    mine = '[people]\nowners = ["discord:1", # me\n  "discord:2"] # and her\n\n# Walls.\n[walls]\n'
    text = edited(mine, {("people", "owners"): ("discord:1", "discord:3")}, {"discord:3": "bob"})
    assert held(text, ("people", "owners")) == ["discord:1", "discord:3"]
    for words in ('"discord:1", # me', "# and her", '"discord:3", # bob', "\n# Walls.\n[walls]"):
        assert words in text


def test_a_new_key_stands_in_its_table_and_not_below_the_next_ones_comment() -> None:
    text = edited("[people]\nowners = []\n\n# Walls.\n[walls]\n", {("people", "x"): "y"}, {})
    assert text == '[people]\nowners = []\nx = "y"\n\n# Walls.\n[walls]\n'


def test_a_new_key_stands_below_the_comment_that_shows_it() -> None:
    text = edited(template(), {("budget", "day"): 5.0, ("discord",): None}, {})
    assert "# day = 10.0\nday = 5.0\n" in text
    text = edited("[a]\nb = 1\n# c = 2\n\n# D.\n[d]\n", {("a", "c"): 3}, {})
    assert text == "[a]\nb = 1\n# c = 2\nc = 3\n\n# D.\n[d]\n"


def test_a_key_that_shall_be_gone_goes() -> None:
    text = edited('[discord]\na = "b" # c\nd = "e"\n', {("discord", "a"): ""}, {})
    assert text == '[discord]\nd = "e"\n'
    assert edited(text, {("discord", "a"): ""}, {}) == text


def test_a_table_is_called_by_its_name() -> None:
    path = ("conversations", "discord:1", "answer")
    text = edited("", {path: "all"}, {"discord:1": "home #general\n"})
    assert text == '[conversations."discord:1"] # home #general?\nanswer = "all"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "KEY=new\n"),
        ("# mine\nKEY = old\nOTHER=1\n", "# mine\nOTHER=1\nKEY=new\n"),
        ("KEYS=1", "KEYS=1\nKEY=new\n"),
        ("export KEY=old\nexport A=1", "export A=1\nKEY=new\n"),
    ],
)
def test_a_variable_is_set_and_the_others_stay(before, after) -> None:
    assert secured(before, {"KEY": "new"}) == after


@given(st.floats(0.01, 1e6))
def test_a_number_comes_out_as_it_went_in_and_goes_again(value) -> None:
    path = ("budget", "day")
    text = edited(template(), {path: value}, {})
    assert held(text, path) == value
    assert comments(text) == comments(template())
    assert edited(text, {path: ""}, {}) == template()


@pytest.mark.parametrize("text", ["[people", "[a]\nb = 1\nb = 2\n", "a.b = 1\n[a]\nb.c = 2\n"])
def test_what_cannot_be_edited_is_said_and_not_raised_as_the_librarys_own(text) -> None:
    with pytest.raises(ConfigError, match="by hand"):
        edited(text, {("people", "owners"): ("discord:1",)}, {})
