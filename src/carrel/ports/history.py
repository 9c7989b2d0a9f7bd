"""What a session's turns did to its files, so that one can go back to before one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from carrel.core.model import MessageId, ResumeToken, Turn, TurnId
from carrel.ports.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Moment:
    """A turn to before which one can go back.

    `resume`: the engine conversation that has it, if its end was seen. `line`: what was asked, in
    one line. `at` in unix seconds.
    """

    turn: TurnId
    prompts: tuple[MessageId, ...]
    line: str
    at: float
    resume: ResumeToken | None = None

    @property
    def number(self) -> str:
        """How it is typed."""
        return self.turn.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Changes:
    """What going back does to files, by their names, which are whatever an agent made them.

    `back`: they are again as they were. `gone`: they were not there then, and are removed.
    `others`: somebody else has changed them since; they are left alone. `unkept`: they are too
    large to be kept, and are left alone. `known`: False where nothing is known of some turn.
    """

    back: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unkept: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Undone:
    """What a going back had left: the engine conversation before, where one was left."""

    changes: Changes
    talked: bool
    resume: ResumeToken | None


class History(Protocol):
    """Keeps what the files were before and after each turn, out of the session's reach.

    It is bounded: old turns are let go, large files are not kept. All raise Unavailable when it
    cannot be read or written.
    """

    async def begin(self, workspace: Workspace, turn: Turn) -> None:
        """The turn is about to begin, or to be tried again: then the first beginning counts."""
        ...

    async def end(self, workspace: Workspace, turn: TurnId, resume: ResumeToken | None) -> None:
        """The turn has ended in this engine conversation."""
        ...

    async def moments(
        self, workspace: Workspace, limit: int, act: MessageId | None = None
    ) -> tuple[Moment, ...]:
        """The newest turns that were not gone back behind, but by `act`; the last one first."""
        ...

    async def changes(self, workspace: Workspace, turn: TurnId) -> Changes:
        """What going back to before the turn would do to files."""
        ...

    async def go_back(
        self,
        workspace: Workspace,
        turn: TurnId,
        act: MessageId,
        was: ResumeToken | None,
        *,
        files: bool,
        talk: bool,
    ) -> Changes:
        """Go back to before the turn. No process of the session may live.

        `act` names it: to do it again finishes what an earlier try has begun. `was`: the engine
        conversation that is left, if `talk`.
        """
        ...

    async def undo(self, workspace: Workspace, act: MessageId) -> Undone:
        """Undo the last going back; Refused where it was not the last that happened here."""
        ...
