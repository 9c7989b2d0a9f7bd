"""The nouns: conversations, senders, routes, turns, and the session that ties them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType
from urllib.parse import quote, unquote

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
    """A place where people talk. It has an address and never moves.

    `channel`: the platform's own id of the place, which may be a thread with an id of its own;
    `thread`: where threads only have a number within a channel. `within`: the ids of the wider
    places round it, nearest first (a thread's channel, a category, a server); rules may name
    them. They are no part of the address, because what is round a place may change.
    """

    platform: str
    channel: str
    thread: str | None = None
    within: tuple[str, ...] = field(default=(), compare=False)
    direct: bool = field(default=False, compare=False)

    @property
    def address(self) -> str:
        """`platform:channel[:thread]`, each part quoted, so that no two places share one."""
        return _address(
            self.platform, self.channel, *([] if self.thread is None else [self.thread])
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its own address, then those of the places round it, the widest last."""
        channel = () if self.thread is None else (self.channel,)
        round_it = (_address(self.platform, one) for one in (*channel, *self.within))
        return (self.address, *round_it)


def conversation_at(address: str) -> Conversation:
    """The conversation with this address; what is round it is not known.

    Raises ValueError where the text is no address.
    """
    parts = [unquote(part) for part in address.split(":")]
    if not (len(parts) in {2, 3} and all(parts)):
        raise ValueError(f"write it as `platform:id`, or `platform:id:thread`, not {address!r}")
    return Conversation(parts[0], parts[1], parts[2] if len(parts) > 2 else None)  # noqa: PLR2004 - a third part


def _address(*parts: str) -> str:
    return ":".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: a person or a bot on a platform.

    `roles`: what the platform says they are there, as `role:<id>` and `server:<id>`.
    """

    platform: str
    id: str
    name: str
    is_bot: bool = False
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """The answer of the rules for a conversation. `model`: None leaves it to the settings."""

    key: SessionKey
    engine: str
    workspace: WorkspaceKind
    mode: Mode
    waiting: WaitingMode
    trigger: Trigger
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeToken:
    """What an engine needs to continue its own conversation, and the directory it is valid in."""

    engine: str
    value: str
    directory: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A lazy handle: `ref` means something to the platform that made it. `size` in bytes.

    `voice`: it was spoken in place of a text, and its words are the message.
    """

    name: str
    media_type: str
    size: int
    ref: str
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What a message brings along of somebody else's words: to be read, never obeyed.

    `origin` says in a few words whose they are and where they were said.
    """

    kind: Literal["reply", "forward"]
    origin: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person asks of the engine: the part of an Inbound that a session keeps.

    `more`: its sender is about to go on, as one who comments on what they forward.
    """

    id: MessageId
    conversation: Conversation
    sender: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    waiting: WaitingMode = "queue"
    at: float = 0.0
    material: tuple[Material, ...] = ()
    more: bool = False


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

    `missed`: what came while nobody listened, until a person says what becomes of it. `obeying`:
    commands that are settled only when the running turn has ended, so that a crash in between
    obeys them again. `renewing`: the next turn begins a fresh engine conversation. `leaving`: the
    folders are on their way to the trash, and nothing starts before.
    """

    key: SessionKey
    turns: int = 0
    turn: Turn | None = None
    waiting: tuple[Prompt, ...] = ()
    missed: tuple[Prompt, ...] = ()
    resume: ResumeToken | None = None
    approvals: tuple[Approval, ...] = ()
    paused_until: float | None = None
    renewing: bool = False
    leaving: bool = False
    obeying: tuple[MessageId, ...] = ()
