"""What `carrel check` says of a home, and its exit status."""

from __future__ import annotations

import pytest
import typer

from carrel.cli import check
from carrel.core.errors import Refused
from carrel.workspaces.walls import Walls


@pytest.fixture
def checked(tmp_path, monkeypatch, capsys):
    """The exit status and the words, for a home that can have walls or not."""
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))

    def done(*, walls: bool = True) -> tuple[int, str]:
        async def look(_: Walls) -> None:
            if not walls:
                raise Refused("install bubblewrap")

        monkeypatch.setattr(Walls, "check", look)
        try:
            check.command()
        except typer.Exit as ended:
            return ended.exit_code, capsys.readouterr().out
        return 0, capsys.readouterr().out

    return done


def test_a_home_without_settings_is_said_to_have_none(checked, tmp_path) -> None:
    status, said = checked()
    assert status == 0
    assert f"there is no {tmp_path / 'carrel.toml'}" in said
    (tmp_path / "carrel.toml").touch()
    assert "there is no" not in checked()[1].partition("login")[0]


def test_walls_that_cannot_be_built_are_a_failure(checked) -> None:
    status, said = checked(walls=False)
    assert status == 1
    assert "install bubblewrap" in said


def test_a_job_with_a_mistake_is_a_failure(checked, tmp_path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/x.md").write_text("---\nschedule: soon\n---\nhello\n")
    status, said = checked()
    assert status == 1
    assert "x.md:2: schedule: " in said
