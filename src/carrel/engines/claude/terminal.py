"""The CLI as a person uses it: the words that start it in a terminal, and what it need not ask.

It is the same program with the same settings, inside the same walls. What an SDK's callbacks do in
a chat is done by the person: the CLI asks them in the terminal.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from carrel.engines.claude import transcript
from carrel.engines.claude.options import UNWANTED, Launch, environment, permission_mode, settings
from carrel.ports.engine import Program
from carrel.ports.workspace import Workspace

CONFIGURATION = ".claude.json"
LARGEST = 16 * 1024 * 1024
KNOWN_BY = 20
"""So many last characters of a key are what the CLI remembers that it may use."""


def program(launch: Launch) -> Program:
    """What a terminal runs to continue the session."""
    spec, space = launch.spec, launch.spec.workspace
    words = (
        str(launch.program),
        *("--resume" if launch.resume else "--session-id", launch.session),
        *("--settings", json.dumps(_settings(launch))),
        *("--setting-sources", "project", "--strict-mcp-config"),
        *("--disallowedTools", ",".join(UNWANTED)),
        *("--permission-mode", permission_mode(spec.mode)),
        *(("--model", spec.model) if spec.model else ()),
        *(("--effort", spec.effort) if spec.effort else ()),
        *(("--append-system-prompt", spec.instructions) if spec.instructions else ()),
        *("--add-dir", str(space.inbox), str(space.memory)),
    )
    variables = tuple(environment(launch).items())
    relay = launch.url or "" if launch.token else ""
    return Program(words, variables, str(space.work), relay, launch.token)


def _settings(launch: Launch) -> Mapping[str, object]:
    """Those of the chat, and a rule in place of the guard that the SDK asks there."""
    hidden = [f"{tool}(/{path}/**)" for path in launch.login.hidden for tool in ("Read", "Edit")]
    return {
        **settings(launch),
        "permissions": {"deny": hidden},
        "skipDangerousModePermissionPrompt": True,
    }


def welcome(launch: Launch) -> None:
    """Write down what was decided long ago, so that the CLI does not ask for it.

    The folders are the session's own, and so is its key.
    """
    space = launch.spec.workspace
    file = space.engine / CONFIGURATION
    known = _read(file)
    places = _table(known.get("projects"))
    for folder in (space.work, space.inbox, space.memory):
        places[str(folder)] = {**_table(places.get(str(folder))), "hasTrustDialogAccepted": True}
    known |= {"hasCompletedOnboarding": True, "projects": places}
    if launch.token:
        known["customApiKeyResponses"] = {"approved": [launch.token[-KNOWN_BY:]], "rejected": []}
    _write(file, json.dumps(known))


def used_last(space: Workspace, since: float) -> str:
    """The conversation that was written last, if that was after `since`; else empty."""
    for path in transcript.newest(space.engine, 1):
        if path.lstat().st_mtime >= since and transcript.usable(transcript.rows(path)):
            return path.stem
    return ""


def _table(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _read(file: Path) -> dict[str, object]:
    """What is there. The session can write it, so it may be anything, a link or a pipe too."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return {}
    with os.fdopen(opened, "rb") as stream:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return {}
        try:
            return _table(json.loads(stream.read(LARGEST)))
        except (ValueError, RecursionError):
            return {}


def _write(file: Path, text: str) -> None:
    """In place of what is there, be it a link."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(file)
