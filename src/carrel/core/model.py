"""The nouns: conversations, senders, routes, turns, and the session that ties them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType
from urllib.parse import quote, unquote

from carrel.core.budgets import NO_LIMITS, Funds, Hold
from carrel.core.engine_commands import COMPACT, engine_command
from carrel.core.grants import Pattern

SessionKey = NewType("SessionKey", str)
"""Names a session. Opaque; made by `core.routing` and by nothing else."""

MessageId = NewType("MessageId", str)
"""Names an Inbound for ever: `<source>/<the platform's own id>`."""

TurnId = NewType("TurnId", str)
"""Names a turn: `<session key>#<n>`. Everything a turn says derives its nonce from it."""

DEFAULT_KEY = SessionKey("default")

WaitingMode = Literal["steer", "queue", "collect", "interrupt"]
Mode = Literal["ask", "edit", "plan", "auto"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]
Trigger = Literal["all", "mention", "never"]
Role = Literal["owner", "approver", "member", "guest"]
RANKS: tuple[Role, ...] = ("guest", "member", "approver", "owner")
"""The roles, the weakest first."""

BoundKind = Literal["project", "worktree"]
"""How a session is bound to a project: it works in the folder itself, or in a copy of its own."""

WorkspaceKind = Literal["private"] | BoundKind
Stopping = Literal["stop", "interrupt"]
"""Why a running turn was told to stop: a person's word, or a message that wants its place."""

Decision = Literal["allow", "deny"]
Scope = Literal["once", "session", "always", "project"]
RequestKind = Literal["tool", "question", "plan"]

StopReason = Literal["done", "stopped", "failed", "limit", "lost"]
"""Why a turn ended. `failed`: the engine said so. `lost`: the engine went away; worth a retry."""


def at_least(role: Role, needed: Role) -> bool:
    """Whether who has `role` may do what takes `needed`."""
    return RANKS.index(role) >= RANKS.index(needed)


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

    @property
    def address(self) -> str:
        """`platform:id`: names do change."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True)
class Route:
    """The answer of the rules for a conversation. `project`: its name; None for `private`.

    `raising`: the weakest role that may let the agent do more unasked than the rules say.
    `walled`: sessions have OS walls round them. `said_for`: which place's rule gave `mode`,
    `waiting`, `model`, `effort` and `project`, by its address; those that no place's rule gave are
    missing. `asking`: who is not listed may ask there, as a guest. `fallback`: the model that goes
    on when a usage limit is reached. `models`: all that the rules name, for whatever place.
    `approvers`: who alone may approve there, besides owners; None: those of everywhere.
    """

    key: SessionKey
    engine: str
    workspace: WorkspaceKind
    mode: Mode
    waiting: WaitingMode
    trigger: Trigger
    project: str | None = None
    model: str | None = None
    effort: Effort | None = None
    raising: Role = "owner"
    walled: bool = True
    fallback: str | None = None
    models: tuple[str, ...] = ()
    said_for: tuple[tuple[str, str], ...] = ()
    asking: bool = False
    approvers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What people chose for a session; None leaves it to the rules of the conversation."""

    mode: Mode | None = None
    waiting: WaitingMode | None = None
    model: str | None = None
    effort: Effort | None = None


NOTHING_CHOSEN = Chosen()


@dataclass(frozen=True, slots=True)
class ResumeToken:
    """What an engine needs to continue its own conversation, and the directory it is valid in."""

    engine: str
    value: str
    directory: str


