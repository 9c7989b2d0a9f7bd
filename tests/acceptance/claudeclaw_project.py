"""A ClaudeClaw project with conversations that the real CLI had, made from documented shapes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLD_PROMPT = "You are ClaudeClaw, and files go out by directive."
TIMES = {"createdAt": "2026-01-02T03:04:05.000Z", "lastUsedAt": "2026-02-03T04:05:06.000Z"}


@dataclass
class ClaudeClawProject:
    """The project's folder, and the home directory with Claude's transcripts."""

    root: Path
    home: Path
    api_url: str

    def write(self, name: str, content: Any) -> None:
        """A file below `.claude/claudeclaw`; what is no string becomes JSON."""
        file = self.root / ".claude/claudeclaw" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))

    def talk(self, text: str, folder: str = "") -> str:
        """Have a conversation as ClaudeClaw had it; its id."""
        identity, place = str(uuid.uuid4()), self.root / folder
        place.mkdir(parents=True, exist_ok=True)
        memory = json.dumps({"autoMemoryDirectory": str(self.root / "old-memory")})
        command = [str(_cli()), "-p", "--session-id", identity, "--settings", memory]
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "ANTHROPIC_API_KEY": "sk-test",
            "ANTHROPIC_BASE_URL": self.api_url,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }
        subprocess.run(
            [*command, "--append-system-prompt", OLD_PROMPT],
            input=text, text=True, cwd=place, env=env, check=True, timeout=60, capture_output=True,
        )  # fmt: skip
        return identity

    def snapshot(self) -> dict[str, tuple[int, bytes]]:
        """Every file of the project and of Claude's, with its time and content."""
        folders = (self.root, self.home / ".claude")
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def session(identity: str, **more: Any) -> dict[str, Any]:
    """A session object as both projects write it."""
    return {"sessionId": identity, **TIMES, "turnCount": 3, "compactWarned": False, **more}


def _cli() -> Path:
    return Path(importlib.util.find_spec("claude_agent_sdk").origin).parent / "_bundled/claude"
