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
class Action:
    """One line of the progress card: a tool and what it is at."""

    id: str
    tool: str
    summary: str
    state: ActionState = "running"


ProgressState = Literal["starting", "thinking", "working", "asking", "retrying", "stopping"]


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
    kind: Literal["approval"] = "approval"

    @property
    def elsewhere(self) -> str:
        """The folder, if it is not the session's own, which goes without saying."""
        parts = PurePath(self.folder).parts
        own = parts[-1:] == ("work",) and "sessions" in parts[:-1]
        return "" if own else self.folder


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


Body = Answer | Notice | Progress | ApprovalCard | MissedCard | File | Mark | Gone


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
