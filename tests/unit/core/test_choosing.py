"""What people choose for a session, and why each holds."""

from __future__ import annotations

import pytest
from tests.unit.core.sessions import PLACE, bodies, prompt, run

from carrel.core.choosing import CHOICES, in_force
from carrel.core.effects import Choose
from carrel.core.events import Adjusted, Prompted
from carrel.core.messages import Notice
from carrel.core.model import Chosen, MessageId
from carrel.core.routing import PlaceRule, Rules, resolve

RULES = Rules(model="opus", places={PLACE.address: PlaceRule(mode="plan")})


def adjusted(setting: str, value: str = "", role: str = "owner", rules: Rules = RULES) -> Adjusted:
    return Adjusted(MessageId("console/c"), PLACE, setting, value, role, resolve(PLACE, rules))


def said(*events: Adjusted):
    session, effects = run(*events)
    return session.chosen, bodies(effects, Notice)[-1].text


def test_to_ask_changes_nothing_and_says_why() -> None:
    chosen, text = said(adjusted("mode"))
    assert chosen == Chosen()
    assert text == (
        "The mode is plan: it only looks, and shows a plan first (the rule for console:a)."
    )
    assert said(adjusted("model"))[1] == "The model is opus (the default)."
    assert "engine's own default" in said(adjusted("effort"))[1]
    assert said(adjusted("waiting"))[1].startswith("The waiting mode is steer: ")


def test_what_waits_is_listed_with_the_waiting_mode() -> None:
    assert said(adjusted("waiting"))[1].endswith(" Nothing waits.")
    busy = (Prompted(prompt(1)), Prompted(prompt(2)), Prompted(prompt(3)))
    _, text = said(*busy, adjusted("waiting"))
    assert text.endswith("\n1. text 2\n2. text 3")


def test_what_is_chosen_holds_and_can_be_given_back() -> None:
    chosen, text = said(adjusted("model", "haiku"))
    assert chosen == Chosen(model="haiku")
    assert text == "The model is haiku (chosen for this session)."
    chosen, text = said(adjusted("model", "haiku"), adjusted("model", "default"))
    assert (chosen, text) == (Chosen(), "The model is opus (the default).")


def test_a_choice_is_recorded() -> None:
    _, effects = run(adjusted("effort", "high"))
    assert Choose(Chosen(effort="high")) in effects


@pytest.mark.parametrize("setting", ["mode", "waiting", "effort"])
def test_what_is_no_value_is_refused_with_those_that_are(setting: str) -> None:
    chosen, text = said(adjusted(setting, "warp"))
    assert chosen == Chosen()
    assert all(value in text for value in CHOICES[setting])


def test_a_name_without_end_is_no_model() -> None:
    assert said(adjusted("model", "x" * 101))[0] == Chosen()


@pytest.mark.parametrize(
    ("role", "value", "chosen"),
    [
        ("member", "ask", None),
        ("member", "plan", "plan"),
        ("member", "default", None),
        ("approver", "auto", None),
        ("owner", "auto", "auto"),
    ],
)
def test_only_those_whom_the_route_lets_may_raise_the_mode(role, value, chosen) -> None:
    after, text = said(adjusted("mode", value, role))
    assert after.mode == chosen
    assert ("Only the role 'owner'" in text) == (chosen is None and value != "default")


def test_what_was_raised_may_be_kept_and_lowered_by_a_member() -> None:
    raised = adjusted("mode", "auto")
    assert said(raised, adjusted("mode", "auto", "member"))[0].mode == "auto"
    assert said(raised, adjusted("mode", "ask", "member"))[0].mode == "ask"


def test_auto_needs_walls() -> None:
    rules = Rules(walled=False)
    chosen, text = said(adjusted("mode", "auto", rules=rules))
    assert chosen == Chosen()
    assert "strict" in text


def test_every_value_has_a_sentence() -> None:
    for setting, values in CHOICES.items():
        for value in values:
            event = adjusted(setting, value)
            assert value in in_force(Chosen(**{setting: value}), event)
