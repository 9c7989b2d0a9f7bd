"""The turn under way: which messages were sent for it, taken in, answered. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from carrel.core.model import MessageId, TurnId
from carrel.engines.claude.prompts import Block


@dataclass(frozen=True, slots=True)
class Sending:
    """One message for the CLI and the prompts it carries. `command`: it is one of the CLI's own."""

    uuid: str
    ids: tuple[MessageId, ...]
    content: str | list[Block]
    command: bool = False


@dataclass(slots=True)
class Running:
    """A turn. `open`: sent and not answered, in order; `held`: not sent yet.

    One message at a time waits inside the CLI: it joins several waiting ones into one whose
    transcript row keeps only the last uuid, and a retry could not find the others. `verdict`:
    the turn is being stopped because it failed, and this is the sentence. `allowance`: dollars
    that it may spend. `compacted`: what came of the command that makes room. `quiet`: the agent
    has nothing to report.
    """

    turn: TurnId
    began: float
    allowance: float | None = None
    open: dict[str, Sending] = field(default_factory=dict)
    held: deque[Sending] = field(default_factory=deque)
    taken: set[str] = field(default_factory=set)
    read: list[MessageId] = field(default_factory=list)
    begun: bool = False
    stopping: bool = False
    verdict: str = ""
    partial: str = ""
    compacted: str = ""
    last_text: str = ""
    last_usage: dict[str, object] = field(default_factory=dict)
    requests: int = 0
    quiet: bool = False

    @property
    def waiting(self) -> tuple[str, ...]:
        """Sent, but not yet taken in."""
        return tuple(uuid for uuid in self.open if uuid not in self.taken)

    def begin_with(self, sendings: Iterable[Sending]) -> None:
        """The turn's own messages go before whatever was steered while they were prepared."""
        self.held.extendleft(reversed(tuple(sendings)))
        self.begun = True

    def next_to_send(self) -> Sending | None:
        """The message that may be sent now, if there is one; it counts as sent from here on."""
        if not self.begun or self.stopping or self.waiting or not self.held:
            return None
        sending = self.held.popleft()
        self.open[sending.uuid] = sending
        return sending

    def take_in(self, uuids: Iterable[str]) -> tuple[MessageId, ...]:
        """The CLI works on these; the prompts that it had not taken in before."""
        fresh: tuple[MessageId, ...] = ()
        for uuid in uuids:
            if uuid in self.open and uuid not in self.taken:
                self.taken.add(uuid)
                fresh += self.open[uuid].ids
        self.read += fresh
        return fresh

    def unhold(self, uuid: str) -> bool:
        """Give up a message that was not sent yet; False if it is none."""
        left = [sending for sending in self.held if sending.uuid != uuid]
        gone = len(left) < len(self.held)
        self.held = deque(left)
        return gone

    def drop(self, uuid: str) -> None:
        """The CLI gave a waiting message back."""
        self.open.pop(uuid, None)

    def concerns(self, uuids: Iterable[str], *, failed: bool) -> bool:
        """Whether a result is about this turn. An error may name nobody: then it is the taken's."""
        named = set(uuids)
        if named:
            return not named.isdisjoint(self.open)
        return failed and any(uuid in self.taken for uuid in self.open)

    def settle(self, uuids: Iterable[str]) -> tuple[MessageId, ...]:
        """A result came for these (none named: all that were taken); returns their prompts."""
        named = set(uuids)
        done = [u for u in self.open if (u in named if named else u in self.taken)]
        self.take_in(done)
        return tuple(one for uuid in done for one in self.open.pop(uuid).ids)

    def finished(self) -> bool:
        """Whether nothing more will come."""
        return not self.open and (self.stopping or not self.held)

    def wrote(self, text: str) -> None:
        """Keep what was written, in case the turn is stopped before its answer is whole."""
        self.partial += text

    def next_call(self) -> int:
        """Number the turn's requests to people and its files."""
        self.requests += 1
        return self.requests
