from __future__ import annotations

import sys
from pathlib import Path

import pytest

from carrel.core.model import SessionKey
from carrel.engines.claude.login import Login
from carrel.engines.claude.options import Launch
from carrel.ports.engine import EngineSpec
from carrel.ports.workspace import Workspace

PLAYED = r"""#!{python}
import json, os, sys
def say(**message): print(json.dumps(message), flush=True)
def result(uuids, **more):
    base = dict(type="result", subtype="success", duration_ms=1, duration_api_ms=1, is_error=False,
                num_turns=1, session_id="s", total_cost_usd=0.5, result="hi",
                user_message_uuids=uuids)
    say(**dict(base, **more))
script = {script!r}
working = []
if script == "locked": sys.exit(75)
if script == "unknown":
    print("No conversation found with session ID: x", file=sys.stderr); sys.exit(1)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["type"] == "control_request":
        kind = asked["request"]["subtype"]
        given = dict(hook_on_failure_supported=True, text="Cost: $0.25", cancelled=True)
        say(type="control_response", response=dict(
            subtype="success", request_id=asked["request_id"], response=given))
        if kind == "interrupt" and len(working) > 1: result([working.pop(0)])
        elif kind == "interrupt" and script != "deaf":
            result([], is_error=True, terminal_reason="aborted_streaming")
    elif asked["type"] == "user":
        uuid = asked["uuid"]
        if script == "die": os._exit(3)
        if script == "silent": continue
        say(type="system", subtype="status", user_message_uuids=[uuid])
        if script == "slow":
            working.append(uuid); continue
        if script == "costly":
            say(type="assistant", message=dict(role="assistant", model="m", content=[
                dict(type="tool_use", id="t", name="Bash", input={})]))
            continue
        if script == "odd":
            say(type="assistant"); print("no json at all", flush=True); result(["stranger"])
        if script != "deaf": result([uuid])
"""


@pytest.fixture
def space(tmp_path) -> Workspace:
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    return Workspace(SessionKey("k"), tmp_path, *folders, "folder")


@pytest.fixture
def played(space):
    """Makes the launch of a program that plays the CLI: `played("die")`."""

    def make(script: str, **more) -> Launch:
        program = Path(space.root) / f"cli-{script}"
        program.write_text(
            PLAYED.replace("{python}", sys.executable).replace("{script!r}", repr(script))
        )
        program.chmod(0o700)
        spec = EngineSpec(space, None, "auto", None, "")
        return Launch(spec, "s", program, Login("oauth_token", "t"), None, "", **more)

    return make
