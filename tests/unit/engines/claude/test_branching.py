"""Transcripts, copied. spec: 6.6 14.1 14.3"""

from __future__ import annotations

import importlib
import json
import threading
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from uuid import uuid4

import pytest

from carrel.core.errors import Refused
from carrel.core.model import MessageId, ResumeToken
from carrel.engines.claude import branching
from carrel.engines.claude.branching import copied
from carrel.engines.claude.prompts import message_uuid
from carrel.engines.claude.transcript import find, rows
from carrel.ports.engine import Until

SESSION = "0c2f3d5e-1d9c-4b7e-8a53-6b1f0a1d2c3e"
TOKEN = ResumeToken("claude", SESSION, "/w")
FIRST, SECOND, THIRD = (MessageId(f"console/{number}") for number in (1, 2, 3))


def said(uuid: str, parent: str | None, text: str, kind: str = "user") -> dict[str, object]:
    body = {"content": text, "model": "m", "id": uuid, "stop_reason": "end_turn"}
    named = {"type": kind, "uuid": uuid, "parentUuid": parent, "sessionId": SESSION}
    return {**named, "message": {"role": kind, **body}}


@pytest.fixture
def other(space, tmp_path: Path):
    """Another session's folders."""
    root = tmp_path / "other"
    engine = root / "engine"
    engine.mkdir(parents=True)
    return replace(space, root=root, engine=engine, work=root / "work")


@pytest.fixture
def kept(space) -> list[dict[str, object]]:
    """A conversation of two turns."""
    ids = [message_uuid((FIRST,)), str(uuid4()), message_uuid((SECOND, THIRD)), str(uuid4())]
    lines = [
        said(ids[0], None, f"look at {space.root}/work/a \u2028"),
        said(ids[1], ids[0], "one", "assistant"),
        {"type": "queue-operation", "sessionId": SESSION},
        said(ids[2], ids[1], "second"),
        said(ids[3], ids[2], "two", "assistant"),
    ]
    folder = space.engine / "projects" / "-w"
    folder.mkdir(parents=True)
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in [*lines, {"odd": 1}])
    (folder / f"{SESSION}.jsonl").write_text(text + "\nno json")
    return lines


def texts(space, token: ResumeToken) -> list[str]:
    found = rows(find(space.engine, token.value))
    return [row["message"]["content"] for row in found]


async def test_it_is_another_conversation_with_the_same_words(space, other, kept) -> None:
    before = find(space.engine, SESSION).read_bytes()
    token = await copied(TOKEN, space, other, None)
    assert texts(other, token) == [f"look at {other.root}/work/a \u2028", "one", "second", "two"]
    assert token.directory == str(other.work)
    assert SESSION not in {row["sessionId"] for row in rows(find(other.engine, token.value))}
    assert find(space.engine, SESSION).read_bytes() == before
    assert find(other.engine, SESSION) is None


async def test_the_event_loop_goes_on_while_the_library_is_loaded(
    space, other, kept, monkeypatch
) -> None:
    """It took so long that a leader could not renew its lease."""
    assert kept
    real, threads = importlib.import_module, []

    def loaded(name: str) -> ModuleType:
        threads.append(threading.current_thread())
        return real(name)

    monkeypatch.setattr(branching, "importlib", SimpleNamespace(import_module=loaded))
    await copied(TOKEN, space, other, None)
    assert threads
    assert threading.current_thread() not in threads


@pytest.mark.parametrize("names", [(SECOND, THIRD), (SECOND, THIRD, MessageId("console/4"))])
async def test_it_ends_before_a_turn(space, other, kept, names) -> None:
    """However many of its messages came later."""
    token = await copied(TOKEN, space, other, Until(names))
    assert texts(other, token)[1:] == ["one"]


async def test_before_the_first_turn_there_is_nothing(space, other, kept) -> None:
    assert await copied(TOKEN, space, other, Until((FIRST,))) is None
    assert [*other.engine.iterdir()] == []


async def test_what_is_not_there_is_refused_or_passed_over(space, other, kept) -> None:
    stranger = Until((MessageId("console/9"),))
    with pytest.raises(Refused):
        await copied(TOKEN, space, other, stranger)
    token = await copied(TOKEN, space, other, replace(stranger, lenient=True))
    assert texts(other, token)[3] == "two"
    for value in (str(uuid4()), "../x", ""):
        with pytest.raises(Refused):
            await copied(replace(TOKEN, value=value), space, other, None)


@pytest.mark.parametrize("what", ["projects", "folder", "file"])
async def test_no_link_leads_to_another_session_s_conversation(space, other, kept, what) -> None:
    """A session may plant links in its engine folder, and know the id."""
    theirs = space.engine / "projects"
    mine = other.engine / "projects"
    match what:
        case "projects":
            mine.symlink_to(theirs)
        case "folder":
            mine.mkdir()
            (mine / "-w").symlink_to(theirs / "-w")
        case _:
            (mine / "-w").mkdir(parents=True)
            (mine / "-w" / f"{SESSION}.jsonl").symlink_to(theirs / "-w" / f"{SESSION}.jsonl")
    with pytest.raises(Refused):
        await copied(TOKEN, other, other, None)


async def test_no_link_leads_a_copy_out_of_the_session(space, other, kept, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (other.engine / "projects").symlink_to(outside)
    with pytest.raises(Refused):
        await copied(TOKEN, space, other, None)
    assert [*outside.iterdir()] == []


async def test_a_folder_in_place_of_a_transcript_is_none(space, other) -> None:
    (space.engine / "projects" / "-w" / f"{SESSION}.jsonl").mkdir(parents=True)
    with pytest.raises(Refused):
        await copied(TOKEN, space, other, None)
