"""The prompt language: lines of directives in what a person typed become the steps of an answer.

TOOL Bash: COMMAND        run a command
TOOL Read PATH            the file tools; a backslash and n in CONTENT, A and B is a line break
TOOL Write PATH CONTENT
TOOL Edit PATH A => B
TOOL Name {json}          any tool
& TOOL ...                in the same assistant message as the call before it
SLOW ms [n]               n words (20), ms milliseconds before each; with SAY, the pace of its words
LEN n                     a text of n characters, in many deltas
BIG n                     a text of n bytes, in one delta
SAY text                  the final text, verbatim; several lines are joined
RECALL                    the final text lists the words the conversation and the memory hold
THINK                     a thinking block before the final text
USAGE n                   report n input tokens
MAXTOK, REFUSE            end with that stop reason; once asked to go on, end well
HANG [times]              no byte is sent
STALL [times]             a stream goes silent half-way
CUT [times]               a stream's connection is closed half-way
SSEERR [times]            a stream ends in an error event half-way (once)
ERR code [times] [wait]   an HTTP error; wait is the retry-after header, in seconds
RATELIMIT [reset]         429 with the unified rate limit headers; reset is in seconds since 1970
RATELIMIT reset BUT name  the same, but for models that have this in their names

Without `times` a fault strikes every time. Faults stand in line with the calls: one that follows a
call strikes after it. Lines that are no directive are ignored beside one that is; a text without
any is echoed. Directives sent while the engine works (a steer) join the running script; other words
sent then end up in the final text as `steered: ...`.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.faults import fault, rate_limited
from carrel.testing.messages_api.model import StopReason, Text, ToolCall
from carrel.testing.messages_api.script import Script

TOOL = re.compile(r"(&\s*)?TOOL\s+([\w.-]+):?(?:\s+(.*))?\Z", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,12}")
SENTENCE = "the quick brown fox jumps over the lazy dog while rain falls on the old library roof"
WORDS = tuple(SENTENCE.split())
STOP_REASONS: dict[str, StopReason] = {"MAXTOK": "max_tokens", "REFUSE": "refusal"}
LONGEST = 64 * 1024 * 1024


def parse(text: str) -> Script:
    """Read the directives of a typed text; a malformed one becomes a final text that says so."""
    script = Script()
    for line in text.splitlines():
        try:
            script = _line(script, line.strip())
        except ValueError as error:
            script = replace(script, say=(*script.say, f"bad directive: {line.strip()} ({error})"))
    return replace(script, echo=text) if script == Script() else script


def script_of(conversation: Conversation) -> Script:
    """The script of the newest typed text and of what was sent while the engine worked on it."""
    plain = tuple(steer for steer in conversation.steers if parse(steer).echo)
    directed = [steer for steer in conversation.steers if not parse(steer).echo]
    return replace(parse("\n".join([conversation.prompt, *directed])), steered=plain)


def _line(script: Script, line: str) -> Script:
    found = TOOL.match(line)
    if found:
        return _with_call(
            script, tool_call(found.group(2), found.group(3) or ""), joined=bool(found.group(1))
        )
    word, _, rest = line.partition(" ")
    if word == "SAY":
        return replace(script, say=(*script.say, rest))
    if word == "RATELIMIT" and " BUT " in rest:
        reset, _, spared = rest.partition(" BUT ")
        limit = replace(rate_limited(int(reset)), spared=spared)
        return replace(script, steps=(*script.steps, limit))
    numbers = rest.split()
    return _numbered(script, word, numbers) if all(map(_is_number, numbers)) else script


def _is_number(word: str) -> bool:
    return NUMBER.fullmatch(word) is not None


def _numbered(script: Script, word: str, given: list[str]) -> Script:
    numbers = [int(number) for number in given]
    match word, numbers:
        case "SLOW", [gap] if script.filler:
            return replace(script, gap_ms=gap)
        case "SLOW", [gap] | [gap, _]:
            return replace(script, gap_ms=gap, filler=Text(words(*numbers[1:])))
        case "LEN", [length]:
            return replace(script, filler=Text(characters(length)))
        case "BIG", [length]:
            return replace(script, filler=Text("x" * _bounded(length), whole=True))
        case "USAGE", [tokens]:
            return replace(script, input_tokens=tokens)
        case "MAXTOK" | "REFUSE", []:
            return replace(script, stop_reason=STOP_REASONS[word])
        case "THINK", []:
            return replace(script, think=True)
        case "RECALL", []:
            return replace(script, recall=True)
        case _:
            found = fault(word, numbers)
            return replace(script, steps=(*script.steps, found)) if found else script


def _with_call(script: Script, call: ToolCall, *, joined: bool) -> Script:
    match script.steps:
        case (*before, tuple(last)) if joined:
            return replace(script, steps=(*before, (*last, call)))
        case _:
            return replace(script, steps=(*script.steps, (call,)))


def tool_call(name: str, rest: str) -> ToolCall:
    """Read what follows `TOOL Name`. Raises ValueError with what is wrong with it."""
    if rest.startswith("{"):
        return ToolCall(name, json.loads(rest))
    path, _, more = rest.partition(" ")
    match name:
        case "Bash":
            return ToolCall(name, {"command": rest, "description": "Runs what was asked for"})
        case "Read":
            return ToolCall(name, {"file_path": rest})
        case "Write":
            return ToolCall(name, {"file_path": path, "content": _unescape(more)})
        case "Edit":
            old, arrow, new = more.partition(" => ")
            if not arrow:
                raise ValueError("expected A => B")
            return ToolCall(
                name,
                {"file_path": path, "old_string": _unescape(old), "new_string": _unescape(new)},
            )
        case _ if rest:
            raise ValueError("expected a JSON object")
        case _:
            return ToolCall(name)


def _unescape(text: str) -> str:
    return text.replace("\\n", "\n")


def words(count: int = 20) -> str:
    """That many words. Raises ValueError beyond the longest text sent."""
    return " ".join(WORDS[index % len(WORDS)] for index in range(_bounded(count)))


def characters(length: int) -> str:
    """A text of exactly that many characters. Raises ValueError beyond the longest one sent."""
    line = f"{SENTENCE}\n"
    return (line * (_bounded(length) // len(line) + 1))[:length]


def _bounded(size: int) -> int:
    if size > LONGEST:
        raise ValueError(f"at most {LONGEST}")
    return size
