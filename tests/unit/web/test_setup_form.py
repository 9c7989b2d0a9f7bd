"""What is filled in goes into the draft whole, and stays on its own network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from tests.unit.web.town import ADA, COOKS, EVE, HALL, KITCHEN

from carrel.ports.guide import Named, Survey
from carrel.setting_up.draft import Draft, Network
from carrel.web import setup_form
from carrel.web.setup_form import SHOWN, Filled
from carrel.web.setup_looks import Seen

SURVEY = Survey("bot", (), (KITCHEN, HALL), (ADA, EVE), (COOKS,), (ADA.address,))
ELSEWHERE = """\
shared = ["slack:C1", "discord:7"]
[people]
owners = ["slack:U1"]
members = ["discord:99", "slack:U2"]
[conversations."slack:C1"]
answer = "never"
[conversations."discord:8"]
answer = "mention"
[budget]
day = 2.5
"""


def seen(survey: Survey = SURVEY) -> Seen:
    return Seen("discord", "Discord", Network("discord", None, None, None, survey))


@pytest.fixture
def draft(tmp_path) -> Draft:
    (tmp_path / "carrel.toml").write_text(ELSEWHERE)
    return Draft(tmp_path, {})


def test_what_holds_is_filled_in_and_putting_it_back_changes_nothing(draft) -> None:
    filled = setup_form.held(draft, seen())
    assert filled == Filled(
        {"owners": (), "approvers": (), "members": ("discord:99",)},
        "all", {"discord:8": "mention"}, ("discord:7",), "strict", "UTC", "2.5",
    )  # fmt: skip
    assert setup_form.put(draft, seen(), filled) == {}
    assert draft.text == ELSEWHERE


def test_in_a_new_home_whoever_made_the_bot_is_ticked(tmp_path) -> None:
    filled = setup_form.held(Draft(tmp_path, {}), seen())
    assert filled.people["owners"] == (ADA.address,)
    assert setup_form.held(Draft(tmp_path, {}), Seen("console", "x")).people["owners"] == ()


def test_others_networks_stay_as_they_are(draft) -> None:
    filled = Filled(
        {"owners": (ADA.address,), "approvers": (), "members": (COOKS.address,)},
        "never", {"discord:8": "", "discord:7": "all"}, ("discord:8",), "folder", "Asia/Tokyo", "",
    )  # fmt: skip
    assert setup_form.put(draft, seen(), filled) == {}
    settings = draft.settings
    assert settings.people.owners == {"slack:U1", ADA.address}
    assert settings.people.members == {"slack:U2", COOKS.address}
    assert settings.shared == {"slack:C1", "discord:8"}
    answers = {one: table.answer for one, table in settings.conversations.items()}
    assert answers == {"slack:C1": "never", "discord:8": None, "discord:7": "all"}
    assert (settings.budget.day, settings.walls.isolation) == (None, "folder")


@pytest.mark.parametrize("field", ["people", "there", "shared"])
def test_nobody_of_another_network_is_put(draft, field) -> None:
    odd = {"people": {"members": ("slack:U9",)}, "there": {"slack:C1": "all"}}
    filled = replace(setup_form.held(draft, seen()), **{field: odd.get(field, ("slack:C9",))})
    assert "is not on Discord" in setup_form.put(draft, seen(), filled)[""]
    assert draft.text == ELSEWHERE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer", "loud"),
        ("there", {"discord:": "all"}),
        ("isolation", "none"),
        ("timezone", "Mars/Olympus"),
        ("budget", "lots"),
        ("budget", "-1"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(draft, field, value) -> None:
    filled = replace(setup_form.held(draft, seen()), **{field: value})
    faults = setup_form.put(draft, seen(), filled)
    assert list(faults) == ["answer" if field == "there" else field]


def test_all_that_is_wrong_is_said_together(draft) -> None:
    filled = replace(setup_form.held(draft, seen()), timezone="x", budget="x")
    assert list(setup_form.put(draft, seen(), filled)) == ["timezone", "budget"]


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
LISTED = st.lists(WORDS, unique=True).map(tuple)
FILLED = st.builds(
    Filled,
    people=st.fixed_dictionaries(dict.fromkeys(setup_form.ROLES, LISTED)),
    answer=WORDS,
    there=st.dictionaries(WORDS, WORDS),
    shared=LISTED,
    isolation=WORDS,
    timezone=WORDS.map(str.strip),
    budget=WORDS.map(str.strip),
)  # fmt: skip


@given(FILLED)
def test_what_is_carried_along_is_read_as_it_was(filled) -> None:
    assert setup_form.read(FormData(filled.pairs)) == filled


def test_a_form_about_something_else_is_none() -> None:
    assert setup_form.read(FormData([("secret:token", "x")])) is None


def test_who_is_ticked_is_shown_and_a_role_is_offered_no_more_than_it_can_be(draft) -> None:
    lines = setup_form.people(seen(), setup_form.held(draft, seen()))
    shown = {line.named.name: (line.offered, line.ticked) for line in lines}
    assert shown == {
        ADA.name: (setup_form.ROLES, ()),
        EVE.name: (setup_form.ROLES, ()),
        COOKS.name: (("approvers", "members"), ()),
        "discord:99": (setup_form.ROLES, ("members",)),
    }


def test_a_role_that_is_an_owner_already_can_be_taken_off() -> None:
    (line,) = setup_form.people(
        seen(Survey("bot", groups=(COOKS,))), Filled({"owners": (COOKS.address,)})
    )
    assert (line.offered, line.ticked) == (setup_form.ROLES, ("owners",))


def test_a_page_shows_some_hundred_people_and_everybody_who_is_ticked() -> None:
    """The others are looked for by their name."""
    crowd = tuple(Named(f"discord:{n}", f"n{n}") for n in range(1000))
    lines = setup_form.people(
        seen(Survey("bot", people=crowd)), Filled({"members": ("discord:900",)})
    )
    assert len(lines) == SHOWN + 1
    assert lines[-1].named.address == "discord:900"


def test_places_are_those_that_are_seen_and_those_that_are_set(draft) -> None:
    filled = replace(setup_form.held(draft, seen()), there={"discord:5": "never"})
    lines = setup_form.places(seen(), filled)
    assert [(one.named.name, one.answer, one.shared) for one in lines] == [
        (KITCHEN.name, "", True), (HALL.name, "", False), ("discord:5", "never", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("owners", "members", "said"),
    [
        ((), ("discord:1",), "there is no owner"),
        (("slack:U1",), ("slack:U2",), "nobody is heard there yet"),
        (("slack:U1",), ("discord:1",), ""),
        (("discord:1",), (), ""),
    ],
)
def test_it_is_said_where_nobody_would_be_heard(tmp_path, owners, members, said) -> None:
    draft = Draft(tmp_path, {})
    draft.set({("people", "owners"): owners, ("people", "members"): members})
    told = setup_form.unheard(draft, seen())
    assert said in told
    assert bool(told) is bool(said)
    assert setup_form.unheard(draft, Seen("console", "x")) == ""
