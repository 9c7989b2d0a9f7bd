"""The words that start the CLI in a terminal, and what it is spared to ask."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.engines.claude.test_options import launch

from carrel.core.errors import Refused
from carrel.engines.claude import ClaudeEngine, Login
from carrel.engines.claude.options import environment
from carrel.engines.claude.terminal import CONFIGURATION, program, welcome
from carrel.ports.engine import EngineSpec


def value(words: tuple[str, ...], option: str) -> str:
    return words[words.index(option) + 1]


def test_it_is_the_chat_s_own_program_with_the_chat_s_settings() -> None:
    """spec: 16.2"""
    made = launch(resume=True, mode="edit", instructions="Be kind.")
    found = program(made)
    assert found.words[0] == str(made.program)
    assert value(found.words, "--resume") == "sid"
    assert value(found.words, "--permission-mode") == "acceptEdits"
    assert value(found.words, "--append-system-prompt") == "Be kind."
    assert json.loads(value(found.words, "--settings"))["sandbox"]["enabled"]
    assert dict(found.variables) == environment(made)
    assert (found.relay, found.token, found.folder) == ("http://relay", "tok", "/s/work")
    assert "tok" not in found.words


def test_a_conversation_that_is_new_has_its_name() -> None:
    spec = replace(launch().spec, model="opus", effort="high")
    words = program(replace(launch(), spec=spec)).words
    assert value(words, "--session-id") == "sid"
    assert (value(words, "--model"), value(words, "--effort")) == ("opus", "high")
    assert "--append-system-prompt" not in words


def test_a_login_that_needs_no_relay_leads_nowhere_else() -> None:
    made = launch(Login("cli", file=Path("/h/.claude/.credentials.json")))
    found = program(replace(made, token=""))
    assert found.relay == ""
    denied = json.loads(value(found.words, "--settings"))["permissions"]["deny"]
    assert denied == ["Read(//h/.claude/**)", "Edit(//h/.claude/**)"]


def test_the_session_s_own_folders_and_key_need_no_question(played) -> None:
    made = replace(played("x"), token="t" * 30)
    space = made.spec.workspace
    file = space.engine / CONFIGURATION
    file.write_text(json.dumps({"userID": "u", "projects": {str(space.work): {"lastCost": 1}}}))
    welcome(made)
    known = json.loads(file.read_text())
    assert known["userID"] == "u"
    assert known["projects"][str(space.work)] == {"lastCost": 1, "hasTrustDialogAccepted": True}
    assert {str(space.inbox), str(space.memory)} <= set(known["projects"])
    assert known["customApiKeyResponses"]["approved"] == ["t" * 20]


@pytest.mark.parametrize("planted", ["rubbish", "[1]", '{"projects": 7}', "[" * 100_000])
def test_whatever_the_session_left_there_is_replaced(played, planted) -> None:
    made = played("x")
    file = made.spec.workspace.engine / CONFIGURATION
    file.write_text(planted)
    welcome(made)
    assert json.loads(file.read_text())["hasCompletedOnboarding"] is True


def test_a_link_leads_nowhere_and_a_pipe_holds_nobody_up(played) -> None:
    made = played("x")
    file, victim = made.spec.workspace.engine / CONFIGURATION, made.spec.workspace.root / "other"
    victim.write_text('{"secret": "word"}')
    file.symlink_to(victim)
    welcome(made)
    assert victim.read_text() == '{"secret": "word"}'
    assert "secret" not in file.read_text()
    file.unlink()
    os.mkfifo(file)
    welcome(made)
    assert json.loads(file.read_text())["hasCompletedOnboarding"] is True


async def test_without_a_login_there_is_no_terminal(space) -> None:
    engine = ClaudeEngine(None, Login(), None)
    with pytest.raises(Refused, match="ANTHROPIC_API_KEY"):
        await engine.terminal(EngineSpec(space, None, "ask", None, ""))


async def test_what_it_had_last_is_its_newest_transcript(space) -> None:
    """spec: 16.5"""
    engine = ClaudeEngine(None, Login("oauth_token", "t"), None)
    assert await engine.left(space, 2.0) is None
    folder = space.engine / "projects" / "p"
    folder.mkdir(parents=True)
    names = [f"{number:08}-0000-4000-8000-000000000000" for number in (1, 2, 3)]
    for number, name in enumerate(names, 1):
        row = {"type": "user" if number < 3 else "summary", "uuid": "u"}
        (folder / f"{name}.jsonl").write_text(json.dumps(row, separators=(",", ":")) + "\n")
        os.utime(folder / f"{name}.jsonl", (number, number))
    assert await engine.left(space, 2.0) is None, "there is nothing in it to go on with"
    (folder / f"{names[2]}.jsonl").unlink()
    assert (await engine.left(space, 2.0)).value == names[1]
    assert await engine.left(space, 2.5) is None, "it was not used in the terminal"
