from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from carrel.core.model import SessionKey
from carrel.engines.claude.login import Login
from carrel.engines.claude.options import Launch, environment, options, permission_mode, settings
from carrel.ports.engine import EngineSpec
from carrel.ports.workspace import Workspace

KEY = Login("api_key", "sk-real")


def launch(login=KEY, isolation="strict", **more):
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    folders = (Path("/s") / name for name in names)
    space = Workspace(SessionKey("k"), Path("/s"), *folders, isolation)
    spec = EngineSpec(space, None, more.pop("mode", "ask"), None, more.pop("instructions", ""))
    return Launch(spec, "sid", Path("/bin/claude"), login, "http://relay", "tok", **more)


def test_the_session_gets_its_own_token_and_never_the_key():
    made = options(launch(), {})
    assert made.env["ANTHROPIC_API_KEY"] == "tok"
    assert made.env["ANTHROPIC_BASE_URL"] == "http://relay"
    assert "sk-real" not in repr(made)


@pytest.mark.parametrize(
    ("login", "name", "value"),
    [
        (Login("oauth_token", "t"), "CLAUDE_CODE_OAUTH_TOKEN", "t"),
        (
            Login("cli", file=Path("/h/.claude/.credentials.json")),
            "CLAUDE_SECURESTORAGE_CONFIG_DIR",
            "/h/.claude",
        ),
    ],
)
def test_other_logins(login, name, value):
    made = environment(launch(login))
    assert (made[name], made["ANTHROPIC_API_KEY"]) == (value, "")


def test_the_launcher_is_told_whose_end_is_its_own():
    assert environment(launch())["CARREL_GATEWAY"] == str(os.getpid())


def test_another_path_is_for_the_programs_that_it_starts():
    assert "PATH" not in settings(launch())["env"]
    assert settings(launch(path="/p:/q"))["env"]["PATH"] == "/p:/q"


def test_the_walls_of_the_recipe():
    made = settings(launch())
    assert made["autoMemoryDirectory"] == "/s/memory"
    assert made["crossSessionInbound"] == "refuse"
    box = made["sandbox"]
    assert (box["enabled"], box["failIfUnavailable"], box["allowUnsandboxedCommands"]) == (
        True,
        True,
        False,
    )
    assert "/s/engine" not in box["filesystem"]["allowRead"]
    assert box["filesystem"]["denyWrite"] == ["/s/work/.claude"]
    assert {one["name"] for one in box["credentials"]["envVars"]} >= {"ANTHROPIC_API_KEY"}
    folder = settings(launch(isolation="folder"))
    assert folder["sandbox"] == {"enabled": False}


def test_resuming_names_the_session_otherwise_it_is_made():
    fresh, resumed = options(launch(), {}), options(launch(resume=True), {})
    assert (fresh.session_id, fresh.resume) == ("sid", None)
    assert (resumed.session_id, resumed.resume) == (None, "sid")
    assert fresh.env["CLAUDE_CODE_RESUME_INTERRUPTED_TURN"] == ""
    assert environment(launch(again=True))["CLAUDE_CODE_RESUME_INTERRUPTED_TURN"] == "1"


def test_nothing_of_the_host_user_is_read():
    made = options(launch(instructions="Be kind."), {})
    assert made.setting_sources == ["project"]
    assert made.strict_mcp_config
    assert made.system_prompt["append"] == "Be kind."
    assert json.loads(made.settings)["permissions"] == {
        "allow": ["mcp__carrel__send_file", "mcp__carrel__nothing_to_report"]
    }
    assert {"SendMessage", "ListAgents"} <= set(made.disallowed_tools)


def test_modes():
    modes = [permission_mode(mode) for mode in ("ask", "edit", "plan", "auto")]
    assert modes == ["default", "acceptEdits", "plan", "bypassPermissions"]


def test_the_agents_questions_come_by_the_callback_in_every_mode():
    assert options(launch(mode="auto"), {"can_use_tool": print}).can_use_tool is print
