"""The real CLI on a project: it commits in its own copy, and leaves a person's git alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from shop import Shop

from carrel.engines.claude import ClaudeEngine, Login
from carrel.ports.workspace import Workspace
from carrel.ports.worktrees import Merged
from carrel.testing.engine_conformance import Driver, EngineBench
from carrel.testing.messages_api import FakeMessagesApi

pytestmark = pytest.mark.cli


class WallClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@asynccontextmanager
async def agent(shop: Shop, space: Workspace) -> AsyncIterator[Driver]:
    async with FakeMessagesApi(require_key="sk-real") as api:
        engine = ClaudeEngine(shop.workspaces, Login("api_key", "sk-real"), WallClock(), api.url)
        driver = await EngineBench(engine, space).open()
        try:
            yield driver
        finally:
            await driver.live.close()
            await engine.close()


async def test_an_agent_commits_in_its_copy_and_the_work_comes_back(walled: Shop) -> None:
    space = await walled.begin("worktree")
    async with agent(walled, space) as driver:
        await driver.ask("TOOL Write new.txt words")
        shown = await driver.ask("TOOL Bash: git status --short")
        ended = await driver.ask(
            "TOOL Bash: git add -A && git commit -qm new && git log --format=%s"
        )
    assert shown.text == "done: ?? new.txt"
    assert ended.text == "done: new begin"
    assert not (await walled.worktrees.state(space)).dirty
    assert isinstance(await walled.worktrees.merge(space), Merged)
    assert (walled.project.path / "new.txt").is_file()


async def test_an_agent_in_a_persons_folder_leaves_their_git_alone(walled: Shop) -> None:
    space = await walled.begin("project")
    async with agent(walled, space) as driver:
        await driver.ask("TOOL Write new.txt words")
        refused = await driver.ask("TOOL Write .git/hooks/pre-commit words")
        shown = await driver.ask(
            "TOOL Bash: git status --short; git commit -qam x; echo x > .git/x"
        )
    assert "may not be written" in refused.text
    assert "?? new.txt fatal" in shown.text
    assert "Read-only" in shown.text
    assert not (walled.project.path / ".git" / "x").exists()
    assert await walled.person("git status --short; git log --format=%s") == "?? new.txt\nbegin"
