"""What every session's hands share: the parts of the house, as the gateway built them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from carrel.core.messages import Inbound
from carrel.core.model import BoundKind, Turn
from carrel.core.routing import Rules, resolve
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine
from carrel.ports.history import History
from carrel.ports.mirrors import Mirror
from carrel.ports.platform import Finding, Platform, Verdict
from carrel.ports.voice import Transcriber
from carrel.ports.workspace import Workspaces
from carrel.ports.worktrees import Worktrees
from carrel.runtime.accounts import Accounts
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.lending import Terminals
from carrel.runtime.notes import Notes
from carrel.runtime.planner import Planner
from carrel.runtime.room import Room
from carrel.runtime.seats import Seats
from carrel.runtime.typing import Typing


@dataclass(slots=True)
class Tools:
    """What every session's hands share. `rules` change when carrel.toml does.

    `projects`: the names of those that the operator has listed. `examine`: looks for what is not
    well. `hear`: takes in what is said in another conversation, as the intake does. `bind`: has a
    conversation, by its address, work on a project from now on.
    """

    engine: Engine
    workspaces: Workspaces
    platforms: dict[str, Platform]
    seats: Seats
    typing: Typing
    clock: Clock
    rules: Rules
    instructions: str
    accounts: Accounts
    guestbook: Guestbook
    voice: Transcriber | None = None
    worktrees: Worktrees | None = None
    projects: tuple[str, ...] = ()
    examine: Callable[[], Awaitable[tuple[Finding, ...]]] | None = None
    planner: Planner | None = None
    history: History | None = None
    mirror: Mirror | None = None
    room: Room | None = None
    notes: Notes | None = None
    redact: Callable[[str], str] = str
    bind: Callable[[str, str, BoundKind], Awaitable[None]] | None = None
    hear: Callable[[Inbound], Awaitable[Verdict]] | None = None
    terminals: Terminals = field(default_factory=Terminals)

    def approving(self, turn: Turn | None) -> tuple[str, ...]:
        """Who may answer what a turn asks, and is listed alone, each as `platform:id`."""
        named = resolve(turn.conversation, self.rules).approvers if turn else None
        return self.guestbook.people.approving(named)
