"""What happened to a session. Values; every one that an engine makes names its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carrel.core.editing import Anew
from carrel.core.messages import File, Gone, Menu, Notice
from carrel.core.model import (
    Approval,
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Role,
    Route,
    StopReason,
    TurnId,
    Usage,
    Verdict,
)
from carrel.core.wishes import Wish

WaitingChoice = Literal["steer", "queue", "side", "drop"]
Inquiry = Literal[
    "files", "diff", "worktree", "usage", "schedule", "context", "export", "rewind", "edited",
    "run", "project", "doctor",
]  # fmt: skip
Rewinding = Literal["both", "conversation", "files", "undo"]
Setting = Literal["mode", "waiting", "model", "effort"]


@dataclass(frozen=True, slots=True)
class Prompted:
    """A person said something to the engine, and it is stored."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Amended:
    """A person changed what they had said."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Retracted:
    """A person took back what they had said."""

    message: MessageId


@dataclass(frozen=True, slots=True)
class WaitingChanged:
    """A person says what becomes of a message that waits, or was offered to the running turn."""

    command: MessageId
    conversation: Conversation
    message: MessageId
    choice: WaitingChoice


@dataclass(frozen=True, slots=True)
class LetterSettled:
    """The operator says what becomes of a message that failed: it is tried again, or let go of."""

    prompt: Prompt
    again: bool
    at: float


@dataclass(frozen=True, slots=True)
class Missed:
    """Something was said while nobody listened, and so long ago that a person is asked first."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class MissedSettled:
    """A person says whether what was missed shall be answered."""

    command: MessageId
    conversation: Conversation
    answer: bool
    by: str


@dataclass(frozen=True, slots=True)
class GuestCame:
    """A guest said something; it waits until an owner says what becomes of it."""

    prompt: Prompt


GuestChoice = Literal["once", "invite", "refuse"]


@dataclass(frozen=True, slots=True)
class GuestSettled:
    """An owner says what becomes of a guest's message; `invite` makes the guest a member.

    `at` in unix seconds.
    """

    command: MessageId
    conversation: Conversation
    message: MessageId
    choice: GuestChoice
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Vanished:
    """The conversation was deleted on its platform. `own`: the session was its own."""

    conversation: Conversation
    own: bool


@dataclass(frozen=True, slots=True)
class StopAsked:
    """A person wants the work to stop: first what waits, then the turn."""

    command: MessageId
    conversation: Conversation
    by: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A message's time is up: its turn is stopped, or it waits no more. Others are left alone."""

    message: MessageId


@dataclass(frozen=True, slots=True)
class NewAsked:
    """A person wants a fresh engine conversation; files and memory stay."""

    command: MessageId
    conversation: Conversation
    by: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class WakeAsked:
    """A person wants a pause to end now."""

    command: MessageId
    conversation: Conversation
    at: float


@dataclass(frozen=True, slots=True)
class SwitchAsked:
    """A person wants another model to go on while a usage limit holds the session back.

    `model`: which one; empty: say which there are. `models`: those that the operator named.
    """

    command: MessageId
    conversation: Conversation
    model: str
    models: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class OverspendAsked:
    """An owner wants the work to go on today although a budget is used up."""

    command: MessageId
    conversation: Conversation
    at: float


@dataclass(frozen=True, slots=True)
class RebuildAsked:
    """A person wants a session begun anew whose files are on a host that is gone."""

    command: MessageId
    conversation: Conversation
    at: float


@dataclass(frozen=True, slots=True)
class AgainAsked:
    """A person wants the running turn begun anew, because it seems to stand still."""

    command: MessageId
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """A person wants to go on with an earlier engine conversation, or to see which there are."""

    command: MessageId
    conversation: Conversation
    name: str
    at: float


@dataclass(frozen=True, slots=True)
class ForgetAsked:
    """A person wants files, memory and conversations gone. `sure`: they said so twice."""

    command: MessageId
    conversation: Conversation
    sure: bool


