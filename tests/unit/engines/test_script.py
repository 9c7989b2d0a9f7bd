from __future__ import annotations

import pytest

from carrel.engines.script import AskFor, Fail, Hang, Limit, Lose, Say, Tool, echoing


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("hello there", (Say("echo: hello there"),)),
        ("hang", (Hang(),)),
        ("fail badly", (Fail("badly"),)),
        ("lose", (Lose(),)),
        ("limit", (Limit(None),)),
        ("limit 12", (Limit(12.0),)),
        ("ask rm", (AskFor("rm"), Say("allowed"))),
        ("tool ls", (Tool("Bash", "ls"), Say("ran: ls"))),
    ],
)
def test_the_first_word_chooses(text, steps):
    assert tuple(echoing(text)) == steps
