"""People come from ClaudeClaw: their conversations go on, and nothing of theirs is written to."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.acceptance.claudeclaw_project import OLD_PROMPT, ClaudeClawProject, session
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import wait_for


@pytest.fixture
def project(tmp_path, api_url):
    return ClaudeClawProject(tmp_path / "project", tmp_path, api_url)


def run_import(gateway, project, *more):
    command = [sys.executable, "-m", "carrel", "import", "claudeclaw", str(project.root), *more]
    env = {"PATH": os.environ["PATH"], "HOME": str(project.home)}
    env |= {"CARREL_HOME": str(gateway.home), **gateway.extra}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def as_upstream(project, channel):
    """The main conversation, and a thread's: both ran in the project's folder."""
    project.write("session.json", session(project.talk("remember the word heather")))
    key = session(project.talk("remember the word kiwi"), threadId=channel)
    project.write("sessions.json", {"threads": {channel: key}})


def as_fork(project, channel):
    """The same in the fork, where each has a folder of its own."""
    folder = ".claude/claudeclaw/sessions"
    main = session(project.talk("remember the word heather", f"{folder}/default"), key="default")
    own = session(project.talk("remember the word kiwi", f"{folder}/{channel}"), key=channel)
    project.write("sessions.json", {"sessions": {"default": main, channel: own}})


@pytest.mark.parametrize("kept", [as_upstream, as_fork])
def test_conversations_go_on_where_they_were(gateway, project, model_log, tmp_path, kept) -> None:
    with discord_process(tmp_path, "den") as discord:
        channel, ada = discord.channel("den"), discord.person("ada")
        kept(project, channel)
        settings = {"discord": {"token": discord.told["token"], "allowedUserIds": [int(ada)]}}
        project.write("settings.json", settings)
        before = project.snapshot()
        ended = run_import(gateway, project, "--do")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert project.snapshot() == before
        _let_in(gateway, discord)
        gateway.start()
        gateway.say("RECALL", "main")
        discord.says("den", "RECALL")
        wait_for(lambda: gateway.answers("main") and discord.answers("den"))
        assert gateway.answers("main") == ["recall: heather"]
        assert discord.answers("den") == ["recall: kiwi"]
    asked = [line for line in model_log.read_text().splitlines() if str(tmp_path) in line]
    then = [line for line in asked if json.loads(line)["prompt"].endswith("RECALL")]
    assert any(OLD_PROMPT in line for line in asked)
    assert len(then) == 2
    assert not [line for line in then if OLD_PROMPT in line or "old-memory" in line]


def _let_in(gateway, discord):
    """The token where the report says, and the fake in Discord's place."""
    token = gateway.home / "discord.token"
    token.touch(mode=0o600)
    token.write_text(discord.told["token"])
    gateway.extra |= {
        "CARREL_DISCORD__REST_URL": discord.told["rest_url"],
        "CARREL_DISCORD__GATEWAY_URL": discord.told["gateway_url"],
        "CARREL_DEFAULTS__ANSWER": "all",
    }
