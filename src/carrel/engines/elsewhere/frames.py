"""What two hosts say to each other about engines: values, and how they are written.

The leader calls, with a number, and is answered under it; what an engine tells comes unasked. A
frame is JSON: whose it is, what kind of value, and the value's fields.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from carrel.core.events import EngineEvent
from carrel.core.model import MessageId, Turn, TurnId, Verdict
from carrel.ports.engine import Context, Delivered, EngineSpec


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the host says first. `nonce`: to be answered with the secret that its row holds."""

    nonce: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The leader's answer. `left`: seconds for which it may act; `epoch`: its lead's number."""

    proof: str
    epoch: int
    left: float
    version: str


@dataclass(frozen=True, slots=True)
class Beat:
    """The host lives. `places`: how many engines it takes in all; it wants to hear a Lasts."""

    places: int


@dataclass(frozen=True, slots=True)
class Lasts:
    """The leader may act for so many seconds from now; so long may its engines live."""

    left: float


@dataclass(frozen=True, slots=True)
class Bye:
    """Every engine is closed, and the host takes no more."""


@dataclass(frozen=True, slots=True)
class Died:
    """An engine is there no more: it must be opened anew."""


@dataclass(frozen=True, slots=True)
class Open:
    """`Engine.open`. The calls below are those of `LiveEngine`."""

    spec: EngineSpec


@dataclass(frozen=True, slots=True)
class Begin:
    """`prompt`."""

    turn: Turn
    prompts: tuple[Delivered, ...]
    cut: frozenset[str]


@dataclass(frozen=True, slots=True)
class Steer:
    """`steer`."""

    turn: TurnId
    prompt: Delivered


@dataclass(frozen=True, slots=True)
class TakeBack:
    """`take_back`."""

    turn: TurnId
    prompt: MessageId


@dataclass(frozen=True, slots=True)
class Interrupt:
    """`interrupt`."""

    turn: TurnId


@dataclass(frozen=True, slots=True)
class Answer:
    """`answer`."""

    call: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reply:
    """`reply`."""

    call: str
    text: str
    ok: bool


@dataclass(frozen=True, slots=True)
class AskContext:
    """`context`."""


@dataclass(frozen=True, slots=True)
class AskCommands:
    """`commands`."""


@dataclass(frozen=True, slots=True)
class Close:
    """`close`."""


@dataclass(frozen=True, slots=True)
class Done:
    """A call was carried out; `yes`: what it came to, where it comes to something."""

    yes: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """A call raised Refused, or else Unavailable."""

    text: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The answer to AskContext."""

    context: Context | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The answer to AskCommands."""

    commands: tuple[tuple[str, str], ...]


Call = (
    Open | Begin | Steer | TakeBack | Interrupt | Answer | Reply | AskContext | AskCommands | Close
)
Outcome = Done | Failed | Contents | Listed
Line = Challenge | Claim | Beat | Lasts | Bye
"""What is said about the line itself."""

Value = Line | Call | Outcome | Died | EngineEvent

_KINDS: Final = MappingProxyType({kind.__name__: kind for kind in get_args(Value)})


@dataclass(frozen=True, slots=True)
class Frame:
    """`number`: the call that is made or answered, else 0. `live`: the engine's, else 0."""

    value: Value
    number: int = 0
    live: int = 0


def write(frame: Frame) -> bytes:
    """The frame as JSON in ASCII: what is no text in Unicode passes, too."""
    kind: Any = type(frame.value)
    fields = _shape(kind).dump_python(frame.value, mode="json")
    said = {"number": frame.number, "live": frame.live, "kind": kind.__name__, "fields": fields}
    return json.dumps(said, separators=(",", ":")).encode()


def read(data: bytes) -> Frame:
    """The frame that was written; raises ValueError for anything else."""
    try:
        said = json.loads(data)
        shape = _shape(_KINDS[said["kind"]])
        value = shape.validate_python(said["fields"])
        return Frame(value, int(said["number"]), int(said["live"]))
    except (KeyError, TypeError, OverflowError, RecursionError, ValidationError) as error:
        raise ValueError(f"no frame of this version: {type(error).__name__}") from None


@cache
def _shape(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
