"""The engine's own commands: which a person may have run, and what stands in for the others.

`/run NAME WORDS` gives `/NAME WORDS` to the engine. What would take the conversation, its settings
or its permissions out of Carrel's hands is refused, and so is what only a terminal can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COMPACT, RUN = "/compact", "/run"

_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("clear", "reset", "new"), "/new begins a fresh conversation"),
        **dict.fromkeys(("resume", "continue"), "/resume takes up an earlier conversation"),
        **dict.fromkeys(("rewind", "checkpoint", "undo"), "/rewind goes back to before a turn"),
        **dict.fromkeys(("fork", "branch"), "/fork begins a side thread"),
        **dict.fromkeys(("exit", "quit"), "/stop stops what runs"),
        **dict.fromkeys(("model", "fast"), "/model chooses the model"),
        **dict.fromkeys(("usage", "cost", "stats"), "/usage says what was spent"),
        **dict.fromkeys(("permissions", "allowed-tools"), "/grants lists what is allowed"),
        **dict.fromkeys(("plan", "auto-mode-setup"), "/mode says what the agent may do unasked"),
        **dict.fromkeys(("loop", "schedule"), "/schedule says something at set times"),
        **dict.fromkeys(("tasks", "bashes", "background", "bg"), "/status says what runs"),
        "effort": "/effort chooses how hard it thinks",
        "compact": "/compact makes room",
        "context": "/context says how full the context is",
        "status": "/status says how the session stands",
        "help": "/help lists Carrel's commands",
        "export": "/export sends the conversation as a page",
        "fewer-permission-prompts": "/grants lists what is allowed",
        "doctor": "/doctor examines everything",
        "login": "the operator logs in on Carrel's machine",
        "logout": "the operator logs out on Carrel's machine",
        "add-dir": "the operator lists projects in carrel.toml",
        "sandbox": "the operator sets `isolation` in carrel.toml",
    }
)
"""What to use in place of each, as a sentence without its end."""

_TERMINAL = frozenset(
    {
        "agents", "autocompact", "bug", "chrome", "color", "config", "debug", "design",
        "design-consent", "design-revoke", "desktop", "feedback", "focus", "heapdump", "hooks",
        "ide", "insights", "install-github-app", "keybindings", "list-agents", "mcp", "memory",
        "mobile", "name", "output-style", "peers", "plugin", "plugins", "privacy-settings",
        "reload-plugins", "remote-control", "remote-env", "rename", "settings", "statusline",
        "teleport", "terminal-setup", "theme", "update-config", "upgrade", "vim",
        "workflow-launch-exec",
    }
)  # fmt: skip
"""What changes the engine's own settings, or only shows something in a terminal."""


def engine_command(text: str) -> str:
    """The engine's own command that a message is, as the engine takes it; empty: it is none."""
    head, _, words = text.strip().partition(" ")
    if head == COMPACT:
        return text.strip()
    wanted = words.strip().removeprefix("/")
    return f"/{wanted}" if head == RUN and wanted and not refusal(wanted) else ""


def refusal(wanted: str) -> str:
    """Why this is not run, in a sentence that says what does it; empty if it may be."""
    first, *_ = wanted.removeprefix("/").split() or ("",)
    name = first.casefold()
    if name in _INSTEAD:
        return f"/{name} is not run here: {_INSTEAD[name]}."
    if name in _TERMINAL or not name[:1].isalnum():
        return f"/{name} is for a terminal: /handoff says how to go on in one."
    return ""
