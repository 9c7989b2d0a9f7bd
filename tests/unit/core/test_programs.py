"""What is known of programs is without contradictions, and what is not known stays as it is."""

from __future__ import annotations

import pytest

from carrel.core.programs import REFUSED, RULES, leading

NAMES = [name for names in REFUSED.values() for name in names.split()]


def test_no_program_is_refused_for_two_reasons() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_program_names_nothing(name: str) -> None:
    assert leading((name,), "/w") is None
    assert leading((name, "x"), "/w") is None


@pytest.mark.parametrize("words", RULES)
def test_an_option_that_nobody_listed_is_refused(words: tuple[str, ...]) -> None:
    named = ("x",) if RULES[words].named else ()
    assert RULES[words].options is None or not RULES[words].allows(("--evil",), "/w")
    assert leading((*words, *named), "/w") is not None


def test_only_readers_take_any_option() -> None:
    free = {words for words, rule in RULES.items() if rule.options is None and not rule.exactly}
    assert all(len(words) == 1 for words in free)
    assert not {name for (name,) in free} & {"find", "sort", "rg", "tree", "diff", "date", "make"}


def test_letters_stand_together_if_each_of_them_may() -> None:
    assert leading(("git", "commit", "-qam", "x"), "/w") == (("git", "commit"), True)
    assert leading(("git", "commit", "-qan", "x"), "/w") is None
    assert leading(("head", "-n20"), "/w") == (("head",), True)


def test_a_script_that_is_named_has_a_plain_name() -> None:
    assert leading(("npm", "run", "test:unit", "a"), "/w") == (("npm", "run", "test:unit"), True)
    for name in ("../x", "-x", "a b", "a;b", "CC=x", ""):
        assert leading(("npm", "run", name), "/w") is None
        assert leading(("make", name), "/w") is None


def test_the_session_s_folder_is_the_place_one_may_name() -> None:
    for place in ("/w", "/w/", "/w/a", "a", "./a", "a/..b"):
        assert leading(("ls", place), "/w") == (("ls",), True)
    for place in ("/", "/w2", "/w/../a", "/w//a", "..", "a/../..", "~", "@a"):
        assert leading(("ls", place), "/w") is None
    assert leading(("git", "push", "/w/origin"), "/w") is None
