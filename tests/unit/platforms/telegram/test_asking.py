"""Only the bot's own question turns a reply into a command."""

from __future__ import annotations

from carrel.platforms.telegram.asking import Asking
from carrel.testing.telegram.html import parse

ME = {"id": 9, "username": "carrel_bot"}


def message(asking: Asking, command: str, author: int = 9) -> dict[str, object]:
    text, entities = parse(asking.question(command))
    return {"from": {"id": author}, "text": text, "entities": entities}


def test_the_bot_knows_its_own_question() -> None:
    asking = Asking("token", ME)
    assert asking.command_of(message(asking, "/deny a1 b&c")) == "/deny a1 b&c"


def test_a_question_of_somebody_else_is_none() -> None:
    mine, forged = Asking("token", ME), Asking("guessed", ME)
    assert mine.command_of(message(forged, "/allow a1")) is None
    assert mine.command_of(message(mine, "/allow a1", author=8)) is None
    assert mine.command_of({"from": {"id": 9}, "text": "/allow a1"}) is None
    assert mine.command_of({}) is None


def test_it_says_what_the_words_are_for() -> None:
    assert "What the agent is told." in Asking("token", ME).question("/deny a1")
