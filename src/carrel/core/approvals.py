"""What an approval is bound to, and how it is put to a person."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from unicodedata import category

from carrel.core import grants
from carrel.core.model import Approval, TurnId

HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})

LONGEST_TITLE = 160
"""Of a schedule's card. What names a time is shorter, and what is longer is not done."""

SCHEDULES = "mcp__carrel__schedule"
"""Carrel's own tool for schedules, as engines call it."""

JsonValue = object
"""Whatever JSON can hold; an engine's arguments are only carried, never interpreted here."""


def digest(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """A hash of the tool and its full arguments; the order of keys does not matter."""
    canonical = json.dumps([tool, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def request(
    turn: TurnId,
    call: str,
    tool: str,
    arguments: Mapping[str, JsonValue],
    folder: str,
    project: str = "",
) -> Approval:
    """The approval for a turn's `call`, as its engine names it."""
    bound = digest(tool, arguments)
    title, detail = map(visible, describe(tool, arguments, folder))
    identity = hashlib.sha256(f"{turn}\n{call}\n{bound}".encode()).hexdigest()[:16]
    wanted = tuple(sorted(grants.wanted(tool, arguments, folder), key=str))
    return Approval(
        identity, turn, tool, title, detail, folder, bound,
        calls=(call,), wanted=wanted, project=project,
    )  # fmt: skip


def visible(text: str) -> str:
    """`text` with every character that shows nothing or turns the line round written out."""
    return "".join(c if c in "\n\t" or category(c) not in HIDDEN else _spelt(c) for c in text)


def _spelt(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def describe(tool: str, arguments: Mapping[str, JsonValue], folder: str) -> tuple[str, str]:
    """A line a person can judge, and the whole of it: the command, the diff, the content.

    Arguments that neither shows stand below as JSON: nothing is allowed unseen. A path is told
    from `folder`, which the card names too.
    """

    def text(name: str) -> str:
        return str(arguments.get(name, ""))

    path = text("file_path").removeprefix(f"{folder}/")
    seen: tuple[str, ...]
    match tool:
        case "Bash":
            purpose = text("description")
            title = f"Run a command: “{purpose}”" if purpose else "Run a command"
            detail = text("command")
            seen = ("description", "command")
        case "Write":
            title, detail = f"Write {path}", text("content")
            seen = ("file_path", "content")
        case "Edit":
            detail = unified_diff(path, text("old_string"), text("new_string"))
            title, seen = f"Edit {path}", ("file_path", "old_string", "new_string")
        case "WebFetch":
            title, detail = f"Fetch {text('url')}", text("prompt")
            seen = ("url", "prompt")
        case _ if tool == SCHEDULES:
            title = f"Schedule: {text('action')} {text('when')} {text('id')}"
            title = " ".join(title.split())[:LONGEST_TITLE]
            detail, seen = text("text"), ("action", "id", "when", "text")
        case _:
            return f"Use {tool}", _as_json(arguments)
    unseen = {name: value for name, value in arguments.items() if name not in seen}
    return title, f"{detail}\n\n{_as_json(unseen)}" if unseen else detail


def _as_json(arguments: Mapping[str, JsonValue]) -> str:
    return json.dumps(arguments, indent=2, ensure_ascii=False)


def unified_diff(path: str, old: str, new: str) -> str:
    """What would change, as a unified diff; ends of lines and of the text count too."""
    lines = difflib.unified_diff(
        old.split("\n"), new.split("\n"), f"a/{path}", f"b/{path}", lineterm=""
    )
    return "\n".join(lines)
