"""Damage of every kind: never an exception, always a report, and never anything written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.importers.claudeclaw.plan import Places, make
from carrel.importers.claudeclaw.source import Source

DATA = ".claude/claudeclaw"
ONE = "11111111-1111-4111-8111-111111111111"
PLACES = Places(Path("/nonexistent/home"), Path("/nonexistent/claude"), frozenset({"discord"}))

ODD = (
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.just("UTC+2")
    | st.text(st.characters(codec=None), max_size=8) | st.just(ONE) | st.just("prompts/a.md")
)  # fmt: skip
WORDS = """
threads sessions sessionId lastUsedAt default 123 slk:C:1 agent:x mode discord telegram token
allowedUserIds listenChannels timezone heartbeat enabled interval prompt excludeWindows start end
days stt baseUrl model jobsDir statusLine command
"""
NAMES = st.sampled_from(WORDS.split()) | st.text(max_size=5)
JSON = st.recursive(
    ODD, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=5)
)
WRITTEN = JSON.map(lambda value: json.dumps(value).encode())
DAMAGED = WRITTEN.flatmap(lambda data: st.integers(0, len(data)).map(lambda cut: data[:cut]))
CONTENT = WRITTEN | DAMAGED | st.binary(max_size=40)
STATE = st.sampled_from(
    [f"{DATA}/{name}" for name in ("session.json", "sessions.json", "settings.json")]
    + [f"{DATA}/{name}" for name in ("permission-mode.json", "state.json", "session_1.backup")]
    + ["agents/x/session.json", f"{DATA}/fallback-sessions/a.json", ".claude/settings.json"]
)
LINES = st.lists(
    st.sampled_from(["---", "schedule: 0 9 * * *", "agent: ../x", "notify:"]) | st.text()
)
TEXTS = LINES.map(lambda lines: "\n".join(lines).encode("utf-8", "replace")) | CONTENT
TEXT_FILES = st.sampled_from(
    [f"{DATA}/jobs/a.md", "agents/x/jobs/b.md", "CLAUDE.md", f"{DATA}/prompts/HEARTBEAT.md"]
)
FILES = st.builds(
    lambda *parts: parts[0] | parts[1],
    st.dictionaries(STATE, CONTENT),
    st.dictionaries(TEXT_FILES, TEXTS),
)


@given(FILES, st.lists(st.sampled_from(["default", "123", "é", ".."])))
def test_any_damage_is_a_report(files, folders) -> None:
    plan = make(Source(Path("/nonexistent/p"), files, {}, tuple(folders)), PLACES)
    assert all(one.what and one.said for one in plan.findings)
    json.dumps([one.said for one in plan.findings], ensure_ascii=False).encode()
    assert not plan.conversations
    for write in plan.writes:
        write.text.encode()
        assert ".." not in Path(write.file).parts
        if write.file == "carrel.toml":
            tomllib.loads(write.text)


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "home", tmp_path / "claude", frozenset({"discord"}))


def source(**files) -> Source:
    named = {f"{DATA}/{name}.json": json.dumps(value).encode() for name, value in files.items()}
    return Source(Path("/p"), named, {f"{DATA}/state.json": "Permission denied"})


def of(plan, what):
    return [one.standing for one in plan.findings if one.what == what]


def test_a_conversation_needs_its_transcript(places) -> None:
    session = source(session={"sessionId": ONE})
    assert of(make(session, places), "conversation default") == ["failed"]
    file = places.claude / f"projects/-p/{ONE}.jsonl"
    file.parent.mkdir(parents=True)
    file.touch()
    assert of(make(session, places), "conversation default") == ["failed"]
    file.write_text('{"type":"user"}\n')
    plan = make(session, places)
    assert of(plan, "conversation default") == ["carried"]
    assert [one.transcript for one in plan.conversations] == [file]
    assert of(plan, f"{DATA}/state.json") == ["failed"]


def test_a_session_that_has_begun_is_left_alone(places) -> None:
    for identity, standing in ((ONE, "there"), ("other", "failed")):
        engine = places.engine("default") / "projects/x"
        engine.mkdir(parents=True, exist_ok=True)
        for file in engine.iterdir():
            file.unlink()
        (engine / f"{identity}.jsonl").touch()
        plan = make(source(session={"sessionId": ONE}), places)
        assert of(plan, "conversation default") == [standing]
        assert not plan.conversations


def test_a_file_that_stands_there_is_kept(places) -> None:
    files = {"CLAUDE.md": b"Be brief.\n"}
    places.home.mkdir()
    for text, standing in (("Be brief.\n", "there"), ("Be long.\n", "next"), (b"\xff", "next")):
        raw = text if isinstance(text, bytes) else text.encode()
        (places.home / "CLAUDE.md").write_bytes(raw)
        plan = make(Source(Path("/p"), files, {}), places)
        assert of(plan, "instructions") == [standing]
        assert "CLAUDE.md" not in [write.file for write in plan.writes]


@pytest.mark.parametrize("content", [b"[engine", b"\xff"])
def test_settings_that_are_damaged_are_not_touched(places, content) -> None:
    places.home.mkdir()
    (places.home / "carrel.toml").write_bytes(content)
    plan = make(source(), places)
    assert of(plan, "carrel.toml") == ["failed"]
    assert not plan.writes


def test_files_and_memory_are_left_to_people_with_the_command(places) -> None:
    (places.claude / "projects/-p/memory").mkdir(parents=True)
    plan = make(source(), places)
    assert of(plan, "memory") == ["next"]
    forked = make(Source(Path("/p"), {}, {}, ("123",)), places)
    assert of(forked, "files of 123") == ["next"]
