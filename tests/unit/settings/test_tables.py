"""The models: frozen, and open where the engine decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from carrel.core.errors import ConfigError
from carrel.core.firing import Every
from carrel.core.jobs import Job, reminding, sender
from carrel.settings.loading import load
from carrel.settings.tables import Settings


def said(home: Path, text: str) -> Settings:
    (home / "carrel.toml").write_text(text)
    return load(home, {})


def test_a_model_may_be_left_to_the_engine_or_named(tmp_path) -> None:
    assert said(tmp_path, "").engine.model is None
    assert said(tmp_path, "[engine]\nmodel = 'opus'").engine.model == "opus"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().engine.max_live = 9


def test_a_host_that_only_leads_has_no_place_for_an_agent() -> None:
    """spec: 21.12"""
    assert Settings().places == Settings().engine.max_live
    assert Settings.model_validate({"gateway": {"role": "platforms"}}).places == 0


def test_jobs_and_reminders_are_heard_and_are_no_owners() -> None:
    people = Settings().listed()
    job = Job("report", Every(3600), "What is new?")
    assert people.role(sender(job)) == "approver"
    assert people.role(reminding()) == "member"


def test_where_jobs_answer_may_be_said_for_all_of_them(tmp_path) -> None:
    loaded = said(tmp_path, "[schedules]\nnotify_to = 'discord:1'")
    assert loaded.schedules.notify_to == "discord:1"
    assert Settings().schedules.notify_to is None
    with pytest.raises(ConfigError, match=r"carrel\.toml:2: schedules\.notify_to: write it as"):
        said(tmp_path, "[schedules]\nnotify_to = 'a:b:c:d'")


def test_sessions_lie_in_the_home_or_in_the_folder_that_every_host_sees(tmp_path) -> None:
    """What is not mounted must not be begun anew."""
    assert Settings().sessions(tmp_path) == tmp_path / "sessions"
    common = tmp_path / "common"
    chosen = Settings.model_validate({"store": {"folder": str(common)}})
    with pytest.raises(ConfigError, match="Is it mounted"):
        chosen.sessions(tmp_path)
    (common / "sessions").mkdir(parents=True)
    assert chosen.sessions(tmp_path) == common / "sessions"
    with pytest.raises(ValidationError, match="the same on every host"):
        Settings.model_validate({"store": {"folder": "common"}})
