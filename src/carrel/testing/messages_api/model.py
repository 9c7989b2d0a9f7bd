"""The values the fake Messages API reasons with: blocks, replies and faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Json: TypeAlias = "dict[str, object]"
StopReason: TypeAlias = Literal["end_turn", "tool_use", "max_tokens", "refusal"]
Ending: TypeAlias = Literal["complete", "cut", "stall", "error"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text block; `whole` sends it as one delta, however long it is."""

    text: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Thinking:
    """A thinking block."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool_use block without its id, which the server gives it."""

    name: str
    input: Json = field(default_factory=dict)


Block: TypeAlias = Text | Thinking | ToolCall


@dataclass(frozen=True, slots=True)
class Reply:
    """One assistant message.

    `gap_ms` is the pause before each word; `ending` says whether the stream completes, breaks off,
    goes silent or ends in an error event half-way. `input_tokens` overrides the estimate.
    """

    blocks: tuple[Block, ...]
    stop_reason: StopReason = "end_turn"
    gap_ms: int = 0
    ending: Ending = "complete"
    input_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP error instead of a message, for the first `times` requests (0: every one).

    `spared`: models that have this in their names get none.
    """

    status: int
    kind: str
    message: str
    times: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    spared: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A stream that goes wrong; an answer that is not streamed never does."""

    ending: Ending
    times: int = 0


@dataclass(frozen=True, slots=True)
class Hang:
    """No byte is ever sent."""

    times: int = 0


Fault: TypeAlias = Failure | Break | Hang
Step: TypeAlias = Fault | Reply
