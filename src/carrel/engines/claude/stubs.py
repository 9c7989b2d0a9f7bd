"""Files that are not there: git must not take them for the session's work.

The CLI's own sandbox lays an empty device over each name at which settings of other programs could
be planted. Git sees new files there, shows them, and `git add -A` fails on them. So it is told to
ignore them, by a file that only this session's commands are pointed to.
"""

from __future__ import annotations

from pathlib import Path

from carrel.ports.workspace import Workspace

NAMES = (
    *(".bash_profile", ".bashrc", ".gitconfig", ".gitmodules", ".idea", ".mcp.json", ".profile"),
    *(".ripgreprc", ".vscode", ".zprofile", ".zshrc"),
)


def ignored(space: Workspace) -> Path:
    """The file with their names."""
    return space.engine / "ignored"


def write(space: Workspace) -> None:
    """Write the file, if it is not there."""
    if not ignored(space).exists():
        ignored(space).write_text("".join(f"/{name}\n" for name in NAMES), "utf-8")


def environment(space: Workspace) -> dict[str, str]:
    """The variables that point git to it. There is nothing to ignore where no sandbox is."""
    if space.isolation != "strict":
        return {}
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.excludesFile",
        "GIT_CONFIG_VALUE_0": str(ignored(space)),
    }
