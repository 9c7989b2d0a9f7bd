"""Each check of `carrel doctor` has a planted fault, and no other check reports it.

What a platform's own checks find stands beside the platform's tests.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from carrel.cli import doctor, rehearsal
from carrel.cli.rehearsal import FILE, WORD, Rehearsal
from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.engines.claude import program
from carrel.engines.claude.program import TESTED
from carrel.engines.scripted import AskFor, Say, ScriptedEngine, Tool
from carrel.examining import machine
from carrel.settings.loading import load
from carrel.testing.messages_api import FakeMessagesApi
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.walls import Walls

KEY = "sk-test-0123456789"
ASKS = (AskFor("write", "Write"), Tool("Write"), Say(WORD))


class Machine:
    """A machine and a home in which every check is passed, until a fault is planted."""

    def __init__(self, home: Path, url: str, patch: pytest.MonkeyPatch) -> None:
        self.home, self.patch = home, patch
        self.environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
        self.environ["HOME"] = str(home / "nobody")
        self.toml, self.steps, self.writes = "", ASKS, True
        (home / "jobs").mkdir(parents=True)
        patch.setattr(rehearsal, "rehearse", self._rehearse)
        self.walls = ""
        patch.setattr(Walls, "check", self._check)
        self.version = TESTED[1]
        patch.setattr(program, "version", self._version)

    async def _check(self, *_: object) -> None:
        if self.walls:
            raise Refused(self.walls)

    async def _version(self, _path: Path) -> tuple[int, ...]:
        return self.version

    async def _rehearse(self, _isolation: str):
        """The real rehearsal, of an engine that plays these steps."""
        places = FolderWorkspaces(self.home / "sessions", "folder", (), 1000)
        workspace = await places.prepare(SessionKey("console:rehearsal"))
        engine, file = ScriptedEngine(lambda _text: self.steps), workspace.work / FILE

        class Played(Rehearsal):
            async def _hear(inner, event) -> None:  # noqa: N805 - the outer one is meant too
                await super()._hear(event)
                if self.writes and type(event).__name__ == "ToolEnded":
                    file.write_text(WORD)

        return await Played().run(engine, workspace)

    async def unwell(self) -> dict[str, str]:
        (self.home / "carrel.toml").write_text(self.toml)
        found = await doctor.examine(self.home, load(self.home, self.environ), self.environ)
        assert all(one.mend or one.what == "job" for one in found if not one.well), found
        return {one.what: one.said for one in found if not one.well}


@pytest.fixture
async def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with FakeMessagesApi() as api:
        yield Machine(tmp_path / "home", api.url, monkeypatch)


async def test_where_nothing_is_wrong_nothing_is_found(healthy: Machine) -> None:
    assert await healthy.unwell() == {}


def spoil_job(there: Machine) -> None:
    (there.home / "jobs" / "x.md").write_text("---\nwhenever: now\n---\nhello\n")


def take_login(there: Machine) -> None:
    del there.environ["ANTHROPIC_API_KEY"]


def break_walls(there: Machine) -> None:
    there.walls = "Install bubblewrap."


def fill_disk(there: Machine) -> None:
    there.patch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=1))


def cut_the_network(there: Machine) -> None:
    there.environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"


def set_the_clock(there: Machine) -> None:
    there.patch.setattr(machine, "SKEW", -1.0)


def age_the_agent(there: Machine) -> None:
    there.version = (1, 0, 0)


def silence_the_agent(there: Machine) -> None:
    there.steps = (AskFor("write", "Write"), Tool("Write"), Say("hm"))


def unleash_the_agent(there: Machine) -> None:
    there.steps = (Tool("Write"), AskFor("late", "Write"), Say(WORD))


def tie_the_agent(there: Machine) -> None:
    there.writes = False


@pytest.mark.parametrize(
    ("plant", "what"),
    [
        (spoil_job, "job"),
        (take_login, "login"),
        (break_walls, "walls"),
        (fill_disk, "disk"),
        (cut_the_network, "service"),
        (set_the_clock, "clock"),
        (age_the_agent, "agent version"),
        (silence_the_agent, "agent"),
        (unleash_the_agent, "permission"),
        (tie_the_agent, "permission"),
    ],
)
async def test_a_fault_is_reported_by_its_own_check_alone(
    healthy: Machine, plant: Callable[[Machine], None], what: str
) -> None:
    plant(healthy)
    assert [*await healthy.unwell()] == [what]