@dataclass(frozen=True, slots=True)
class ApprovalAnswered:
    """A person answered an approval."""

    command: MessageId
    conversation: Conversation
    approval: str
    verdict: Verdict
    by: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """A person chose an option of a question, or said it in words of their own.

    `pick`: `2.1` is the second question's first option, `2.done` ends its choosing, `back` goes to
    the question before.
    """

    command: MessageId
    conversation: Conversation
    approval: str
    by: str
    pick: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A person chooses one of the session's settings, or asks about it where `value` is empty.

    `route` is that of the conversation: what holds where nothing is chosen.
    """

    command: MessageId
    conversation: Conversation
    setting: Setting
    value: str
    role: Role
    route: Route


@dataclass(frozen=True, slots=True)
class GrantsAsked:
    """A person asks what is allowed unasked, or takes the grant with this id back.

    `project`: that of the conversation.
    """

    command: MessageId
    conversation: Conversation
    revoke: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class HandoffAsked:
    """A person asks how to go on in a terminal, or takes the session back from one."""

    command: MessageId
    conversation: Conversation
    back: bool


@dataclass(frozen=True, slots=True)
class Inquired:
    """A person asks for what lies outside the session's own state, or has it changed there."""

    command: MessageId
    conversation: Conversation
    what: Inquiry
    argument: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class ForkAsked:
    """A person wants a side thread with all of this conversation. `title` may be empty."""

    command: MessageId
    conversation: Conversation
    title: str


@dataclass(frozen=True, slots=True)
class RewindAsked:
    """A person wants to go back to before a turn, by its number, or to undo the last going back.

    `edited`: to before the message of which this is an edit, and to ask that in its place; `anew`
    is what the store has kept of it.
    """

    command: MessageId
    conversation: Conversation
    turn: str
    what: Rewinding
    edited: MessageId | None = None
    anew: Anew | None = None


@dataclass(frozen=True, slots=True)
class Rewound:
    """What came of a going back. `moved`: `resume` is the engine conversation that goes on.

    `anew`: what is asked there now.
    """

    command: MessageId
    conversation: Conversation
    body: Notice | Menu
    moved: bool
    resume: ResumeToken | None
    at: float
    anew: Anew | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of an inquiry; with Gone nothing is shown."""

    command: MessageId
    conversation: Conversation
    body: Notice | Menu | File | Gone


@dataclass(frozen=True, slots=True)
class TakenAside:
    """What came of moving a message that waits to a side thread. `ok`: it is said there now."""

    command: MessageId
    conversation: Conversation
    prompt: Prompt
    body: Notice
    ok: bool
    at: float


@dataclass(frozen=True, slots=True)
class Told:
    """A command whose answer is known already: `text` is shown, nothing else changes."""

    command: MessageId
    conversation: Conversation
    text: str


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """A person wants to know how the session stands."""

    command: MessageId
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody is about to say something there."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Restored:
    """The session was loaded from the store: whatever was under way must be taken up again."""

    at: float


@dataclass(frozen=True, slots=True)
class Halted:
    """The gateway stops in good order before the turn could end: this try shall not count."""


@dataclass(frozen=True, slots=True)
class Woken:
    """A pause is over."""

    at: float


@dataclass(frozen=True, slots=True)
class Lingered:
    """Whoever was about to go on had the time for it."""

    at: float


@dataclass(frozen=True, slots=True)
class Discarded:
    """The session's folders are in the trash."""


@dataclass(frozen=True, slots=True)
class TerminalCame:
    """A terminal holds the session's lease, and wants to continue its engine conversation."""

    place: Conversation
    at: float


@dataclass(frozen=True, slots=True)
class TerminalLeft:
    """The lease is free. `resume`: the engine conversation that the terminal had last."""

    at: float
    resume: ResumeToken | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The engine was asked to give back what it was offered. `ok`: it had not taken it in."""

    turn: TurnId
    message: MessageId
    fate: Literal["queue", "drop"]
    ok: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A person was to have answered an approval by now. `after`: seconds since it was asked.

    `approvers`: who may answer and can be called by name, each as `platform:id`.
    """

    approval: str
    after: float
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stalled:
    """Nothing has been heard of the turn for `seconds`."""

    turn: TurnId
    seconds: float


