"""What may follow a command."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.sessions import KEY, PLACE, TOKEN

from carrel.core.command_table import COMMANDS
from carrel.core.completing import MOST, Completion, argument_of, completions, fitting
from carrel.core.model import Chosen, Grant, Past, Session
from carrel.core.routing import Rules, resolve

ROUTE = replace(resolve(PLACE, Rules(model="opus")), project="shop")
OTHERS = Grant("g3", "rm *", "Eve", 3.0, project="bar")
SESSION = Session(
    KEY,
    past=(Past(replace(TOKEN, value="0123456789"), "lanterns", 86_400.0),),
    grants=(Grant("g1", "ls *", "Ada", 1.0),),
    shared=(Grant("g2", "mkdir *", "Ada", 2.0, project="shop"), OTHERS),
    chosen=Chosen(model="sonnet"),
)


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("resume", ["01234567"]),
        ("grants", ["g1", "g2"]),
        ("model", ["sonnet", "opus", "default"]),
        ("files", ["src", "docs"]),
        ("stop", []),
    ],
)
def test_it_is_what_the_session_holds(command: str, values: list[str]) -> None:
    """spec: 16.9"""
    found = completions(SESSION, ROUTE, command, ("src", "docs"))
    assert [one.value for one in found] == values
    outside = completions(SESSION, replace(ROUTE, project=None), "grants", ())
    assert [one.value for one in outside] == ["g1"]


def test_only_who_may_use_a_command_is_helped_with_it() -> None:
    """spec: 16.9"""
    assert argument_of("grants", "revoke", "approver")
    assert argument_of("grants", "revoke", "member") is None
    assert argument_of("resume", "name", None) is None
    assert argument_of("resume", "else", "owner") is None
    assert argument_of("allow", "id", "owner") is None, "what buttons stand for is not offered"
    assert argument_of("nonsense", "name", "owner") is None


def test_every_argument_that_says_so_is_completed() -> None:
    said = {one.name for one in COMMANDS for each in one.arguments if each.completed}
    assert said == {"resume", "grants", "model", "files", "run"}


def test_what_is_typed_comes_first_and_what_holds_it_after() -> None:
    found = tuple(Completion(value, label) for value, label in [("1", "a bee"), ("2", "Bear")])
    assert [one.value for one in fitting(found, "be")] == ["2", "1"]
    assert fitting(found, "") == found
    assert fitting(found, "x") == ()


@given(st.lists(st.builds(Completion, st.text(max_size=5), st.text(max_size=5))), st.text())
def test_never_more_than_can_be_shown(found: list[Completion], typed: str) -> None:
    fit = fitting(tuple(found), typed)
    assert len(fit) <= MOST
    assert {*fit} <= {*found}
