"""Replies as the Messages API sends them: one JSON message, or events with their pauses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from carrel.testing.messages_api.model import Block, Json, Reply, Text, Thinking, ToolCall

PIECE = 200
WORD = re.compile(r"\s*\S+\s*|\s+")
SIGNATURE = "c2lnbmVk"


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event and the milliseconds to wait before it."""

    name: str
    data: Json
    wait_ms: int = 0

    def encode(self) -> bytes:
        """The event on the wire."""
        return (
            f"event: {self.name}\ndata: {json.dumps({'type': self.name, **self.data})}\n\n".encode()
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """What the server knows about the message and the reply does not."""

    message_id: str
    model: str
    input_tokens: int
    tool_id: Callable[[], str]


def message(reply: Reply, heading: Heading) -> Json:
    """The reply as the one JSON object of an answer that is not streamed."""
    return {
        **_shell(reply, heading),
        "content": [_whole(block, heading.tool_id) for block in reply.blocks],
        "stop_reason": reply.stop_reason,
        "usage": {**_usage(reply, heading), "output_tokens": output_tokens(reply)},
    }


def events(reply: Reply, heading: Heading) -> Iterator[Event]:
    """The reply as events; with another ending than `complete` its last block breaks off."""
    yield Event("message_start", {"message": _shell(reply, heading)})
    for index, block in enumerate(reply.blocks):
        yield Event(
            "content_block_start",
            {"index": index, "content_block": _opening(block, heading.tool_id)},
        )
        deltas = _deltas(block, paced=reply.gap_ms > 0)
        broken = reply.ending != "complete" and index == len(reply.blocks) - 1
        for delta in deltas[: len(deltas) // 2] if broken else deltas:
            yield Event("content_block_delta", {"index": index, "delta": delta}, reply.gap_ms)
        if broken:
            return
        yield Event("content_block_stop", {"index": index})
    ending = {"stop_reason": reply.stop_reason, "stop_sequence": None}
    yield Event(
        "message_delta", {"delta": ending, "usage": {"output_tokens": output_tokens(reply)}}
    )
    yield Event("message_stop", {})


def pieces(text: str, *, paced: bool = False, whole: bool = False) -> list[str]:
    """Cut a text for streaming: words when paced, else slices; joined they are the text again."""
    if whole or not text:
        return [text]
    if paced:
        return WORD.findall(text)
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def output_tokens(reply: Reply) -> int:
    """A rough count, four characters a token, never 0."""
    return 1 + sum(len(_content(block)) for block in reply.blocks) // 4


def _content(block: Block) -> str:
    match block:
        case Text(text) | Thinking(text):
            return text
        case ToolCall(_, given):
            return json.dumps(given)
        case _:
            assert_never(block)


def _opening(block: Block, tool_id: Callable[[], str]) -> Json:
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case ToolCall(name):
            return {"type": "tool_use", "id": tool_id(), "name": name, "input": {}}
        case _:
            assert_never(block)


def _deltas(block: Block, *, paced: bool) -> list[Json]:
    match block:
        case Text(text, whole):
            return [_delta("text", piece) for piece in pieces(text, paced=paced, whole=whole)]
        case Thinking(text):
            thoughts = [_delta("thinking", piece) for piece in pieces(text, paced=paced)]
            return [*thoughts, _delta("signature", SIGNATURE)]
        case ToolCall(_, given):
            return [
                _delta("input_json", piece, "partial_json") for piece in pieces(json.dumps(given))
            ]
        case _:
            assert_never(block)


def _delta(kind: str, piece: str, key: str = "") -> Json:
    return {"type": f"{kind}_delta", key or kind: piece}


def _whole(block: Block, tool_id: Callable[[], str]) -> Json:
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case Thinking(text):
            return {"type": "thinking", "thinking": text, "signature": SIGNATURE}
        case ToolCall(name, given):
            return {"type": "tool_use", "id": tool_id(), "name": name, "input": given}
        case _:
            assert_never(block)


def _shell(reply: Reply, heading: Heading) -> Json:
    return {
        "id": heading.message_id,
        "type": "message",
        "role": "assistant",
        "model": heading.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_usage(reply, heading), "output_tokens": 1},
    }


def _usage(reply: Reply, heading: Heading) -> Json:
    tokens = heading.input_tokens if reply.input_tokens is None else reply.input_tokens
    return {"input_tokens": tokens, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
