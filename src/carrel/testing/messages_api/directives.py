"""The prompt language: lines of directives in what a person typed become the steps of an answer.

| line | meaning |
|---|---|
| `TOOL Bash: pwd` | run a command |
| `TOOL Write PATH CONTENT`, `TOOL Edit PATH A => B`, `TOOL Read PATH` | the file tools; `\\n` in CONTENT, A and B is a line break |
| `TOOL Name {json}` | any tool |
| `& TOOL …` | in the same assistant message as the call before it |
| `SLOW ms [n]` | n words (20), `ms` milliseconds before each; with `SAY`, the pace of its words |
| `LEN n`, `BIG n` | a text of n characters; a text of n bytes in one delta |
| `SAY text` | the final text, verbatim; several lines are joined |
| `RECALL` | the final text lists the words this conversation and the memory hold |
| `THINK` | a thinking block before the final text |
| `USAGE n` | report n input tokens |
| `MAXTOK`, `REFUSE` | end with that stop reason; once asked to go on, end well |
| `HANG [times]`, `STALL [times]`, `CUT [times]`, `SSEERR [times]` | no byte; silence, a closed connection or an error event half-way |
| `ERR code [times] [retry-after seconds]` | an HTTP error |
| `RATELIMIT [reset epoch seconds]` | 429 with the unified rate limit headers |

Faults stand in line with the calls: one that follows a call strikes after it. Lines that are no directive are
ignored beside one that is; a text without any is echoed. Directives sent while the engine works (a steer) join
the running script; other words sent then end up in the final text as `steered: …`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.model import (
    Block,
    Break,
    Failure,
    Fault,
    Hang,
    Reply,
    Step,
    StopReason,
    Text,
    Thinking,
    ToolCall,
)

TOOL = re.compile(r"(&\s*)?TOOL\s+([\w.-]+):?(?:\s+(.*))?\Z", re.DOTALL)
WORDS = (
    "the quick brown fox jumps over the lazy dog while rain falls on the old library roof".split()
)
ERROR_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, slots=True)
class Script:
    """What a prompt asks for: `steps` in order (faults and groups of parallel calls), then the final message."""

    steps: tuple[Fault | tuple[ToolCall, ...], ...] = ()
    say: tuple[str, ...] = ()
    filler: Text | None = None
    recall: bool = False
    think: bool = False
    gap_ms: int = 0
    input_tokens: int | None = None
    stop_reason: StopReason = "end_turn"
    steered: tuple[str, ...] = ()
    echo: str = ""


def parse(text: str) -> Script:
    """Read the directives of a typed text. Never raises: a malformed one becomes a final text that says so."""
    script = Script()
    for line in text.splitlines():
        try:
            script = _line(script, line.strip())
        except ValueError as error:
            script = replace(script, say=(*script.say, f"bad directive: {line.strip()} ({error})"))
    return replace(script, echo=text) if script == Script() else script


def script_of(conversation: Conversation) -> Script:
    """The script of the newest typed text, together with what was sent while the engine worked on it."""
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
    numbers = rest.split()
    return _numbered(script, word, numbers) if all(map(_is_number, numbers)) else script


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}", word) is not None


def _numbered(script: Script, word: str, given: list[str]) -> Script:
    numbers = [int(number) for number in given]
    match word, numbers:
        case "SLOW", [gap, *more] if len(more) < 2:
            return replace(
                script,
                gap_ms=gap,
                filler=Text(words(*more)) if more or not script.filler else script.filler,
            )
        case "LEN", [length]:
            return replace(script, filler=Text(characters(length)))
        case "BIG", [length]:
            return replace(script, filler=Text("x" * length, whole=True))
        case "USAGE", [tokens]:
            return replace(script, input_tokens=tokens)
        case "THINK", []:
            return replace(script, think=True)
        case "RECALL", []:
            return replace(script, recall=True)
        case "MAXTOK", []:
            return replace(script, stop_reason="max_tokens")
        case "REFUSE", []:
            return replace(script, stop_reason="refusal")
    found = fault(word, numbers)
    return replace(script, steps=(*script.steps, found)) if found else script


def fault(word: str, numbers: list[int]) -> Fault | None:
    """Read one fault directive; None if `word` is not one or its numbers do not fit."""
    match word, numbers:
        case "HANG", [] | [_]:
            return Hang(*numbers)
        case "CUT", [] | [_]:
            return Break("cut", *numbers)
        case "STALL", [] | [_]:
            return Break("stall", *numbers)
        case "SSEERR", [] | [_]:
            return Break("error", *(numbers or [1]))
        case "ERR", [status, *more] if len(more) < 3 and 400 <= status <= 599:
            headers = (("retry-after", str(more[1])),) if more[1:] else ()
            return Failure(
                status,
                ERROR_KINDS.get(status, "api_error"),
                f"ERR {status}",
                *more[:1],
                headers=headers,
            )
        case "RATELIMIT", [] | [_]:
            return rate_limited(*numbers)
        case _:
            return None


def rate_limited(reset: int = 4_102_444_800) -> Failure:
    """The 429 of a used-up subscription window that opens again at `reset` (seconds since 1970)."""
    unified = "anthropic-ratelimit-unified"
    headers = {
        f"{unified}-status": "rejected",
        f"{unified}-reset": str(reset),
        f"{unified}-representative-claim": "five_hour",
        f"{unified}-5h-status": "rejected",
        f"{unified}-5h-reset": str(reset),
        f"{unified}-5h-utilization": "1.0",
        f"{unified}-overage-status": "rejected",
        f"{unified}-overage-disabled-reason": "org_level_disabled",
    }
    return Failure(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit.",
        headers=tuple(headers.items()),
    )


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


def _with_call(script: Script, call: ToolCall, *, joined: bool) -> Script:
    match script.steps:
        case (*before, tuple(last)) if joined:
            return replace(script, steps=(*before, (*last, call)))
        case _:
            return replace(script, steps=(*script.steps, (call,)))


def words(count: int = 20) -> str:
    """That many words."""
    return " ".join(WORDS[index % len(WORDS)] for index in range(count))


def characters(length: int) -> str:
    """A text of exactly that many characters."""
    line = " ".join(WORDS) + "\n"
    return (line * (length // len(line) + 1))[:length]


def remaining(script: Script, conversation: Conversation) -> Iterator[Step]:
    """The steps still to take, judged by the calls the conversation already holds; the last one is a Reply."""
    reached = 0
    for step in script.steps:
        if isinstance(step, tuple):
            left = step[max(conversation.calls - reached, 0) :]
            reached += len(step)
            if left:
                yield Reply(left, "tool_use", input_tokens=script.input_tokens)
                return
        elif reached >= conversation.calls:
            yield step
    yield final(script, conversation)


def final(script: Script, conversation: Conversation) -> Reply:
    """The message that ends the turn. A stop reason that makes the engine go on is given once."""
    again = conversation.answers > 0 and script.stop_reason != "end_turn" and not script.steps
    blocks: tuple[Block, ...] = (Thinking("Let me think."),) if script.think else ()
    return Reply(
        (*blocks, final_text(script, conversation)),
        "end_turn" if again else script.stop_reason,
        script.gap_ms,
        input_tokens=script.input_tokens,
    )


def final_text(script: Script, conversation: Conversation) -> Text:
    """The body and a line `steered: …` for each text that was sent meanwhile."""
    body = final_body(script, conversation)
    return replace(body, text="\n".join([body.text, *(f"steered: {text}" for text in script.steered)]))


def final_body(script: Script, conversation: Conversation) -> Text:
    """SAY and RECALL, else what SLOW, LEN or BIG ask for, else the echo, else the tools' results."""
    said = [*script.say, *([recall(conversation)] if script.recall else [])]
    if said:
        return Text("\n".join(said))
    if script.filler:
        return script.filler
    if script.echo:
        return Text(f"echo: {script.echo}")
    return Text(f"done: {results(conversation)}" if conversation.results else "done")


def recall(conversation: Conversation) -> str:
    """`recall: a b memory:c`, or `recall: nothing`."""
    found = [*conversation.said_words, *(f"memory:{word}" for word in conversation.kept_words)]
    return "recall: " + (" ".join(found) or "nothing")


def results(conversation: Conversation) -> str:
    """The tools' results on one line, shortened; failed ones say so."""
    return " | ".join(
        ("error " if result.is_error else "") + _short(result.text)
        for result in conversation.results
    )


def _short(text: str, limit: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