@dataclass(frozen=True, slots=True)
class Stirred:
    """Something is heard again of the turn that had stalled."""

    turn: TurnId


@dataclass(frozen=True, slots=True)
class Begun:
    """The engine has taken in what the turn gave it, and has been at it for a moment."""

    turn: TurnId


@dataclass(frozen=True, slots=True)
class Wrote:
    """The engine wrote a piece of its answer."""

    turn: TurnId
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """The engine is thinking."""

    turn: TurnId


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The engine began to use a tool. `summary` fits one line."""

    turn: TurnId
    call: str
    tool: str
    summary: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """The tool came back."""

    turn: TurnId
    call: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Waited:
    """The engine waits for the world (a retry, a place to run) and says why in one sentence."""

    turn: TurnId
    note: str


@dataclass(frozen=True, slots=True)
class Compacted:
    """The engine made room by itself: earlier talk is a summary now. In tokens."""

    turn: TurnId
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Forgot:
    """The engine conversation is gone, and a fresh one began. `note` says so in one sentence."""

    turn: TurnId
    note: str


Progressed = Wrote | Thought | ToolStarted | ToolEnded | Waited
"""Progress: shown, never stored, decides nothing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The engine has taken in what it was offered."""

    turn: TurnId
    messages: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """The engine stands still until a person answers."""

    turn: TurnId
    approval: Approval


@dataclass(frozen=True, slots=True)
class FileOffered:
    """The engine sends a file out; it lies in the session's outbox already. `call` is unique."""

    turn: TurnId
    call: str
    file: File


@dataclass(frozen=True, slots=True)
class Wished:
    """The engine wants something of its conversation's schedules; whoever must allow it has."""

    turn: TurnId
    call: str
    wish: Wish


@dataclass(frozen=True, slots=True)
class Answered:
    """The engine answered some prompts of the turn and goes on with the others.

    `work`: how the project stands that it works on, in a few words.
    """

    turn: TurnId
    read: tuple[MessageId, ...]
    text: str
    usage: Usage
    resume: ResumeToken | None
    work: str = ""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over. Exactly one for each turn that was started.

    `read`: the prompts that the engine has taken in; the others go back to the queue.
    `text`: the last answer, or with `stopped` what there was of it, or with `failed` and `lost`
    one sentence on what went wrong. `resets_at`: with `limit`, unix seconds. `nothing`: the
    engine said, by its tool, that there is nothing to report. `work`: as in Answered.
    """

    turn: TurnId
    reason: StopReason
    text: str
    read: tuple[MessageId, ...]
    usage: Usage
    resume: ResumeToken | None
    at: float
    resets_at: float | None = None
    nothing: bool = False
    work: str = ""


EngineEvent = (
    Progressed
    | Taken
    | ApprovalAsked
    | FileOffered
    | Wished
    | Compacted
    | Forgot
    | Answered
    | TurnEnded
)
PersonEvent = (
    Prompted
    | StopAsked
    | NewAsked
    | WakeAsked
    | SwitchAsked
    | OverspendAsked
    | RebuildAsked
    | AgainAsked
    | ResumeAsked
    | ForgetAsked
    | ApprovalAnswered
    | QuestionAnswered
    | MissedSettled
    | GuestSettled
    | WaitingChanged
    | Adjusted
    | GrantsAsked
    | HandoffAsked
    | Inquired
    | ForkAsked
    | RewindAsked
    | StatusAsked
    | Told
)
PlaceEvent = Amended | Retracted | Missed | GuestCame | Vanished | Expected
OwnEvent = (
    Restored
    | Halted
    | LetterSettled
    | Overdue
    | Woken
    | Lingered
    | Stalled
    | Stirred
    | Begun
    | Unanswered
    | Discarded
    | TerminalCame
    | TerminalLeft
    | GivenBack
    | TakenAside
    | Found
    | Rewound
)
Event = PersonEvent | PlaceEvent | OwnEvent | EngineEvent
