"""Which of the engine's own commands are run, and what stands in for the others. spec: 16.11"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.sessions import KEY, prompt

from carrel.core.command_table import COMMANDS
from carrel.core.commands import event_of, find
from carrel.core.completing import completions, fitting, runnable
from carrel.core.engine_commands import _INSTEAD, engine_command, refusal
from carrel.core.events import Amended, Inquired, Prompted, Told
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender, Session
from carrel.core.routing import Rules, resolve
from carrel.core.session import step

HERE = Conversation("console", "a")
RUN = replace(prompt(2), text="/run review the plan")


def event(text: str) -> object:
    said = Inbound("console", "c", HERE, Sender("console", "ada", "Ada"), text)
    return event_of(find(text), said, "member", resolve(HERE, Rules()))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/run review", "/review"),
        ("/run /review", "/review"),
        ("/run  review the plan\nand more ", "/review the plan\nand more"),
        ("/compact keep it", "/compact keep it"),
        ("/run", ""),
        ("/running", ""),
        ("run review", ""),
        ("/run clear", ""),
        ("/run /Clear now", ""),
        ("/run -x", ""),
        ("/run //", ""),
        ("/run __remote-workflow", ""),
    ],
)
def test_a_message_is_one_of_the_engine_s_own_or_plain_words(text, wanted) -> None:
    assert engine_command(text) == wanted


@given(st.text())
def test_whatever_is_typed_nothing_refused_reaches_the_engine(text) -> None:
    given_ = engine_command(f"/run {text}")
    assert not given_ or not refusal(given_)


@pytest.mark.parametrize(
    "name", ["clear", "exit", "login", "resume", "model", "permissions", "add-dir"]
)
def test_what_would_break_the_hold_is_refused_with_what_does_it(name) -> None:
    told = event(f"/run {name} x")
    assert isinstance(told, Told)
    assert told.text.startswith(f"/{name} is not run here: ")


def test_what_is_named_in_place_of_another_is_there() -> None:
    named = {text.split()[0] for text in _INSTEAD.values() if text.startswith("/")}
    assert named <= {f"/{command.name}" for command in COMMANDS if command.listed}


def test_what_is_for_a_terminal_says_how_to_go_there() -> None:
    assert "/handoff" in event("/run config").text
    assert event("/run") == Inquired("console/c", HERE, "run", "")


def test_it_is_a_turn_of_its_own() -> None:
    assert isinstance(event("/run review"), Prompted)
    asked = [prompt(1), RUN, prompt(3)]
    session = Session(KEY, burst=100.0)
    session, _ = step(session, Prompted(prompt(9)))
    for one in asked:
        session, _ = step(session, Prompted(replace(one, waiting="steer")))
    assert [one.text for one in session.waiting] == [one.text for one in asked[1:]]
    running, _ = step(Session(KEY), Prompted(RUN))
    steered, _ = step(running, Prompted(prompt(3, "steer")))
    assert [one.id for one in steered.waiting] == [prompt(3).id]


def test_an_edit_cannot_make_of_words_what_is_refused() -> None:
    session, _ = step(Session(KEY), Prompted(prompt(1)))
    session, _ = step(session, Prompted(prompt(2)))
    session, _ = step(session, Amended(replace(prompt(2), text="/run clear")))
    assert session.waiting[0].command == ""


def test_only_what_is_run_here_is_offered() -> None:
    own = (("review", "Looks at it."), ("clear", "Forgets."), ("greet", "Greets."))
    assert [name for name, _ in runnable(own)] == ["review", "greet"]
    found = completions(Session(KEY), resolve(HERE, Rules()), "run", (), own)
    assert [one.value for one in fitting(found, "gr")] == ["greet"]
