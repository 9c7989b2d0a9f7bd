"""What a coding agent must be able to do to be driven. A failure of the far side is data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from carrel.core.events import EngineEvent
from carrel.core.model import (
    Attachment,
    Effort,
    MessageId,
    Mode,
    Prompt,
    ResumeToken,
    SessionKey,
    Turn,
    TurnId,
    Verdict,
)
from carrel.ports.clock import Clock
from carrel.ports.workspace import Workspace, Workspaces

Tell = Callable[[EngineEvent], Awaitable[None]]
"""Where a live engine's events go, in order. It may wait when the session is busy."""


FORGOTTEN = "The engine does not know that conversation any more."


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do beyond a plain turn."""

    steer: bool
    approvals: bool
    resume: bool
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """How to open an engine for a session. `instructions` come on top of the engine's own.

    `apart`: a conversation of the session that must not be gone on with, whatever is found there.
    """

    workspace: Workspace
    resume: ResumeToken | None
    mode: Mode
    model: str | None
    instructions: str
    effort: Effort | None = None
    apart: ResumeToken | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What of its window an engine conversation uses, in tokens; `parts`: by what, the most first.

    `compacts_at`: where the engine makes room by itself, if it does.
    """

    used: int
    window: int
    parts: tuple[tuple[str, int], ...] = ()
    compacts_at: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A prompt with its attachments in place: `files` lie in the session's inbox."""

    prompt: Prompt
    files: tuple[tuple[Attachment, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Until:
    """Up to, and without, the turn of these prompts. `lenient`: all, where it is not there."""

    prompts: tuple[MessageId, ...]
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What an engine's `build` is given, once, at the gateway's start.

    `environ` is the environment as the gateway found it, secrets included; `login_home` is the
    home directory of the person who runs it. `api_url` replaces the engine's own far side.
    """

    workspaces: Workspaces
    clock: Clock
    environ: Mapping[str, str]
    login_home: Path
    api_url: str | None


@dataclass(frozen=True, slots=True)
class Program:
    """What a terminal runs to continue a session: the words, the variables, the directory.

    The variables hold the session's own token, if it has one, and nothing else that is secret.
    `relay`: the one among their values that leads to this gateway, and not to the next one.
    """

    words: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    folder: str
    relay: str = ""
    token: str = ""


class LiveEngine(Protocol):
    """An open engine: one process, one engine conversation, one session.

    Its agent can say that there is nothing to report (TurnEnded's `nothing`), and ask for
    schedules (Wished): to list them at any time, all else only after a person has allowed it by
    an ApprovalAsked, unless the mode asks for nothing.
    """

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        """Start `turn`. Progress follows through `tell`, then exactly one TurnEnded.

        It raises (Unavailable, Refused) only before anything has begun; then nothing follows.

        A prompt that the engine conversation has already answered (a turn tried again after a
        crash) is not asked twice: its answer is found and told. `cut`: calls of an engine before
        this one that waited for a person; they were not carried out, and are asked for again.

        A turn that has used up its `allowance` is stopped at its next step and ends as failed,
        with a sentence that says so; what an engine does not know of its costs it cannot bound.
        """
        ...

    async def steer(self, turn: TurnId, prompt: Delivered) -> None:
        """Add a prompt to the running turn; it is in TurnEnded.read only if it was taken in.

        Taken says so as soon as it is.
        """
        ...

    async def take_back(self, turn: TurnId, prompt: MessageId) -> bool:
        """Give up what was steered. False: it was taken in already, or never offered."""
        ...

    async def interrupt(self, turn: TurnId) -> None:
        """Stop the turn. Its TurnEnded comes within 10 s, by force if need be."""
        ...

    async def answer(self, call: str, verdict: Verdict) -> None:
        """Answer what stands still. Unknown or answered calls are ignored: the first answer won.

        A verdict's `mode` holds from here on.
        """
        ...

    async def reply(self, call: str, text: str, *, ok: bool) -> None:
        """Tell the engine what came of what it Wished for. Unknown calls are ignored."""
        ...

    async def context(self) -> Context | None:
        """How full the window is; None where the engine cannot tell now."""
        ...

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """Its own commands and skills, without their slash, each with what it does in a line."""
        ...

    @property
    def alive(self) -> bool:
        """Whether the next prompt can go to this engine; a dead one must be opened anew."""
        ...

    async def close(self) -> None:
        """End the process and all its children. A running turn ends as `lost`. Idempotent."""
        ...


class Engine(Protocol):
    """A kind of agent program."""

    name: str
    capabilities: Capabilities

    async def open(self, spec: EngineSpec, tell: Tell) -> LiveEngine:
        """Start the program, or raise Unavailable (the world) or Refused (say it in the chat).

        A resume token that the program no longer knows is not an error: it starts afresh and
        the first turn's Forgot event says that earlier context was lost.
        """
        ...

    async def terminal(self, spec: EngineSpec) -> Program:
        """What continues the conversation in a terminal, within the session's walls.

        No live engine of the session may be open. Raises Refused where the kind has no such thing.
        """
        ...

    async def readmit(self, key: SessionKey, token: str) -> str:
        """Where a session's terminal is served, whose token this or an earlier gateway gave."""
        ...

    async def left(self, workspace: Workspace, since: float) -> ResumeToken | None:
        """The terminal has ended: the conversation that it had last, if it was used since then."""
        ...

    async def copy(
        self, resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None = None
    ) -> ResumeToken | None:
        """An engine conversation of its own, in `target`, in which the same was said.

        What lies in `source` stays as it is, and may be in use. None: nothing was said by then.
        Raises Refused where the conversation, or what it shall be copied until, is not there.
        """
        ...

    async def close(self) -> None:
        """Free what the engine kind holds (a relay, a cache). Live engines are closed before."""
        ...
