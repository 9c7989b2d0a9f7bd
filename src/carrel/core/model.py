"""The nouns: conversations, senders, routes, turns, and the session that ties them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType
from urllib.parse import quote

SessionKey = NewType("SessionKey", str)
"""Names a session. Opaque; made by `core.routing` and by nothing else."""

MessageId = NewType("MessageId", str)
"""Names an Inbound for ever: `<source>/<the platform's own id>`."""

TurnId = NewType("TurnId", str)
"""Names a turn: `<session key>#<n>`. Everything a turn says derives its nonce from it."""

DEFAULT_KEY = SessionKey("default")

WaitingMode = Literal["steer", "queue", "collect", "interrupt"]
Mode = Literal["ask", "edit", "plan", "auto"]
Trigger = Literal["all", "mention", "never"]
Role = Literal["owner", "approver", "member", "guest"]
WorkspaceKind = Literal["private", "project", "worktree"]
Stopping = Literal["stop", "interrupt"]
"""Why a running turn was told to stop: a person's word, or a message that wants its place."""

StopReason = Literal["done", "stopped", "failed", "limit", "lost"]
"""Why a turn ended. `failed`: the engine said so. `lost`: the engine went away; worth a retry."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A place where people talk. It has an address and never moves."""

    platform: str
    channel: str
    thread: str | None = None
    space: str | None = None
    direct: bool = False

    @property
    def address(self) -> str:
        """`platform:channel[:thread]`, each part quoted, so that no two places share one."""
        parts = (self.platform, self.channel, *((self.thread,) if self.thread is not None else ()))
        return ":".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: a person or a bot on a platform."""

    platform: str
    id: str
    name: str
    is_bot: bool = False
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """The answer of the rules for a conversation."""

    key: SessionKey
    engine: str
    workspace: WorkspaceKind
    mode: Mode
    waiting: WaitingMode
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class ResumeToken:
    """What an engine needs to continue its own conversation, and the directory it is valid in."""

    engine: str
    value: str
    directory: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A lazy handle: `ref` means something to the platform that made it. `size` in bytes."""

    name: str
    media_type: str
    size: int
    ref: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person asks of the engine: the part of an Inbound that a session keeps."""

    id: MessageId
    conversation: Conversation
    sender: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    waiting: WaitingMode = "queue"
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt until the engine stops. `parts` counts the answers already given."""

    id: TurnId
    prompts: tuple[Prompt, ...]
    attempt: int = 1
    stopping: Stopping | None = None
    parts: int = 0
    started_at: float = 0.0

    @property
    def conversation(self) -> Conversation:
        """Where the turn answers: the place of its first prompt."""
        return self.prompts[0].conversation


@dataclass(frozen=True, slots=True)
class Approval:
    """An engine's request that a person must answer, bound to its full arguments by `digest`."""

    id: str
    turn: TurnId
    tool: str
    title: str
    detail: str
    folder: str
    digest: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn cost: seconds, tokens, US dollars; `context`: the share of the window in use."""

    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    context: float | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One carrel as a value: what `core.session.step` decides upon.

    `obeying`: commands that are settled only when the running turn has ended, so that a crash
    in between obeys them again. `renewing`: the next turn begins a fresh engine conversation.
    """

    key: SessionKey
    turns: int = 0
    turn: Turn | None = None
    waiting: tuple[Prompt, ...] = ()
    resume: ResumeToken | None = None
    approvals: tuple[Approval, ...] = ()
    paused_until: float | None = None
    renewing: bool = False
    obeying: tuple[MessageId, ...] = ()
