"""What a prompt asks for, and which step of it comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.model import (
    Block,
    Fault,
    Reply,
    Step,
    StopReason,
    Text,
    Thinking,
    ToolCall,
)


@dataclass(frozen=True, slots=True)
class Script:
    """Steps in order (faults and groups of parallel calls), then the final message."""

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


def remaining(script: Script, conversation: Conversation) -> Iterator[Step]:
    """The steps left, judged by the calls the conversation holds; the last one is a Reply."""
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
    rounds = sum(isinstance(step, tuple) for step in script.steps)
    again = conversation.answers > rounds
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
    steered = (f"steered: {text}" for text in script.steered)
    return replace(body, text="\n".join([body.text, *steered]))


def final_body(script: Script, conversation: Conversation) -> Text:
    """SAY and RECALL, else what SLOW, LEN or BIG ask for, else the echo, else the results."""
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
