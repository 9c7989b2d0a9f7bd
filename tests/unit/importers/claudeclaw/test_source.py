from __future__ import annotations

import os

import pytest

from carrel.core.errors import ConfigError
from carrel.importers.claudeclaw.source import LARGEST, read


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".claude/claudeclaw/jobs").mkdir(parents=True)
    return tmp_path


def test_the_project_is_found_from_within(project) -> None:
    data = project / ".claude/claudeclaw"
    (data / "session.json").write_text("{}")
    (project / "agents/a").mkdir(parents=True)
    (project / "agents/a/session.json").write_text("{}")
    (data / "sessions/123").mkdir(parents=True)
    for path in (project, project / ".claude", data):
        found = read(path)
        assert found.root == project
        assert set(found.files) == {".claude/claudeclaw/session.json", "agents/a/session.json"}
        assert found.folders == ("123",)


def test_another_folder_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match="ClaudeClaw"):
        read(tmp_path)


def test_prompts_and_jobs_lie_where_they_are_said_to(project) -> None:
    data = project / ".claude/claudeclaw"
    (data / "settings.json").write_text('{"jobsDir": "mine"}')
    (data / "jobs/a.md").write_text("---\nschedule: *\n---\ntexts/a.md")
    (project / "texts").mkdir()
    (project / "texts/a.md").write_text("hello")
    (project / "mine").mkdir()
    (project / "mine/b.md").write_text("---\n---\nb")
    files = read(project).files
    assert files["texts/a.md"] == b"hello"
    assert ".claude/claudeclaw/jobs/b.md" in files


@pytest.mark.parametrize("folder", ["/", "..", "a\\u0000b", "none"])
def test_jobs_outside_of_the_project_are_not_looked_for(project, folder) -> None:
    (project / ".claude/claudeclaw/settings.json").write_text(f'{{"jobsDir": "{folder}"}}')
    found = read(project)
    assert set(found.files) == {".claude/claudeclaw/settings.json"}
    assert "copy its jobs to .claude/claudeclaw/jobs" in found.unread["jobsDir"]


def test_a_name_that_is_no_text_is_read_and_can_be_shown(project) -> None:
    file = project / ".claude/claudeclaw/jobs" / os.fsdecode(b"\xff.md")
    file.write_text("---\n---\nhello")
    (project / ".claude/claudeclaw/sessions" / os.fsdecode(b"\xfe")).mkdir(parents=True)
    found = read(project)
    assert list(found.files) == [".claude/claudeclaw/jobs/?.md"]
    assert found.folders == ("?",)


def test_what_cannot_be_read_has_its_reason(project) -> None:
    data = project / ".claude/claudeclaw"
    (data / "state.json").mkdir()
    (data / "session.json").symlink_to("/etc/hostname")
    with (data / "sessions.json").open("wb") as file:
        file.truncate(LARGEST + 1)
    found = read(project)
    assert not found.files
    assert {name.rpartition("/")[2] for name in found.unread} == {
        "state.json",
        "session.json",
        "sessions.json",
    }
