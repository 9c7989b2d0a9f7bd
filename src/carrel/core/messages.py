"""What comes in and what goes out, normalised: the two halves of every platform's translation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal
from urllib.parse import unquote

from carrel.core.model import (
    Attachment,
    Conversation,
    Material,
    MessageId,
    Prompt,
    Question,
    Sender,
    TurnId,
    WaitingMode,
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message in.

    `id` is the platform's own and never repeats within `source` (platform and account).
    A pressed button is an Inbound whose text is the command the button stands for.
    `addressed`: the bot was mentioned, replied to, or spoken to where only it listens.
    `material` and `more` are as in a Prompt.
    `edited`: the text is not the one with which it came.
    """

    source: str
    id: str
    conversation: Conversation
    sender: Sender
    text: str
    attachments: tuple[Attachment, ...] = ()
    addressed: bool = False
    at: float = 0.0
    material: tuple[Material, ...] = ()
    more: bool = False
    edited: bool = False

    @property
    def message_id(self) -> MessageId:
        """The name under which the message is stored, once."""
        return MessageId(f"{self.source}/{self.id}")

    def prompt(self, waiting: WaitingMode) -> Prompt:
        """The part that a session keeps and the engine is asked."""
        return Prompt(
            id=self.message_id,
            conversation=self.conversation,
            sender=self.sender.name,
            text=self.text,
            attachments=self.attachments,
            waiting=waiting,
            at=self.at,
            material=self.material,
            more=self.more,
            person=self.sender.address,
        )


Tone = Literal["info", "warning", "error"]
MarkSign = Literal["stored", "waiting", "working", "answered", "failed", "stopped"]
ActionState = Literal["running", "done", "failed"]
ApprovalState = Literal["open", "allowed", "denied", "withdrawn"]
MissedState = Literal["open", "answered", "ignored"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says at the end: the one thing that pings a phone.

    `whole`: the whole of a very long answer, which goes along as a file; `text` is its beginning.
    `nothing`: the engine said, by its tool, that there is nothing to report.
    """

    text: str
    footer: str = ""
    reply_to: MessageId | None = None
    whole: str = ""
    nothing: bool = False
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True)
class Notice:
    """Carrel's own word: one sentence, and the mend if there is one.

    `reply_to`: the command that it answers.
    """

    text: str
    tone: Tone = "info"
    reply_to: MessageId | None = None
    kind: Literal["notice"] = "notice"


@dataclass(frozen=True, slots=True)
class Menu:
    """Carrel's own word with things to choose from, each a label and the command it stands for.

    `calls`: ids of people of the platform who are called by name; nobody else's phone rings.
    """

    text: str
    options: tuple[tuple[str, str], ...] = ()
    reply_to: MessageId | None = None
    calls: tuple[str, ...] = ()
    kind: Literal["menu"] = "menu"


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the progress card: a tool and what it is at."""

    id: str
    tool: str
    summary: str
    state: ActionState = "running"


ProgressState = Literal[
    "starting", "thinking", "working", "asking", "retrying", "stalled", "stopping"
]


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress card: folded by `core.view` from engine events, newest actions last."""

    turn: TurnId
    state: ProgressState = "starting"
    step: int = 0
    actions: tuple[Action, ...] = ()
    text: str = ""
    note: str = ""
    started_at: float = 0.0
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """A request with its buttons, or, once answered, the decision and who took it."""

    approval: str
    tool: str
    title: str
    detail: str
    folder: str
    state: ApprovalState = "open"
    by: str = ""
    count: int = 1
    """So many identical requests are answered at once."""
    always: str = ""
    """The pattern that may be allowed for good."""
    project: str = ""
    """The project in all of whose sessions it may be allowed."""
    kind: Literal["approval"] = "approval"

    @property
    def elsewhere(self) -> str:
        """The folder, if it is not the session's own, which goes without saying."""
        parts = PurePath(self.folder).parts
        own = parts[-1:] == ("work",) and "sessions" in parts[:-1]
        return "" if own else self.folder


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """One question of an engine's with its options, or, once all are answered, the answers.

    `step` counts from 1. `picked`: what is chosen so far where several may be. `answers`: the
    questions that have their answer, each with it.
    """

    approval: str
    question: Question
    step: int = 1
    steps: int = 1
    picked: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    state: ApprovalState = "open"
    by: str = ""
    kind: Literal["question"] = "question"


@dataclass(frozen=True, slots=True)
class PlanCard:
    """What an engine means to do, in Markdown, or what was decided about it."""

    approval: str
    plan: str
    state: ApprovalState = "open"
    by: str = ""
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True)
class MissedCard:
    """Asks about messages that came while nobody listened, too long ago to be answered unasked.

    `oldest` in unix seconds.
    """

    count: int
    oldest: float = 0.0
    state: MissedState = "open"
    by: str = ""
    kind: Literal["missed"] = "missed"


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """What becomes of a message that came during a turn, as long as that can be changed.

    `before`: how many waited before it when it came.
    """

    message: MessageId
    mode: WaitingMode
    before: int = 0
    kind: Literal["waiting"] = "waiting"

    @property
    def text(self) -> str:
        """What happens to it, in a sentence."""
        match self.mode:
            case "steer":
                return "Goes to the agent at its next step."
            case "interrupt":
                return "Stops the running turn and takes its place."
            case "collect":
                return "Is answered together with all that waits, after this turn."
            case _:
                line = f"; {self.before} waited before it" if self.before else ""
                return f"Is answered after this turn{line}."


@dataclass(frozen=True, slots=True)
class File:
    """A file out of a session. `path` is absolute, in the session's outbox; `size` in bytes."""

    name: str
    media_type: str
    size: int
    path: str
    caption: str = ""
    kind: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class Mark:
    """The receipt on a person's own message: one sign that changes."""

    message: MessageId
    sign: MarkSign
    kind: Literal["mark"] = "mark"


@dataclass(frozen=True, slots=True)
class Gone:
    """Takes back what was shown under the same nonce."""

    kind: Literal["gone"] = "gone"


Card = ApprovalCard | QuestionCard | PlanCard
"""What asks a person on an engine's behalf."""

Body = Answer | Notice | Menu | Progress | Card | MissedCard | WaitingCard | File | Mark | Gone


@dataclass(frozen=True, slots=True)
class Outbound:
    """One thing to show out. To say a nonce again with another body is to edit what was shown."""

    nonce: str
    conversation: Conversation
    body: Body

    @property
    def lane(self) -> str:
        """What is said in one lane is sent in order; receipts hold up no answer."""
        address = self.conversation.address
        return f"{address} marks" if isinstance(self.body, Mark) else address


def platform_of(lane: str) -> str:
    """The platform whose lane it is."""
    return unquote(lane.partition(":")[0])
