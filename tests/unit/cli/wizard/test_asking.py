"""Questions as they are asked, and what holds where nobody answers."""

from __future__ import annotations

import pytest

from carrel.cli.wizard.asking import Asker
from carrel.ports.guide import Named

ADA, BOB, CAT = (Named(f"discord:{n}", name) for n, name in enumerate(("ada", "bob", "cat"), 1))


@pytest.fixture
def typed(monkeypatch):
    """What a person types, line by line; all of it must be asked for."""
    lines: list[str] = []
    monkeypatch.setattr(Asker, "line", lambda _self, _text, default="": lines.pop(0) or default)
    yield lines
    assert lines == []


def find(name: str) -> tuple[Named, ...]:
    return (CAT,) if "cat".startswith(name) else ()


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        ([""], ["discord:2"]),
        (["1", ""], ["discord:2", "discord:1"]),
        (["1, 2", ""], ["discord:1"]),
        (["c", "3", ""], ["discord:2", "discord:3"]),
        (["c", "c", "3 3", ""], ["discord:2"]),
        (["0", "4", "nobody", "1 4", ""], ["discord:2"]),
    ],
)
def test_numbers_tick_and_letters_look_for(typed, lines, chosen) -> None:
    typed += lines
    assert Asker(asks=True).tick("Who?", [ADA, BOB], ["discord:2"], find) == tuple(chosen)


def test_who_is_ticked_and_not_known_can_be_taken_off(typed) -> None:
    typed += ["2", ""]
    assert Asker(asks=True).tick("Who?", [ADA], ["discord:77"]) == ()


def test_one_word_of_some_and_one_of_a_list(typed) -> None:
    typed += ["both", "b", "9", "0", "", "2"]
    asker = Asker(asks=True)
    assert asker.choose("Which?", [("a", "the first"), ("b", "the second")], "a") == "b"
    assert asker.pick("Where?", [ADA, BOB], ADA) is None
    assert asker.pick("Where?", [ADA, BOB], ADA) == ADA
    assert asker.pick("Where?", [ADA, BOB], None) == BOB


def test_what_others_are_called_moves_no_cursor(typed, capsys) -> None:
    typed += ["", "0"]
    asker, odd = Asker(asks=True), Named("discord:9", "Ada\x1b[2J\r")
    asker.tick("Who?", [odd], [])
    asker.pick("Where?", [odd], None)
    asker.finding(well=False, what="x", said=odd.name, mend=odd.name)
    asker.say(f"{odd.name}\nwell")
    told = capsys.readouterr().out
    assert told.count("Ada[2J\n") == 5
    assert not {"\x1b", "\r"} & set(told)


def test_where_nobody_answers_each_default_holds() -> None:
    asker = Asker(asks=False)
    assert asker.agrees("?", default=True)
    assert asker.line("?", "x") == "x"
    assert asker.secret("?", needed=True) == ""
    assert asker.choose("?", [("a", "b")], "a") == "a"
    assert asker.pick("?", [ADA], None) is None
    assert asker.tick("?", [ADA], ["discord:2"]) == ("discord:2",)
