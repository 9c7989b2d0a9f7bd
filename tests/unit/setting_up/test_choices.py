"""What holds if nobody answers, and what an answer changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.errors import ConfigError
from carrel.ports.guide import Named, Survey
from carrel.setting_up import choices
from carrel.setting_up.draft import Draft, Network

ADA, ROLE = Named("discord:1", "Ada"), Named("discord:role:9", "role cooks")
SURVEY = Survey("bot", people=(ADA,), groups=(ROLE,), likely=("discord:1",))
SEEN = (Network("discord", None, None, None, SURVEY),)


def drafted(home, text: str = "", **environ: str) -> Draft:
    home.mkdir(exist_ok=True)
    if text:
        (home / "carrel.toml").write_text(text)
    return Draft(home, environ)


def test_the_first_owner_is_who_made_the_bot_and_only_where_there_is_none(tmp_path) -> None:
    draft = drafted(tmp_path)
    assert choices.held_people(draft, "owners", SEEN) == ("discord:1",)
    assert choices.held_people(draft, "members", SEEN) == ()
    choices.put_people(draft, "owners", ["slack:2", "slack:2"])
    assert choices.held_people(draft, "owners", SEEN) == ("slack:2",)


def test_only_a_person_is_an_owner(tmp_path) -> None:
    assert choices.known_people("owners", SEEN) == (ADA,)
    assert choices.known_people("members", SEEN) == (ADA, ROLE)
    draft = drafted(tmp_path)
    for group in (ROLE.address, "discord:server:1"):
        with pytest.raises(ConfigError, match="only a person can be an owner"):
            choices.put_people(draft, "owners", ["discord:1", group])
    assert choices.held_people(draft, "owners", ()) == ()
    choices.put_people(draft, "members", [ROLE.address])


def test_answers_are_those_of_everywhere_and_of_some_places(tmp_path) -> None:
    text = '[conversations."discord:7"]\nanswer = "all" # mine\nmode = "plan"\n'
    draft = drafted(tmp_path, text)
    assert choices.held_answers(draft) == {"discord:7": "all"}
    choices.put_answers(draft, "mention", {"discord:7": "all", "discord:8": "never"})
    assert choices.held_answers(draft) == {"discord:7": "all", "discord:8": "never"}
    assert draft.settings.defaults.answer == "mention"
    assert "# mine" in draft.text
    choices.put_answers(draft, "mention", {"discord:7": "", "discord:9": ""})
    assert choices.held_answers(draft) == {"discord:8": "never"}
    assert draft.settings.conversations["discord:7"].mode == "plan"
    assert "discord:9" not in draft.text


@pytest.mark.parametrize(
    ("answer", "there"), [("loud", {}), ("all", {"discord:7": "loud"}), ("all", {"nowhere": "all"})]
)
def test_what_is_no_word_and_no_place_is_refused(tmp_path, answer, there) -> None:
    with pytest.raises(ConfigError):
        choices.put_answers(drafted(tmp_path), answer, there)


def test_places_share_a_session(tmp_path) -> None:
    draft = drafted(tmp_path)
    choices.put_shared(draft, ["discord:7"])
    choices.put_isolation(draft, "folder")
    assert draft.settings.shared == {"discord:7"}
    assert draft.settings.walls.isolation == "folder"


def test_a_zone_is_the_one_that_is_set_else_the_machines(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(choices, "LOCALTIME", tmp_path / "zoneinfo" / "Asia" / "Tokyo")
    assert choices.likely_zone(drafted(tmp_path, TZ="Europe/Lisbon")) == "Europe/Lisbon"
    assert choices.likely_zone(drafted(tmp_path, TZ="odd")) == "Asia/Tokyo"
    monkeypatch.setattr(choices, "LOCALTIME", tmp_path)
    assert choices.likely_zone(drafted(tmp_path)) == "UTC"
    held = drafted(tmp_path, '[schedules]\ntimezone = "Africa/Cairo"\n', TZ="Europe/Lisbon")
    assert choices.likely_zone(held) == "Africa/Cairo"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd"])
def test_what_is_no_zone_is_refused(tmp_path, name) -> None:
    draft = drafted(tmp_path)
    choices.put_zone(draft, "Europe/Berlin")
    assert draft.settings.schedules.timezone == "Europe/Berlin"
    with pytest.raises(ConfigError, match="no time zone"):
        choices.put_zone(draft, name)


def test_a_budget_is_changed_and_taken_away(tmp_path) -> None:
    draft = drafted(tmp_path)
    choices.put_budget(draft, 0)
    assert "\nday" not in draft.text
    choices.put_budget(draft, 7.5)
    assert choices.held_budget(draft) == 7.5
    choices.put_budget(draft, 0)
    assert choices.held_budget(draft) == 0
    with pytest.raises(ConfigError, match="no amount"):
        choices.put_budget(draft, -1)


@given(st.floats(0, 1e9))
def test_an_amount_is_read_as_it_is_written(dollars) -> None:
    assert choices.amount(f"${dollars!r}") == dollars


@pytest.mark.parametrize("said", ["", "lots", "-3", "inf", "nan", "$", "1,5"])
def test_what_is_no_amount_is_none(said) -> None:
    assert choices.amount(said) is None


def test_a_whole_address_is_its_own() -> None:
    assert choices.by_address("telegram:77") == (Named("telegram:77", "telegram:77"),)
    assert choices.by_address("ada") == choices.by_address("telegram:") == ()
