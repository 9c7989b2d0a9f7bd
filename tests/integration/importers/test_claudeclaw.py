"""A whole import over a real home and a real SQLite store, through the command line's own code."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from carrel.cli.import_ import command
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.runtime.clock import SystemClock
from carrel.runtime.lock import HomeLock
from carrel.settings.loading import load
from carrel.stores.sqlite import SqliteStore

MAIN = "11111111-1111-4111-8111-111111111111"
CHANNEL = "22222222-2222-4222-8222-222222222222"
LOST = "33333333-3333-4333-8333-333333333333"
AT = {"createdAt": "2026-01-01T00:00:00Z", "lastUsedAt": "2026-01-02T00:00:00Z"}


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A project with everything in it, and Claude's folder."""
    home, project = tmp_path / "home", tmp_path / "project"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CARREL_HOME", str(home))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    data = project / ".claude/claudeclaw"
    (data / "jobs").mkdir(parents=True)
    settings = {"model": "opus", "apiToken": "hush-1", "timezone": "Europe/Berlin"}
    settings["discord"] = {"token": "hush-2", "allowedUserIds": [80351110224678912]}
    (data / "settings.json").write_text(json.dumps(settings))
    (data / "session.json").write_text(json.dumps({"sessionId": MAIN, **AT}))
    threads = {"123": {"sessionId": CHANNEL, **AT}, "124": {"sessionId": LOST, **AT}}
    (data / "sessions.json").write_text(json.dumps({"threads": threads}))
    (data / "jobs/news.md").write_text(
        '---\nschedule: "0 9 * * 1-5"\nrecurring: true\n---\nNews?\n'
    )
    (project / "CLAUDE.md").write_text("Be brief.\n")
    folder = tmp_path / ".claude/projects" / "-anywhere"
    folder.mkdir(parents=True)
    for identity in (MAIN, CHANNEL):
        row = {"type": "user", "uuid": "u", "parentUuid": None, "message": {"content": identity}}
        (folder / f"{identity}.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def program() -> typer.Typer:
    """The command alone, so that the whole command line stays as it is for other tests."""
    alone = typer.Typer()
    alone.command()(command)
    return alone


def run(world: Path, *more: str):
    ended = CliRunner().invoke(program(), ["claudeclaw", str(world / "project"), *more])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_dry_run_is_the_default_and_writes_nothing_at_all(world) -> None:
    before = everything(world)
    ended = run(world)
    assert "add --do" in ended.output
    assert everything(world) == before
    assert not (world / "home").exists()


def test_everything_is_carried_and_the_settings_are_accepted(world) -> None:
    source = everything(world)
    ended = run(world, "--do")
    home = world / "home"
    settings = load(home, {})
    assert settings.engine.model == "opus"
    assert settings.people.owners == {"discord:80351110224678912"}
    assert settings.defaults.answer == "mention"
    assert settings.shared == {"console:main"}
    assert (home / "CLAUDE.md").read_text() == "Be brief.\n"
    assert 'timezone: "Europe/Berlin"' in (home / "jobs/news.md").read_text()
    tokens = asyncio.run(resume_tokens(home))
    assert tokens == {"default": MAIN, "discord:123": CHANNEL}
    for key, identity in tokens.items():
        engine = home / "sessions" / folder_name(SessionKey(key)) / "engine"
        (copy,) = engine.glob(f"projects/*/{identity}.jsonl")
        assert copy.stat().st_mode & 0o777 == 0o600
    assert {name: kept for name, kept in everything(world).items() if name in source} == source
    assert not [data for _, data in everything(home).values() if b"hush" in data]
    assert "hush" not in ended.output


async def resume_tokens(home: Path) -> dict[str, str]:
    store = SqliteStore(home / "carrel.db", home / "backups", SystemClock())
    await store.open()
    loaded = [await store.claim(one.key, "test") for one in await store.sessions(50)]
    await store.close()
    return {one.session.key: one.session.resume.value for one in loaded}


def test_what_cannot_be_resumed_is_named_and_the_status_says_so(world) -> None:
    ended = run(world, "--json")
    assert ended.exit_code == 1
    failed = [one for one in json.loads(ended.output) if one["standing"] == "failed"]
    assert [one["what"] for one in failed] == ["conversation 124"]
    assert LOST in failed[0]["said"]


def test_a_second_time_changes_nothing(world) -> None:
    run(world, "--do")
    before = everything(world)
    again = run(world, "--do", "--json")
    assert everything(world) == before
    standings = {one["standing"] for one in json.loads(again.output)}
    assert "there" in standings
    assert "carried" not in standings


def test_a_kill_before_the_transcript_was_there_is_made_good(world) -> None:
    run(world, "--do")
    key = SessionKey("discord:123")
    (copy,) = (world / "home/sessions" / folder_name(key)).glob("engine/projects/*/*.jsonl")
    copy.unlink()
    run(world, "--do")
    assert copy.exists()
    assert asyncio.run(resume_tokens(world / "home"))[key] == CHANNEL


def test_a_session_that_has_worked_keeps_its_own_conversation(world) -> None:
    run(world, "--do")
    home = world / "home"
    for copy in (home / "sessions").glob("*/engine/projects/*/*.jsonl"):
        copy.unlink()
    with closing(sqlite3.connect(home / "carrel.db")) as connection, connection:
        connection.execute("UPDATE session SET turns = 1, resume_value = 'own'")
    ended = run(world, "--do")
    assert ended.exit_code == 1
    assert "has work of its own" in ended.output
    assert set(asyncio.run(resume_tokens(home)).values()) == {"own"}


def test_a_home_with_a_gateway_on_it_is_left_alone(world) -> None:
    home = world / "home"
    home.mkdir()
    lock = HomeLock(home)
    lock.take()
    before = everything(home)
    ended = CliRunner().invoke(program(), ["claudeclaw", str(world / "project"), "--do"])
    lock.free()
    assert "carrel stop" in str(ended.exception)
    assert everything(home) == before


def test_what_stands_in_carrel_toml_is_kept_with_its_comments(world) -> None:
    home = world / "home"
    home.mkdir()
    (home / "carrel.toml").write_text('# mine\n[engine]\nmodel = "haiku" # cheap\n')
    ended = run(world, "--do")
    text = (home / "carrel.toml").read_text()
    assert '# mine\n[engine]\nmodel = "haiku" # cheap\n' in text
    assert load(home, {}).people.owners
    assert 'model = "opus"' in ended.output


def test_a_folder_without_claudeclaw_is_refused(world) -> None:
    ended = CliRunner().invoke(program(), ["claudeclaw", str(world / "home")])
    assert "ClaudeClaw ran in" in str(ended.exception)


def test_a_folder_whose_name_is_no_text_is_no_trouble(world) -> None:
    strange = world / os.fsdecode(b"\xff")
    (world / "project").rename(strange)
    ended = CliRunner().invoke(program(), ["claudeclaw", str(strange), "--do"])
    assert ended.exit_code == 1, ended.exception
    assert set(asyncio.run(resume_tokens(world / "home"))) == {"default", "discord:123"}
