"""The real CLI inside the real walls."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.core.events import FileOffered, ToolStarted
from carrel.core.model import SessionKey
from carrel.engines.claude import ClaudeEngine, Login
from carrel.testing.engine_conformance import EngineBench
from carrel.testing.messages_api import FakeMessagesApi
from carrel.workspaces.folders import FolderWorkspaces

SCOPES = ["user:inference", "user:profile"]
pytestmark = [
    pytest.mark.cli,
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]


def command_lines() -> list[bytes]:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(process.read_bytes())
    return lines


@pytest.fixture(params=["strict", "folder"])
async def walled(request, api, tmp_path, clock):
    home = tmp_path / "home"
    home.mkdir()
    spaces = FolderWorkspaces(home / "sessions", request.param, (home,), 1_000_000)
    engine = ClaudeEngine(spaces, Login("api_key", "sk-real"), clock, api.url)
    workspace = await spaces.prepare(SessionKey("console:1"))
    yield EngineBench(engine, workspace)
    await engine.close()


async def test_a_turn_with_tools_and_a_file(walled):
    driver = await walled.open()
    wrote = await driver.ask("TOOL Write note.txt words")
    ran = await driver.ask("TOOL Bash: cat note.txt; echo key=$ANTHROPIC_API_KEY; ls")
    call = json.dumps({"path": "note.txt", "caption": ""})
    sent = await driver.ask(f"TOOL mcp__carrel__send_file {call}")
    memory = await driver.ask(f"TOOL Write {walled.workspace.memory}/MEMORY.md word: heather")
    await driver.live.close()
    assert "error" not in wrote.text + ran.text + sent.text + memory.text
    assert "words" in ran.text
    if walled.workspace.isolation == "strict":
        assert "key= " in ran.text
    offered = driver.told.all(FileOffered)[0].file
    assert walled.workspace.outbox in Path(offered.path).parents


async def test_memory_and_conversation_survive_a_restart(walled):
    (walled.workspace.memory / "MEMORY.md").write_text("word: heather\n")
    driver = await walled.open()
    first = await driver.ask("please remember the word: thistle")
    await driver.live.close()
    again = await walled.open(first.resume)
    recalled = await again.ask("RECALL", ids=("console/recall",))
    await again.live.close()
    assert recalled.text == "recall: thistle memory:heather"


async def test_no_process_outlives_a_killed_engine(walled):
    driver = await walled.open()
    await driver.start("TOOL Bash: echo started > started.txt; exec sleep 77.7531")
    await driver.told.wait_for(ToolStarted)
    await driver.live.close()
    assert [line for line in command_lines() if b"77.7531" in line] == []


@pytest.mark.parametrize("walled", ["folder"], indirect=True)
async def test_a_second_process_on_one_session_is_refused(walled, monkeypatch):
    monkeypatch.setattr("carrel.engines.claude.survivors.PATIENCE_S", 0.3)
    driver = await walled.open()
    ended = await driver.ask("hello")
    with pytest.raises(Unavailable, match="still running"):
        await walled.open(ended.resume)
    await driver.live.close()


async def test_a_stored_login_is_used_and_kept_from_tools(tmp_path, clock):
    """The CLI reads the host's credential file; the model's tools cannot."""
    home = tmp_path / "home"
    file = tmp_path / "somebody" / ".claude" / ".credentials.json"
    for folder in (home, file.parent):
        folder.mkdir(parents=True)
    stored = {"accessToken": "sk-ant-oat01-stored", "refreshToken": "r", "scopes": SCOPES}
    file.write_text(json.dumps({"claudeAiOauth": {**stored, "expiresAt": 4102444800000}}))
    file.chmod(0o600)
    spaces = FolderWorkspaces(home / "sessions", "strict", (home,), 1_000_000)
    async with FakeMessagesApi(require_key="sk-ant-oat01-stored") as api:
        engine = ClaudeEngine(spaces, Login("cli", file=file), clock, api.url)
        bench = EngineBench(engine, await spaces.prepare(SessionKey("console:1")))
        driver = await bench.open()
        hello = await driver.ask("hello")
        cat = await driver.ask(f"TOOL Bash: cat {file}; env")
        read = await driver.ask(f"TOOL Read {file}")
        await driver.live.close()
        await engine.close()
        sent = json.dumps([request.body for request in api.requests])
    assert (hello.reason, hello.text) == ("done", "echo: hello")
    assert "error" in read.text
    assert "No such file" in cat.text or "denied" in cat.text
    assert "sk-ant-oat01-stored" not in sent
