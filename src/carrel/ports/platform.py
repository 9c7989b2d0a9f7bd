"""What a chat network must be able to do: both directions in one port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Attachment, Conversation, Sender
from carrel.ports.clock import Clock
from carrel.ports.store import Cursor

Outcome = Literal["accepted", "duplicate", "refused", "ignored"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an Inbound. `accepted` and `duplicate` may be acknowledged.

    `reason` is one sentence for the sender with `refused`, and for the log with `ignored`.
    """

    outcome: Outcome
    reason: str = ""


class Intake(Protocol):
    """The way in, as a platform sees it. A platform calls it in the order in which things came.

    Every method raises Unavailable when the store is away: give it again later.
    """

    async def accept(self, inbound: Inbound) -> Verdict:
        """Take a message in; it returns once the message is stored."""
        ...

    async def amend(self, inbound: Inbound) -> Verdict:
        """A message was edited: what still waits is changed, everything else is `ignored`."""
        ...

    async def retract(self, source: str, message: str, conversation: Conversation) -> None:
        """A message was deleted: what still waits is dropped."""
        ...

    async def vanish(self, conversation: Conversation) -> None:
        """A conversation was deleted, with all that lies within it."""
        ...

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        """`sender` is about to write there. A hint: nothing is stored, nothing is promised."""
        ...

    async def catch_up(self, source: str, since: float | None = None) -> None:
        """The platform listens (again); what was said meanwhile is read with `history`.

        `since` (unix seconds): when it last listened; None: before this process. It returns once
        it is known where something was missed: from then on that goes before anything newer.
        """
        ...

    async def complete(
        self, conversation: Conversation, sender: Sender, command: str, argument: str, typed: str
    ) -> tuple[tuple[str, str], ...]:
        """What may follow in an argument of a command, each a label and what is to be typed.

        Nothing for who may not use it there. At most 25.
        """
        ...

    def answers(self, conversation: Conversation) -> bool:
        """Whether anything that is said there may be answered; else there is no need to listen."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What the network allows, and how it wants to be spoken to. Seconds, characters, bytes.

    `whole`: an answer longer than this goes along as a file. `tables`: Markdown tables are drawn.
    `card_after`: a turn shorter than this shows no progress card. `typing_every`: how often
    "typing" must be said while a turn is at work; 0 where nothing shows it. `gives_late`: what was
    said while nobody listened is given as if it were new.
    """

    text: int
    edit_every: float
    file: int
    idempotent: bool
    """Whether a second send with the same nonce shows nothing twice."""
    whole: int | None = None
    tables: bool = True
    card_after: float = 0.0
    typing_every: float = 0.0
    gives_late: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform said: `ref` names what is shown now, for later edits."""

    ref: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was said in a conversation, the oldest first.

    `cursor`: up to where it reaches, what nobody has to hear included; None when nothing was
    said. `more`: there is more behind it.
    """

    messages: tuple[Inbound, ...]
    cursor: Cursor | None
    more: bool = False


class Refusal(Exception):
    """The platform will never do this; trying again is useless. Text: why."""


class Vanished(Refusal):
    """The conversation is not there any more, and will never be again."""


class NotSent(Unavailable):
    """It has certainly not arrived: another try can make no second copy."""


class RetryAfter(NotSent):
    """The platform wants a pause of `seconds` first."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The platform asks for a pause of {seconds:.0f} s.")
        self.seconds = seconds


def _unnoted(_event: str, **_more: str) -> None:
    """Whoever only looks at a platform has no audit log."""


@dataclass(frozen=True, slots=True)
class PlatformParts:
    """What a platform's `build` is given, once, at the gateway's start.

    `folder` is the platform's own, `home` the gateway's. `max_file` in bytes. `environ` is the
    environment as the gateway found it, secrets included; `hide` takes a secret that was found
    elsewhere out of every log; `note` adds an act of the platform's to the audit log.
    """

    folder: Path
    home: Path
    clock: Clock
    max_file: int
    environ: Mapping[str, str]
    hide: Callable[[str], None]
    note: Callable[..., None] = _unnoted


class Platform(Protocol):
    """A chat network, translated. It decides nothing."""

    name: str
    limits: Limits

    @property
    def listening(self) -> bool:
        """Whether it hears at this moment what is said."""
        ...

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the operator must mend, or wait for, now: a sentence each."""
        ...

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled. Whatever it raises is restarted within a budget."""
        ...

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show `outbound`, or change to it what stands under `ref`. At most 30 s.

        `again`: an earlier try may have been delivered. Where `limits.idempotent` is false the
        shown copy must say that it may be a second one. Raises Refusal, NotSent or RetryAfter
        where it is certain that nothing arrived, else Unavailable; a network's own errors never
        pass.
        """
        ...

    async def typing(self, conversation: Conversation) -> None:
        """Show that an answer is being written. Never raises; a lost one is no loss."""
        ...

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """Write the attachment's bytes to `into`.

        Raises Refused (say it in the chat) when it cannot be had.
        """
        ...

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Conversations in which something may have been said that nobody heard.

        After their cursor, or since `since` (unix seconds) where they have none. Empty on a
        network that keeps no history.
        """
        ...

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """What was said after the cursor, or since `since` where there is none.

        Raises Unavailable, or Refusal where it can never be read (any more).
        """
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """A side thread's place. `name`: how people there find it."""

    conversation: Conversation
    name: str


@runtime_checkable
class SideThreads(Protocol):
    """A platform on which a side thread can be begun below a conversation, or beside it."""

    async def plan_side(self, beside: Conversation, title: str, nonce: str) -> Side:
        """Where the side thread will be. Nobody can speak there before it is opened.

        The same nonce gives the same place. Raises as `send` does, and Refused where there are
        no side threads.
        """
        ...

    async def open_side(self, side: Side, title: str) -> None:
        """Let people in. To open it again does nothing. Raises as `send` does."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `carrel doctor`. `mend` says what to do, or is empty where nothing must be."""

    what: str
    well: bool
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class PlatformKind:
    """What an entry point of `carrel.platforms` names: it is set up, built and examined by it.

    `table` is the model of the platform's own table in `carrel.toml`, `[discord]` for `discord`;
    `build` and `examine` are given what it holds. `guide` gives the `ports.guide.Guide` that
    `carrel init` follows, or raises ConfigError where a package is missing; None: the wizard
    leaves the platform to the documents.
    """

    table: type[Any]
    build: Callable[[Any, PlatformParts], Platform]
    examine: Callable[[Any, PlatformParts], Any]
    guide: Callable[[], Any] | None = None
