"""The line below an answer about a project."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.core.events import Answered, Thought, TurnEnded
from carrel.core.model import SessionKey, TurnId, Usage
from carrel.ports.workspace import Project
from carrel.ports.worktrees import State
from carrel.runtime import project_work
from carrel.runtime.project_work import ProjectWork
from carrel.testing.house import PlainWorkspaces

TURN = TurnId("fake:a#1")
ENDED = TurnEnded(TURN, "done", "well", (), Usage(), None, 1.0)


@dataclass
class Worktrees:
    """Says how the work stands: a value, what is raised, or nothing for ever."""

    says: State | Exception | None

    async def state(self, workspace: object) -> State:
        assert workspace
        if self.says is None:
            await asyncio.Event().wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
async def space(tmp_path):
    space = await PlainWorkspaces(tmp_path).prepare(SessionKey("fake:a"))
    return replace(space, kind="worktree", project=Project("shop", Path("/shop")))


def work(says: object, space: object) -> ProjectWork:
    made = ProjectWork(Worktrees(says))
    made.space = space
    return made


async def test_an_answer_says_project_branch_and_changes(space) -> None:
    """spec: 16.8"""
    mine = work(State("carrel/a", "main", 1, 0, 2, 1), space)
    assert (await mine.told_with(ENDED)).work == "shop · carrel/a · ±3"
    answered = Answered(TURN, (), "well", Usage(), None)
    assert (await mine.told_with(answered)).work == "shop · carrel/a · ±3"
    failed = replace(ENDED, reason="failed")
    assert await mine.told_with(failed) == failed
    assert await mine.told_with(Thought(TURN)) == Thought(TURN)


@pytest.mark.parametrize("says", [Refused("no git"), OSError("gone"), KeyError("a bug"), None])
async def test_an_answer_waits_for_no_git(space, says, monkeypatch) -> None:
    """spec: 16.8"""
    monkeypatch.setattr(project_work, "PATIENCE", 0.01)
    assert await work(says, space).standing() == "shop"


async def test_without_a_project_there_is_nothing_to_say(space) -> None:
    assert await ProjectWork(None).standing() == ""
    assert await work(None, replace(space, project=None)).standing() == ""
    alone = ProjectWork(None)
    alone.space = space
    assert await alone.standing() == "shop"