@dataclass(frozen=True, slots=True)
class Past:
    """An engine conversation that a session has left and may take up again.

    `topic`: what it began with. `at`: when it was left, in unix seconds.
    """

    resume: ResumeToken
    topic: str
    at: float

    @property
    def name(self) -> str:
        """A short name to be typed."""
        return self.resume.value[:8]


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

    kind: Literal["reply", "forward", "guest", "handover"]
    origin: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person asks of the engine: the part of an Inbound that a session keeps.

    `more`: its sender is about to go on, as one who comments on what they forward. `person`: the
    sender's address.
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
    person: str = ""

    @property
    def guest(self) -> bool:
        """Whether a guest wrote it: then all of it is material."""
        return any(one.kind == "guest" for one in self.material)

    @property
    def command(self) -> str:
        """The engine's own command that it is, which has a turn of its own; empty: it is none."""
        return engine_command(self.text)

    @property
    def compacts(self) -> bool:
        """Whether it is the engine's own command that makes room in its conversation."""
        return self.text.strip().partition(" ")[0] == COMPACT


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn cost: seconds, tokens, US dollars; `context`: the share of the window in use."""

    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    context: float | None = None
    model: str = ""

    def __add__(self, later: Usage) -> Usage:
        """Both together; the context and the model are the later one's."""
        return Usage(
            self.seconds + later.seconds,
            self.input_tokens + later.input_tokens,
            self.output_tokens + later.output_tokens,
            self.cost + later.cost,
            later.context,
            later.model or self.model,
        )


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt until the engine stops. `parts` counts the answers already given.

    `offered`: those of its prompts that were sent into the running turn and not taken in so far.
    `allowance`: dollars that it may spend; None: any number.
    """

    id: TurnId
    prompts: tuple[Prompt, ...]
    attempt: int = 1
    stopping: Stopping | None = None
    parts: int = 0
    started_at: float = 0.0
    offered: tuple[MessageId, ...] = ()
    allowance: float | None = None

    @property
    def alone(self) -> bool:
        """Whether it is a command of the engine's own, which nothing may join."""
        return any(prompt.command for prompt in self.prompts)

    @property
    def compacts(self) -> bool:
        """Whether it only makes room."""
        return any(prompt.compacts for prompt in self.prompts)

    @property
    def conversation(self) -> Conversation:
        """Where the turn answers: the place of its first prompt."""
        return self.prompts[0].conversation


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a question offers."""

    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What an engine wants to know. `many`: several options may be chosen."""

    text: str
    options: tuple[Option, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """An answer that holds for later requests: of a pattern, or just like one by its `digest`.

    `text`: what it allows, for people. `lasting`: it outlives the engine conversation. `project`:
    it holds in every session of that project. `at` in unix seconds.
    """

    id: str
    text: str
    by: str
    at: float
    pattern: Pattern | None = None
    digest: str = ""
    lasting: bool = False
    project: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided. `reason` reaches the engine with a denial. `scope`: how long it holds.

    `answers`: the labels or words for each of a request's questions. `mode`: what the agent may
    do unasked once its plan is accepted.
    """

    decision: Decision
    reason: str = ""
    scope: Scope = "once"
    answers: tuple[tuple[str, ...], ...] = ()
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """An engine's request that a person must answer, bound to its full arguments by `digest`.

    `calls`: the engine's names for what stands still until then; identical requests share one
    answer. `cut`: calls of an engine that went away; none of them was carried out. `verdict`: an
    answer that was given while no engine was there, kept until it asks again. `questions` have
    their `answers` one by one, `picked` belongs to the present one. `asked_at` in unix seconds.
    `wanted`: the patterns that must be granted for it not to be asked. `project`: what the engine
    works on, if it is one. `reminded`: how many reminders of it stand there.
    """

    id: str
    turn: TurnId
    tool: str
    title: str
    detail: str
    folder: str
    digest: str
    kind: RequestKind = "tool"
    calls: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    picked: tuple[str, ...] = ()
    verdict: Verdict | None = None
    asked_at: float = 0.0
    wanted: tuple[Pattern, ...] = ()
    project: str = ""
    reminded: int = 0

    @property
    def question(self) -> Question | None:
        """The question that is to be answered now."""
        left = self.questions[len(self.answers) :]
        return left[0] if left else None


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal that has the session's engine conversation, or waits for the turn to end.

    It is told in `place`. `since` in unix seconds. `begun`: it has the conversation. `ending`: it
    was told to leave.
    """

    place: Conversation
    since: float
    begun: bool = False
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Fallback:
    """Another model goes on after a usage limit, in an engine conversation of its own.

    `until` in unix seconds; then the first one goes on. `over`: it does already, but does not know
    what was said meanwhile. `aside`: the engine conversation of the one that does not answer now.
    `untold`: the next turn is told how that one ended. `nonce`, `place`: the card that says so.
    """

    model: str
    until: float
    nonce: str
    place: Conversation
    aside: ResumeToken | None = None
    untold: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One carrel as a value: what `core.session.step` decides upon.

    `missed`: what came while nobody listened, until a person says what becomes of it. `guests`:
    what guests said, until an owner does. `obeying`:
    commands that are settled only when the running turn has ended, so that a crash in between
    obeys them again. `renewing`: the next turn begins a fresh engine conversation. `leaving`: the
    folders are on their way to the trash, and nothing starts before; nor does it while the command
    `rewinding` is carried out, which goes back to before a turn or lets go of a worktree. `shared`:
    grants of its project, as they stood when they mattered last. `chosen` holds until it is chosen
    otherwise. `terminal`: where the conversation goes on instead. `topic`: what the engine
    conversation began with; `past` are earlier ones, the newest first. `burst`: what one person
    says within so many seconds is one message. `hold`: the pause is a budget's. `funds`: how it
    stands with the budgets, as was last known. `freed_until`: no budget holds it back before then
    (unix seconds), because an owner said so. `context`: the share of the window that was in use at
    the last answer; 0: not known. `spare`: the model that the rules have for a usage limit, as was
    last known; empty: none, or it answers already. `away`: the host that has its folders, if that
    is not this one; nothing starts before it leads again, or the session begins anew here.
    """

    key: SessionKey
    turns: int = 0
    turn: Turn | None = None
    waiting: tuple[Prompt, ...] = ()
    missed: tuple[Prompt, ...] = ()
    guests: tuple[Prompt, ...] = ()
    resume: ResumeToken | None = None
    topic: str = ""
    past: tuple[Past, ...] = ()
    approvals: tuple[Approval, ...] = ()
    grants: tuple[Grant, ...] = ()
    shared: tuple[Grant, ...] = ()
    chosen: Chosen = NOTHING_CHOSEN
    paused_until: float | None = None
    renewing: bool = False
    leaving: bool = False
    rewinding: MessageId | None = None
    terminal: Terminal | None = None
    obeying: tuple[MessageId, ...] = ()
    burst: float = 0.0
    hold: Hold | None = None
    funds: Funds = NO_LIMITS
    freed_until: float = 0.0
    context: float = 0.0
    fallback: Fallback | None = None
    spare: str = ""
    away: str = ""

    @property
    def stand_in(self) -> Fallback | None:
        """The model that answers in place of the one that was chosen; None where none does."""
        return None if self.fallback is None or self.fallback.over else self.fallback
