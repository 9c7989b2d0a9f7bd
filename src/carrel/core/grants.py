"""Patterns: what a person allows for good, and which later requests that really covers.

There is one rule: a request is covered if the pattern that it would itself be offered was granted.
So what is never offered is never covered, whatever a stored pattern says.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from carrel.core import programs, shell

LONGEST = 70
"""Characters of a pattern: it must be readable whole on a button."""

_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "Bash": frozenset({"command", "description", "timeout"}),
    "Edit": frozenset({"file_path", "old_string", "new_string", "replace_all"}),
    "MultiEdit": frozenset({"file_path", "edits"}),
    "NotebookEdit": frozenset({"notebook_path", "new_source", "cell_id", "cell_type", "edit_mode"}),
    "WebFetch": frozenset({"url", "prompt"}),
    "Write": frozenset({"file_path", "content"}),
}
"""The arguments that were thought of. Any other, such as one that leaves the sandbox, is asked."""

_CONNECTED_TOOL = re.compile(r"mcp__[\w-]+__[\w-]+", re.ASCII)
_URL = re.compile(r"https://((?:[a-z0-9-]+\.)+[a-z]+)(?:[/?#][!-~]*)?")
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home", ".arpa")
_STEERING = frozenset({"claude.md", "claude.local.md", "agents.md", "origin"})
"""What the engine reads as its instructions, and what git takes for a remote if it has none."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of request. `words`: what it begins with; `more`: whether anything may follow.

    Of Bash, `words` are a command's; of Edit, which stands for all tools that write files, the
    parts of a path below the session's folder; of WebFetch a host; of connected tools none.
    """

    tool: str
    words: tuple[str, ...] = ()
    more: bool = False

    def __str__(self) -> str:
        """As people read it: `git push *`, `Edit src/*`, `WebFetch example.org`."""
        if self.tool == "Bash":
            return shlex.join(self.words) + (" *" if self.more else "")
        path = "/".join((*self.words, "*") if self.more else self.words)
        return f"{self.tool} {path}".rstrip()


def wanted(tool: str, arguments: Mapping[str, object], folder: str) -> frozenset[Pattern]:
    """All patterns that must be granted for a request; none if it must be asked each time.

    `folder`: the session's, absolute, and not the whole disk. Never raises, whatever the arguments
    are.
    """
    patterns = _patterns(tool, arguments, folder)
    return frozenset(patterns) if all(map(_is_readable, patterns)) else frozenset()


def proposal(wanted_: Iterable[Pattern]) -> Pattern | None:
    """The pattern that a request is an example of: a line of several commands must share it."""
    patterns = [*wanted_]
    return patterns[0] if len(patterns) == 1 else None


def covered(granted: Iterable[Pattern], wanted_: Iterable[Pattern]) -> bool:
    """Whether all that a request would do was allowed; False in any doubt."""
    patterns = {*wanted_}
    return bool(patterns) and patterns <= {*granted}


def _patterns(tool: str, arguments: Mapping[str, object], folder: str) -> set[Pattern]:
    if not folder.startswith("/") or not folder.strip("/"):
        return set()
    if _CONNECTED_TOOL.fullmatch(tool):
        return {Pattern(tool)}
    if not arguments.keys() <= _ARGUMENTS.get(tool, frozenset()):
        return set()
    match tool:
        case "Bash":
            return _commands(arguments.get("command"), folder)
        case "Edit" | "MultiEdit" | "NotebookEdit" | "Write":
            return _place(arguments.get("file_path", arguments.get("notebook_path")), folder)
        case "WebFetch":
            return _host(arguments.get("url"))
        case _:
            return set()


def _commands(line: object, folder: str) -> set[Pattern]:
    parsed = shell.parse(line) if isinstance(line, str) else None
    found = [programs.leading(command, folder) for command in parsed or ()]
    wanted = {Pattern("Bash", *leading) for leading in found if leading is not None}
    return wanted if None not in found else set()


def _place(path: object, folder: str) -> set[Pattern]:
    """The first folder on the way to the file; a file that lies in none, by itself."""
    if not isinstance(path, str) or not path.isascii() or not path.isprintable():
        return set()
    parts = PurePosixPath(path.removeprefix(f"{folder.rstrip('/')}/")).parts
    steers = any(part.startswith((".", "/", "~")) or part.lower() in _STEERING for part in parts)
    if not parts or steers:
        return set()
    return {Pattern("Edit", parts[:1], more=len(parts) > 1)}


def _host(url: object) -> set[Pattern]:
    found = _URL.fullmatch(url) if isinstance(url, str) else None
    if found is None or found[1].endswith(_LOCAL):
        return set()
    return {Pattern("WebFetch", (found[1],))}


def _is_readable(pattern: Pattern) -> bool:
    text = str(pattern)
    return len(text) <= LONGEST and text.isascii() and text.isprintable()
