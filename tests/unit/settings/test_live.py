"""A changed carrel.toml: what of it is taken over at once, what waits, what is refused."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.errors import ConfigError
from carrel.ports.changes import Change
from carrel.settings.live import LiveSettings, _changed, _is_live, _taken_over
from carrel.settings.loading import load
from carrel.settings.tables import Settings


class File:
    """A home with a carrel.toml, and the settings that follow it."""

    def __init__(self, home, text: str) -> None:
        self.home, self._number = home, 0
        self.write(text)
        self.live = LiveSettings(home, {}, load(home, {}))

    def write(self, text: str) -> None:
        file = self.home / "carrel.toml"
        file.write_text(text)
        self._number += 1
        os.utime(file, (self._number, self._number))

    def says(self, text: str) -> Change | None:
        self.write(text)
        assert self.live.look() is None, "it may be just being written"
        change = self.live.look()
        assert self.live.look() is None, "once"
        return change


@pytest.fixture
def file(tmp_path):
    return File(tmp_path, '[people]\nowners = ["discord:1"]\n')


def test_people_rules_and_defaults_change_at_once(file) -> None:
    change = file.says('[people]\nowners = ["discord:2"]\n[defaults]\nanswer = "mention"\n')
    assert change == Change(("defaults", "people"))
    assert file.live.current.people.owners == {"discord:2"}
    assert file.live.current.defaults.answer == "mention"
    assert file.live.notices == ()


def test_what_needs_a_restart_is_named_key_by_key_and_not_taken(file) -> None:
    change = file.says(
        'shared = ["discord:7"]\n[engine]\nmodel = "opus"\nmax_live = 3\n'
        "[limits]\nmessage_characters = 9\nfile_bytes = 9\n[console]\nport = 1\n[discord]\n"
    )
    assert change.in_force == ("engine.model", "limits.message_characters", "people", "shared")
    assert change.after_restart == ("console", "discord", "engine.max_live", "limits.file_bytes")
    current = file.live.current
    assert (current.engine.model, current.engine.max_live) == ("opus", 8)
    assert (current.limits.message_characters, current.console.port) == (9, 4711)
    assert "engine.max_live" in file.live.notices[0]
    file.says('[people]\nowners = ["discord:1"]\n[engine]\nmax_live = 8\n')
    assert file.live.notices == ()


def test_who_is_told_of_jobs_changes_at_once_and_the_zone_does_not(file) -> None:
    """Whatever reckons with it holds the one of the start."""
    said = '[people]\nowners = ["discord:1"]\n[schedules]\nnotify_to = "discord:7"\n'
    change = file.says(f'{said}timezone = "Asia/Tokyo"\n')
    assert change == Change(("schedules.notify_to",), ("schedules.timezone",))
    schedules = file.live.current.schedules
    assert (schedules.notify_to, schedules.timezone) == ("discord:7", "UTC")


@pytest.mark.parametrize("text", ["[people", "[people]\nowner = 1\n", '[walls]\nisolation = "x"\n'])
def test_a_fault_changes_nothing_and_is_said_until_it_is_mended(file, text) -> None:
    before = file.live.current
    change = file.says(text)
    assert "carrel.toml" in change.fault
    assert file.live.current is before
    assert change.fault in file.live.notices[0]
    assert file.says('[people]\nowners = ["discord:1"]\n') == Change()
    assert file.live.notices == ()


def test_a_file_that_is_gone_or_half_written_takes_nobody_out(file) -> None:
    (file.home / "carrel.toml").unlink()
    file.live.look()
    assert "gone" in file.live.look().fault
    assert file.live.current.people.owners == {"discord:1"}
    file.write("")
    assert file.live.look() is None
    file.write('[people]\nowners = ["discord:3"]\n')
    assert file.live.look() is None, "the empty one was never read"
    assert file.live.look().in_force == ("people",)


def test_a_conversation_waits_for_a_project_that_is_not_known_yet(file, tmp_path) -> None:
    (tmp_path / "shop").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    live = File(home, "")
    project = f'[projects.shop]\npath = "{tmp_path / "shop"}"\n'
    place = '[conversations."discord:1"]\nproject = "shop"\nworkspace = "project"\n'
    change = live.says(project + place)
    assert change == Change((), ("conversations", "projects"))
    assert live.live.current.conversations == {}


def test_a_sentence_for_people() -> None:
    assert Change(fault="x").sentence.endswith("stays in force: x")
    assert Change(("people",), ("console",)).sentence == (
        "carrel.toml was read again. In force now: people. These need a restart of Carrel: console."
    )
    assert Change().sentence == "carrel.toml was read again."


SOME = st.fixed_dictionaries(
    {},
    optional={
        "shared": st.sets(st.sampled_from(["a:1", "b:2"])).map(sorted),
        "defaults": st.fixed_dictionaries({"answer": st.sampled_from(["all", "mention"])}),
        "engine": st.fixed_dictionaries(
            {"model": st.sampled_from(["x", "y"]), "max_live": st.integers(1, 3)}
        ),
        "limits": st.fixed_dictionaries(
            {"message_characters": st.integers(1, 3), "file_bytes": st.integers(1, 3)}
        ),
        "console": st.fixed_dictionaries({"port": st.integers(0, 3)}),
    },
)


@given(SOME, SOME)
def test_what_is_taken_and_what_waits_are_together_all_that_differs(old, new) -> None:
    before, after = Settings.model_validate(old), Settings.model_validate(new)
    changed = tuple(_changed(before, after))
    now = tuple(one for one in changed if _is_live(one, unbound=False))
    between = _taken_over(before, after, now)
    assert not set(_changed(before, between)) - set(now)
    assert set(_changed(between, after)) == set(changed) - set(now)


def test_the_whole_file_is_replaced_once_and_in_force_at_once(file) -> None:
    before = (file.home / "carrel.toml").read_text()
    after = '[people]\nowners = ["discord:2"]\n[discord]\n'
    assert file.live.replace(before, after) == Change(("people",), ("discord",))
    assert file.live.current.people.owners == {"discord:2"}
    assert file.live.look() is None, "it is not told as somebody else's change"
    with pytest.raises(ConfigError, match="changed meanwhile"):
        file.live.replace(before, "")
    with pytest.raises(ConfigError, match="answer"):
        file.live.replace(after, "[defaults]\nanswer = 1\n")
    assert (file.home / "carrel.toml").read_text() == after


def test_a_home_without_a_file_gets_one(tmp_path) -> None:
    live = LiveSettings(tmp_path, {}, load(tmp_path, {}))
    assert live.replace(None, '[defaults]\nanswer = "never"\n').in_force == ("defaults",)
    with pytest.raises(ConfigError, match="changed meanwhile"):
        live.replace(None, "")
