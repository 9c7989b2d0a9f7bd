"""How the CLI is started for a session: pure, from values to the SDK's options.

The recipe is that of DESIGN §8: own configuration folder, memory, tmp and settings; the CLI's own
sandbox for Bash inside the walls; nothing read from the host user's settings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from carrel.core.model import Mode
from carrel.engines.claude import stubs
from carrel.engines.claude.login import Login
from carrel.ports.engine import EngineSpec
from carrel.ports.workspace import Workspace

if TYPE_CHECKING:
    from claude_agent_sdk import ClaudeAgentOptions

PermissionMode = Literal["default", "acceptEdits", "plan", "bypassPermissions"]
MAX_LINE = 64 * 1024 * 1024
SERVER = "carrel"
CREDENTIALS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
UNASKED = ("send_file", "nothing_to_report")
"""Carrel's own tools that need nobody's leave."""

UNWANTED = ("SendMessage", "ListAgents", "CronCreate", "CronDelete", "CronList", "ScheduleWakeup")
"""Tools that reach other sessions, or that start turns which nobody asked for."""

QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_BUG_COMMAND": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_FILE_MENTIONS": "1",
    "CLAUDE_CODE_DISABLE_CRON": "1",
    # A turn ends with all of its work: what went on behind it could ask nobody.
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
}
PATIENCE = {
    # Six tries are about 30 s of an overloaded API, and then the person hears of it.
    "CLAUDE_CODE_MAX_RETRIES": "6",
    "API_TIMEOUT_MS": "300000",
    "CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS": "120000",
}


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of the CLI. `again`: it runs an interrupted last turn of `session` once more.

    `path`: another PATH for the programs that it starts.
    """

    spec: EngineSpec
    session: str
    program: Path
    login: Login
    url: str | None
    token: str
    resume: bool = False
    again: bool = False
    path: str = ""
    extra: tuple[tuple[str, str], ...] = ()


def permission_mode(mode: Mode) -> PermissionMode:
    """The CLI's word for a session's mode."""
    match mode:
        case "ask":
            return "default"
        case "edit":
            return "acceptEdits"
        case "plan":
            return "plan"
        case "auto":
            return "bypassPermissions"


def environment(launch: Launch) -> dict[str, str]:
    """The variables of the CLI. Credentials of the gateway itself are blanked."""
    space = launch.spec.workspace
    own = {
        "CLAUDE_CONFIG_DIR": str(space.engine),
        "CLAUDE_CODE_TMPDIR": str(space.tmp),
        "IS_SANDBOX": "1",
        "CARREL_GATEWAY": str(os.getpid()),
        "CLAUDE_CODE_RESUME_INTERRUPTED_TURN": "1" if launch.again else "",
    }
    blank = dict.fromkeys(CREDENTIALS, "")
    url = {"ANTHROPIC_BASE_URL": launch.url} if launch.url else {}
    extra = dict(launch.extra)
    return {**QUIET, **PATIENCE, **blank, **own, **url, **_credential(launch), **extra}


def _credential(launch: Launch) -> dict[str, str]:
    match launch.login.kind:
        case "api_key":
            return {"ANTHROPIC_API_KEY": launch.token}
        case "oauth_token":
            return {"CLAUDE_CODE_OAUTH_TOKEN": launch.login.secret}
        case "cli" if launch.login.file is not None:
            return {"CLAUDE_SECURESTORAGE_CONFIG_DIR": str(launch.login.file.parent)}
        case _:
            return {}


def settings(launch: Launch) -> dict[str, object]:
    """What `--settings` says; it wins over every file."""
    space, login = launch.spec.workspace, launch.login
    path = {"PATH": launch.path} if launch.path else {}
    return {
        "env": {**path, **stubs.environment(space)},
        "autoMemoryDirectory": str(space.memory),
        "crossSessionInbound": "refuse",
        "permissions": {"allow": [f"mcp__{SERVER}__{name}" for name in UNASKED]},
        "sandbox": sandbox(space, login) if space.isolation == "strict" else {"enabled": False},
    }


def sandbox(space: Workspace, login: Login) -> dict[str, object]:
    """The CLI's own walls for Bash, inside the session's walls."""
    hidden = [str(path) for path in (space.root, *login.hidden)]
    own = (space.work, space.memory, space.tmp)
    return {
        "enabled": True,
        "failIfUnavailable": True,
        "allowUnsandboxedCommands": False,
        "autoAllowBashIfSandboxed": False,
        "enableWeakerNestedSandbox": True,
        "filesystem": {
            "denyRead": hidden,
            "allowRead": [str(path) for path in (*own, space.inbox, stubs.ignored(space))],
            "allowWrite": [str(path) for path in own],
            "denyWrite": [str(path) for path in (space.work / ".claude", *space.guarded)],
        },
        "credentials": {"envVars": [{"name": name, "mode": "deny"} for name in CREDENTIALS]},
        "network": {"allowedDomains": ["*"], "allowLocalBinding": True},
    }


def options(launch: Launch, parts: Mapping[str, object]) -> ClaudeAgentOptions:
    """The SDK's options. `parts` are what is not a value: callbacks, hooks and the tool server."""
    from claude_agent_sdk import ClaudeAgentOptions

    spec, space = launch.spec, launch.spec.workspace
    keywords: dict[str, object] = {
        "cwd": space.work,
        "cli_path": launch.program,
        "env": environment(launch),
        "settings": json.dumps(settings(launch)),
        "setting_sources": ["project"],
        "strict_mcp_config": True,
        "disallowed_tools": list(UNWANTED),
        "permission_mode": permission_mode(spec.mode),
        "model": spec.model,
        "effort": spec.effort,
        "system_prompt": _system_prompt(spec.instructions),
        "add_dirs": [space.inbox, space.memory],
        "include_partial_messages": True,
        "max_buffer_size": MAX_LINE,
        "resume" if launch.resume else "session_id": launch.session,
    }
    return ClaudeAgentOptions(**{**keywords, **parts})  # type: ignore[arg-type] # checked by the SDK


def _system_prompt(instructions: str) -> dict[str, str]:
    preset = {"type": "preset", "preset": "claude_code"}
    return {**preset, "append": instructions} if instructions else preset
