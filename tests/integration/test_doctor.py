"""Each check of `carrel doctor` has a planted fault that it alone reports."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tarfile

import pytest

from carrel.cli import rehearsal
from carrel.cli.rehearsal import FILE, WORD, Rehearsal, rehearse
from carrel.core.model import SessionKey
from carrel.engines.claude import ClaudeEngine
from carrel.engines.scripted import AskFor, Fail, Hang, Say, ScriptedEngine, Tool
from carrel.examining import machine
from carrel.ports.workspace import Workspace
from carrel.runtime.clock import SystemClock
from carrel.testing.clock import ManualClock
from carrel.testing.messages_api import FakeMessagesApi
from carrel.workspaces.folders import FolderWorkspaces


@pytest.fixture
async def workspace(tmp_path):
    places = FolderWorkspaces(tmp_path / "sessions", "folder", (), 1000)
    return await places.prepare(SessionKey("console:rehearsal"))


async def unwell(workspace: Workspace, *steps, writes: bool = True) -> dict[str, str]:
    """What the rehearsal finds in an engine that does these steps."""
    if writes:
        (workspace.work / FILE).write_text(WORD)
    engine = ScriptedEngine(lambda _text: steps)
    found = await Rehearsal().run(engine, workspace)
    return {one.what: one.said for one in found if not one.well}


TURN = (AskFor("write", "Write"), Tool("Write"), Say(WORD))


async def test_an_agent_that_does_not_do_what_it_was_allowed_is_found(workspace) -> None:
    assert await unwell(workspace, *TURN, writes=False) == {
        "permission": "what was allowed was not done"
    }


async def test_an_agent_that_does_not_ask_is_found(workspace) -> None:
    found = await unwell(workspace, Tool("Write"), Say(WORD))
    assert found["permission"] == "the agent acts without asking"


async def test_an_agent_that_asks_after_it_has_acted_is_found(workspace) -> None:
    assert await unwell(workspace, *TURN) == {"permission": "the agent acts without asking"}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((AskFor("w", "Write"), Say(WORD)), "it did not tell: ToolStarted, ToolEnded"),
        ((*TURN[:2], Say("hm")), "it says: hm"),
        ((*TURN[:2], Fail("it broke")), "Wrote"),
    ],
)
async def test_a_message_that_is_missing_is_named(workspace, steps, said) -> None:
    found = await unwell(workspace, *steps)
    assert said in found["agent"]


async def test_an_agent_that_hangs_is_given_up(workspace, monkeypatch) -> None:
    monkeypatch.setattr(rehearsal, "LONGEST", 0.2)
    assert "not done within" in (await unwell(workspace, Hang()))["agent"]


@pytest.mark.cli
async def test_the_real_agent_passes_within_the_walls() -> None:
    found = await rehearse("strict")
    assert [(one.what, one.well) for one in found] == [("agent", True), ("permission", True)], found


@pytest.mark.cli
async def test_a_program_that_is_no_agent_is_found(tmp_path, workspace) -> None:
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\necho 'not what you think' >&2\nexit 3\n")
    program.chmod(0o755)
    places = FolderWorkspaces(tmp_path / "sessions", "folder", (), 1000)
    async with FakeMessagesApi() as api:
        from carrel.engines.claude import Login

        login, clock = Login("api_key", "sk-test-0123456789"), SystemClock()
        engine = ClaudeEngine(places, login, clock, api.url, cli=program)
        (found,) = await Rehearsal().run(engine, workspace)
        await engine.close()
    assert (found.what, found.well) == ("agent", False)


def test_room_is_looked_for_where_the_home_will_be(tmp_path) -> None:
    home = tmp_path / "not" / "there"
    assert machine.room(home, 1).well
    found = machine.room(home, 10**18)
    assert (found.well, str(tmp_path) in found.mend) == (False, True)


async def test_a_clock_that_is_off_is_found_by_the_services_own() -> None:
    async with FakeMessagesApi() as api:
        reached, clock = await machine.service(api.url, SystemClock())
        assert (reached.well, clock.well) == (True, True)
        reached, clock = await machine.service(api.url, ManualClock(1_000_000.0))
    assert (reached.well, clock.well) == (True, False)
    assert clock.said.endswith("s behind")
    (lost,) = await machine.service("http://127.0.0.1:9", SystemClock())
    assert (lost.what, lost.well) == ("service", False)


async def test_walls_that_cannot_be_built_are_a_finding(tmp_path, monkeypatch) -> None:
    from carrel.core.errors import Refused
    from carrel.examining.local import local_findings
    from carrel.settings.tables import Settings
    from carrel.workspaces.walls import Walls

    async def check(_self) -> None:
        raise Refused("Install bubblewrap.")

    monkeypatch.setattr(Walls, "check", check)
    found = {one.what: one for one in await local_findings(tmp_path, Settings(), {})}
    assert (found["walls"].well, found["walls"].mend) == (False, "Install bubblewrap.")
    assert not found["login"].well


@pytest.mark.cli
def test_a_bundle_holds_no_secret_and_is_never_written_over(tmp_path) -> None:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    secrets = {"ANTHROPIC_API_KEY": "sk-planted-0123456789", "DISCORD_TOKEN": "planted-token-abc"}
    lying = {name: f"planted-in-{name}" for name in ("discord.token", "slack.app_token")}
    for name, token in lying.items():
        (home / name).write_text(token + "\n")
    words = " ".join([*secrets.values(), *lying.values()])
    url = "postgresql://ann:planted-password@db/carrel"
    (home / "carrel.toml").write_text(f"# {words}\n[engine]\nmaxlive = 3\n[store]\nurl = '{url}'\n")
    (home / "logs" / "carrel.log").write_text(f"{words}\nthe end\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CARREL_HOME": str(home), **secrets}
    command = [sys.executable, "-m", "carrel", "diagnostics", str(tmp_path / "bundle.tar.gz")]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    with tarfile.open(tmp_path / "bundle.tar.gz") as bundle:
        held = {m.name.split("/")[1]: bundle.extractfile(m).read().decode() for m in bundle}
    assert sorted(held) == ["about.json", "carrel.log", "carrel.toml", "doctor.json", "status.json"]
    assert "planted" not in "".join(held.values())
    assert "the end" in held["carrel.log"]
    assert "maxlive" in held["doctor.json"], "a fault in the settings is a finding too"
    assert "No gateway runs" in held["status.json"]
    assert stat.S_IMODE((tmp_path / "bundle.tar.gz").stat().st_mode) == 0o600
    assert subprocess.run(command, env=env, capture_output=True, check=False).returncode == 1
