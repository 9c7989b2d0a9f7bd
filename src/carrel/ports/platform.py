"""What a chat network must be able to do: both directions in one port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Attachment, Conversation, Sender
from carrel.ports.clock import Clock

Outcome = Literal["accepted", "duplicate", "refused", "ignored"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an Inbound. `accepted` and `duplicate` may be acknowledged.

    `reason` is one sentence for the sender with `refused`, and for the log with `ignored`.
    """

    outcome: Outcome
    reason: str = ""


Accept = Callable[[Inbound], Awaitable[Verdict]]
"""The way in. It returns once the message is stored; Unavailable means: give it again later."""

Expect = Callable[[Conversation, Sender], Awaitable[None]]
"""Says that `Sender` is about to write there. A hint: nothing is stored, nothing is promised."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the network allows. `text` in characters, `edit_every` in seconds, `file` in bytes."""

    text: int
    edit_every: float
    file: int
    idempotent: bool
    """Whether a second send with the same nonce shows nothing twice."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform said: `ref` names what is shown now, for later edits."""

    ref: str


class Refusal(Exception):
    """The platform will never take this Outbound; trying again is useless. Text: why."""


class RetryAfter(Exception):
    """The platform wants a pause of `seconds` first."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class PlatformParts:
    """What a platform's `build` is given: a folder of its own, and the cap on a file in bytes."""

    folder: Path
    clock: Clock
    max_file: int


class Platform(Protocol):
    """A chat network, translated. It decides nothing."""

    name: str
    limits: Limits

    async def run(self, accept: Accept, expect: Expect) -> None:
        """Listen until cancelled. Whatever it raises is restarted within a budget."""
        ...

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show `outbound`, or change to it what stands under `ref`. At most 30 s.

        `again`: an earlier try may have been delivered. Where `limits.idempotent` is false the
        shown copy must say that it may be a second one. Raises Refusal, RetryAfter, or
        Unavailable; a network's own errors never pass.
        """
        ...

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Write the attachment's bytes to `into`.

        Raises Refused (say it in the chat) when it cannot be had.
        """
        ...
