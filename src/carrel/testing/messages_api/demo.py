"""The stand-in model of the demo: plain sentences become the same steps as directives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.directives import script_of
from carrel.testing.messages_api.model import ToolCall
from carrel.testing.messages_api.script import Script

GAP_MS = 20
INDEX = "MEMORY.md"
NO_OUTPUT = "(Bash completed with no output)"
NUMBERED = re.compile(r"^[ \t]*\d+\t", re.MULTILINE)
THINGS_TO_TRY = """\
- remember the word kiwi
- write a file notes.txt with buy tea
- show me the files"""
STAND_IN = f"""\
I am the demo's stand-in model, not Claude, so I only follow a few plain sentences. \
Everything around me is real, though; try one of these:

{THINGS_TO_TRY}"""
HELP = f"""\
I am the demo's stand-in model, not Claude. These sentences do something:

{THINGS_TO_TRY}
- read the file notes.txt
- what do you remember?
- run date"""

Answer: TypeAlias = Callable[[re.Match[str], Conversation], Script]


def script(conversation: Conversation) -> Script:
    """The steps of an answer: directives, else the first sentence that fits, else a greeting."""
    directed = script_of(conversation)
    if not directed.echo:
        return directed if directed.gap_ms or directed.filler else replace(directed, gap_ms=GAP_MS)
    for pattern, answer in SENTENCES:
        found = pattern.search(conversation.prompt)
        if found:
            return replace(answer(found, conversation), gap_ms=GAP_MS)
    return _says(STAND_IN)


def _says(text: str, *calls: ToolCall) -> Script:
    return Script(steps=tuple((call,) for call in calls), say=(text,), gap_ms=GAP_MS)


def _remember(found: re.Match[str], conversation: Conversation) -> Script:
    word = found.group(1)
    if not conversation.memory_dir:
        return _says(
            f"I will remember the word {word} in this conversation. I have no memory outside it."
        )
    index = f"{conversation.memory_dir}/{INDEX}"
    calls = _append(index, f"word: {word}", conversation)
    return _says(
        _outcome(conversation, f"I wrote the word {word} into my memory, and will remember it."),
        *calls,
    )


def _append(path: str, line: str, conversation: Conversation) -> list[ToolCall]:
    """Write the line; a file known to be there is read first, so that its lines are kept."""
    known = conversation.said_words or f"Contents of {path}" in conversation.background
    if not known:
        return [_write(path, f"{line}\n")]
    seen = [result.text for result in conversation.results[:1] if not result.is_error]
    lines = [*NUMBERED.sub("", "".join(seen)).splitlines(), line]
    return [ToolCall("Read", {"file_path": path}), _write(path, "\n".join(lines) + "\n")]


def _write_file(found: re.Match[str], conversation: Conversation) -> Script:
    name, content = found.group(1), found.group(2).strip()
    write = _write(_in_workspace(name, conversation), f"{content}\n")
    return _says(_outcome(conversation, f"I wrote {name}. Ask me to show you the files."), write)


def _write(path: str, content: str) -> ToolCall:
    return ToolCall("Write", {"file_path": path, "content": content})


def _in_workspace(name: str, conversation: Conversation) -> str:
    return (
        name
        if name.startswith("/") or not conversation.workspace
        else f"{conversation.workspace}/{name}"
    )


def _show_files(_: re.Match[str], conversation: Conversation) -> Script:
    if _last(conversation) == NO_OUTPUT:
        call = ToolCall("Bash", {"command": "ls", "description": "List the files"})
        return _says("My workspace is empty; what other desks have is not to be seen here.", call)
    return _run("ls", "List the files", conversation, "These files are in my workspace:")


def _run_command(found: re.Match[str], conversation: Conversation) -> Script:
    command = found.group(1).strip().strip("`")
    return _run(command, "Run what was asked for", conversation, "The command said:")


def _run(command: str, purpose: str, conversation: Conversation, heading: str) -> Script:
    call = ToolCall("Bash", {"command": command, "description": purpose})
    return _says(_outcome(conversation, f"{heading}\n```\n{_last(conversation)}\n```"), call)


def _read_file(found: re.Match[str], conversation: Conversation) -> Script:
    name = found.group(1).rstrip("?.!,")
    text = NUMBERED.sub("", _last(conversation))
    call = ToolCall("Read", {"file_path": _in_workspace(name, conversation)})
    return _says(_outcome(conversation, f"{name} says:\n```\n{text}\n```"), call)


def _last(conversation: Conversation) -> str:
    return conversation.results[-1].text if conversation.results else ""


def _outcome(conversation: Conversation, success: str) -> str:
    if not conversation.results or not conversation.results[-1].is_error:
        return success
    return f"That did not happen: {_last(conversation)}"


def _recall(_: re.Match[str], conversation: Conversation) -> Script:
    said, kept = ", ".join(conversation.said_words), ", ".join(conversation.kept_words)
    parts = [f"In this conversation you asked me to remember: {said}."] if said else []
    parts += [f"My memory holds: {kept}."] if kept else []
    return _says(" ".join(parts) or "Nothing yet. Say: remember the word kiwi.")


def _help(_: re.Match[str], __: Conversation) -> Script:
    return _says(HELP)


def _sentence(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SENTENCES: tuple[tuple[re.Pattern[str], Answer], ...] = (
    (_sentence(r"\bremember the word[: ]+[\"'`]?([\w-]+)"), _remember),
    (_sentence(r"\bwhat (?:do|did|can) you (?:still )?(?:remember|recall)\b"), _recall),
    (
        _sentence(
            r"\b(?:write|create|make) (?:a |the )?(?:new )?file (?:called |named )?"
            r"(\S+) with ([^\n]+)"
        ),
        _write_file,
    ),
    (_sentence(r"\b(?:show|list)\b[^\n]{0,20}\bfiles\b|\bwhat files\b"), _show_files),
    (_sentence(r"\b(?:read|show|open) (?:me )?(?:the )?file (\S+)"), _read_file),
    (_sentence(r"(?:^|\bplease )\s*run:? ([^\n]+)"), _run_command),
    (_sentence(r"^\W*(?:help|what can you do)\b"), _help),
)
