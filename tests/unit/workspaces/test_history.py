"""Going back, and forward again, in a session's folder. spec: 14.5 14.6 14.7 14.8"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import (
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    SessionKey,
    Turn,
    TurnId,
)
from carrel.ports.history import Undone
from carrel.testing.clock import ManualClock
from carrel.workspaces import history as module
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.history import FolderHistory

TOKEN = ResumeToken("claude", "one", "/")
ACT, UNDO = MessageId("console/act"), MessageId("console/undo")
BOTH = {"files": True, "talk": True}


def turn(number: int) -> Turn:
    prompt = Prompt(
        MessageId(f"console/{number}"), Conversation("console", "a"), "Ada", f"t{number}"
    )
    return Turn(TurnId(f"console:a#{number}"), (prompt,))


@pytest.fixture
async def space(tmp_path):
    spaces = FolderWorkspaces(tmp_path / "sessions", "folder", (), 1000)
    return await spaces.prepare(SessionKey("console:a"))


@pytest.fixture
def history() -> FolderHistory:
    return FolderHistory(ManualClock())


async def turned(history, space, number: int, **contents: str) -> None:
    await history.begin(space, turn(number))
    for name, content in contents.items():
        (space.work / name).write_text(content)
    await history.end(space, turn(number).id, TOKEN)


def there(space) -> dict[str, str]:
    return {path.name: path.read_text() for path in space.work.iterdir() if path.is_file()}


async def test_turns_are_listed_the_last_one_first(history, space) -> None:
    for number in (1, 2, 3):
        await turned(history, space, number)
    newest, older = await history.moments(space, 2)
    assert (newest.number, newest.line, newest.resume) == ("3", "t3", TOKEN)
    assert older.prompts == (MessageId("console/2"),)


async def test_one_goes_back_and_it_is_undone(history, space) -> None:
    await turned(history, space, 1, a="one")
    await turned(history, space, 2, a="two", b="two")
    expected = await history.changes(space, turn(2).id)
    done = await history.go_back(space, turn(2).id, ACT, TOKEN, **BOTH)
    assert expected == done
    assert there(space) == {"a": "one"}
    assert [one.number for one in await history.moments(space, 9)] == ["1"]
    undone = await history.undo(space, UNDO)
    assert (undone.talked, undone.resume) == (True, TOKEN)
    assert there(space) == {"a": "two", "b": "two"}
    assert [one.number for one in await history.moments(space, 9)] == ["2", "1"]


async def test_one_goes_back_behind_a_going_back(history, space) -> None:
    for number in (1, 2):
        await turned(history, space, number, a=str(number))
    await history.go_back(space, turn(2).id, ACT, TOKEN, **BOTH)
    await turned(history, space, 3, a="3")
    await history.go_back(space, turn(1).id, UNDO, TOKEN, **BOTH)
    assert there(space) == {}


async def test_done_again_after_a_kill_it_is_whole(history, space, monkeypatch) -> None:
    """spec: 14.9"""
    await turned(history, space, 1, a="one", b="one")
    await turned(history, space, 2, a="two", b="two")

    def killed(_self, _path, _entry):
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(module._Book, "_restored", killed)
        with pytest.raises(Unavailable):
            await history.go_back(space, turn(2).id, ACT, TOKEN, **BOTH)
    (space.work / "a").write_text("one")
    for _ in range(2):
        assert turn(2).id in {one.turn for one in await history.moments(space, 9, ACT)}
        await history.go_back(space, turn(2).id, ACT, TOKEN, **BOTH)
        assert there(space) == {"a": "one", "b": "one"}
    for _ in range(2):
        assert (await history.undo(space, UNDO)).resume == TOKEN
        assert there(space) == {"a": "two", "b": "two"}


async def test_only_the_last_going_back_can_be_undone(history, space) -> None:
    with pytest.raises(Refused):
        await history.undo(space, UNDO)
    await turned(history, space, 1, a="one")
    await history.go_back(space, turn(1).id, ACT, TOKEN, **BOTH)
    await turned(history, space, 2)
    with pytest.raises(Refused):
        await history.undo(space, UNDO)


async def test_files_alone_and_the_conversation_alone(history, space) -> None:
    await turned(history, space, 1, a="one")
    await turned(history, space, 2, a="two")
    await history.go_back(space, turn(2).id, ACT, None, files=True, talk=False)
    assert there(space) == {"a": "one"}
    assert len(await history.moments(space, 9)) == 2, "what was said goes on"
    assert await history.undo(space, UNDO) == Undone(
        replace(await history.changes(space, turn(2).id), back=("a",)), talked=False, resume=None
    )
    await history.go_back(space, turn(2).id, MessageId("console/3"), None, files=False, talk=True)
    assert there(space) == {"a": "two"}


async def test_a_turn_that_is_tried_again_began_when_it_began_first(history, space) -> None:
    await history.begin(space, turn(1))
    (space.work / "a").write_text("half")
    await history.begin(space, replace(turn(1), attempt=2))
    await history.end(space, turn(1).id, TOKEN)
    assert (await history.changes(space, turn(1).id)).gone == ("a",)


async def test_a_turn_whose_end_nobody_saw_ends_with_the_next(history, space) -> None:
    await history.begin(space, turn(1))
    (space.work / "a").write_text("half")
    await turned(history, space, 2)
    await history.end(space, turn(9).id, TOKEN)
    assert (await history.changes(space, turn(1).id)).gone == ("a",)


async def test_an_unknown_turn_is_refused(history, space) -> None:
    await turned(history, space, 1)
    with pytest.raises(Refused):
        await history.changes(space, turn(7).id)


async def test_two_sessions_in_one_folder_undo_nothing_of_each_other(history, space) -> None:
    """spec: 14.8"""
    other = replace(space, key=SessionKey("console:b"), root=space.root.parent / "other")
    other.root.mkdir()
    await history.begin(space, turn(1))
    await turned(history, other, 1, a="theirs")
    (space.work / "b").write_text("mine or theirs")
    await history.end(space, turn(1).id, TOKEN)
    for one in (space, other):
        changes = await history.changes(one, turn(1).id)
        assert (changes.back, changes.gone) == ((), ())
        assert changes.others
    await turned(history, space, 2, c="mine")
    await turned(history, other, 2, d="theirs")
    assert (await history.changes(space, turn(2).id)).gone == ("c",)


async def test_what_is_guarded_is_neither_kept_nor_put_back(history, space) -> None:
    hooks = space.work / ".git" / "hooks"
    hooks.mkdir(parents=True)
    guarded = replace(space, guarded=(space.work / ".git",))
    await history.begin(guarded, turn(1))
    (hooks / "pre-commit").write_text("#!/bin/sh")
    (space.work / ".claude").mkdir()
    (space.work / ".claude" / "settings.json").write_text("{}")
    await history.end(guarded, turn(1).id, TOKEN)
    assert (await history.changes(guarded, turn(1).id)).gone == ()


async def test_a_bound_session_s_files_are_another_folder_s(history, space, tmp_path) -> None:
    await turned(history, space, 1, a="one")
    (tmp_path / "shop").mkdir()
    bound = replace(space, work=tmp_path / "shop")
    (bound.work / "a").write_text("one")
    await history.go_back(bound, turn(1).id, ACT, TOKEN, **BOTH)
    assert (bound.work / "a").exists()


async def test_old_turns_are_let_go(history, space, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_STEPS", 4)
    monkeypatch.setattr(module, "SWEPT_TO", 2)
    for number in range(1, 7):
        await turned(history, space, number, a=str(number))
    kept = await history.moments(space, 99)
    assert len(kept) <= 4
    await history.go_back(space, kept[-1].turn, ACT, TOKEN, **BOTH)
    assert there(space) == {"a": str(int(kept[-1].number) - 1)}


async def test_who_is_cancelled_lets_nobody_in_before_the_thread_is_done(
    history, space, monkeypatch
) -> None:
    began, go_on, done = threading.Event(), threading.Event(), []

    def slow(*_: object, **__: object) -> None:
        began.set()
        assert go_on.wait(10)
        done.append("begin")

    def moments(*_: object) -> tuple[()]:
        done.append("moments")
        return ()

    monkeypatch.setattr(module._Book, "begin", slow)
    monkeypatch.setattr(module._Book, "moments", moments)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(history.begin(space, turn(1)))
        await asyncio.to_thread(began.wait, 10)
        for _ in range(2):
            first.cancel()
            await asyncio.sleep(0)
        group.create_task(history.moments(space, 9))
        await asyncio.sleep(0)
        assert (first.done(), done) == (False, [])
        go_on.set()
    assert first.cancelled()
    assert done == ["begin", "moments"]


async def test_going_back_lets_go_of_nothing_that_it_reads(history, space, monkeypatch) -> None:
    """As many steps are kept as can be; the oldest is gone back to."""
    monkeypatch.setattr(module, "MOST_STEPS", 4)
    monkeypatch.setattr(module, "SWEPT_TO", 2)
    for number in range(1, 5):
        await turned(history, space, number, a=str(number))
    assert (await history.go_back(space, turn(2).id, ACT, TOKEN, **BOTH)).back == ("a",)
    assert there(space) == {"a": "1"}
    await history.undo(space, UNDO)
    assert there(space) == {"a": "4"}


async def test_what_is_let_go_is_listed_no_more_before_it_goes(history, space, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_STEPS", 4)
    monkeypatch.setattr(module, "SWEPT_TO", 2)
    for number in range(1, 5):
        await turned(history, space, number, a=str(number))
    monkeypatch.setattr(module.Snapshots, "sweep", killed)
    with pytest.raises(Unavailable):
        await history.begin(space, turn(5))
    assert [one.number for one in await history.moments(space, 9)] == ["5", "4"]


def killed(*_: object) -> None:
    raise OSError("killed")


@pytest.mark.parametrize("damage", [b"", b"[{]", b"{}"])
async def test_a_list_of_steps_that_cannot_be_read_is_set_aside(history, space, damage) -> None:
    await turned(history, space, 1)
    file = space.root / "history" / "steps.json"
    file.write_bytes(damage)
    await turned(history, space, 2, a="two")
    assert [one.number for one in await history.moments(space, 9)] == ["2"]
    assert file.with_suffix(".damaged").read_bytes() == damage


async def test_a_folder_that_is_too_large_is_said_to_be_unknown(
    history, space, monkeypatch
) -> None:
    monkeypatch.setattr(module.Snapshots, "take", refusing)
    await turned(history, space, 1, a="one")
    assert not (await history.changes(space, turn(1).id)).known


def refusing(*_: object) -> None:
    raise Refused("too large")
