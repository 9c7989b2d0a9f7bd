"""What is to be done about an event: records are saved in one transaction, then deeds are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carrel.core.admission import Invited
from carrel.core.editing import Anew
from carrel.core.events import Inquiry, Rewinding
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import (
    NOTHING_CHOSEN,
    Approval,
    Chosen,
    Conversation,
    Fallback,
    Grant,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    Session,
    Terminal,
    Turn,
    TurnId,
    Verdict,
)
from carrel.core.spending import Portion
from carrel.core.wishes import Wish

Fate = Literal["done", "queued", "stopped", "superseded", "failed"]
"""What becomes of a message: `queued` sends it back to wait, the others end it."""

TurnFate = Literal["done", "interrupted", "failed"]


@dataclass(frozen=True, slots=True)
class Take:
    """Bind the turn's prompts to it; it runs from now on. A retry takes it again."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Join:
    """Bind one more prompt to the running turn."""

    turn: TurnId
    message: MessageId


@dataclass(frozen=True, slots=True)
class Settle:
    """A message's fate is known."""

    message: MessageId
    fate: Fate


@dataclass(frozen=True, slots=True)
class Reopen:
    """A message that had failed waits again, or is let go of."""

    message: MessageId
    fate: Literal["queued", "stopped"]


@dataclass(frozen=True, slots=True)
class Amend:
    """A message that still waits says something else now."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Become:
    """A command is carried out: from now on it is this prompt, and waits.

    `said` has the command's id.
    """

    said: Inbound


@dataclass(frozen=True, slots=True)
class Leave:
    """The session's folders go to the trash, and nothing starts before they are there.

    `gone`: so does the session, until somebody speaks in it again.
    """

    gone: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The folders are in the trash."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The turn is over. `conversation`: the engine's name of the one in which it was had."""

    turn: TurnId
    fate: TurnFate
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Spend:
    """What an answer, or the end of a turn, has cost, and whom it is put down to."""

    turn: TurnId
    shares: tuple[Portion, ...]


@dataclass(frozen=True, slots=True)
class Remember:
    """The engine conversation that the next turn continues; None starts a fresh one."""

    resume: ResumeToken | None


@dataclass(frozen=True, slots=True)
class Shelve:
    """The session leaves an engine conversation, which it may take up again."""

    past: Past


@dataclass(frozen=True, slots=True)
class Unshelve:
    """The session takes up an earlier engine conversation, or lets go of them all."""

    past: Past | None


@dataclass(frozen=True, slots=True)
class Entitle:
    """What the engine conversation begins with."""

    topic: str


@dataclass(frozen=True, slots=True)
class Allow:
    """A grant is given, in place of one by the same id."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Revoke:
    """A grant holds no longer."""

    grant: str


@dataclass(frozen=True, slots=True)
class Share:
    """A grant is given to every session of its project, in place of one by the same id."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Unshare:
    """A grant of a project holds no longer."""

    project: str
    grant: str


@dataclass(frozen=True, slots=True)
class Choose:
    """What people chose for the session."""

    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Lend:
    """The terminal that has the engine conversation; None: the session has it again."""

    terminal: Terminal | None


@dataclass(frozen=True, slots=True)
class Switch:
    """Another model goes on, or the first one again; None: it knows all that was said meanwhile."""

    fallback: Fallback | None


@dataclass(frozen=True, slots=True)
class Pause:
    """No turn starts before `until` (unix seconds); None lifts the pause."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Free:
    """No budget holds the session back before `until` (unix seconds)."""

    until: float


@dataclass(frozen=True, slots=True)
class Rehome:
    """The session's folders are those of the host that owns it, whoever had them before."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An approval is open, or goes on being open as it is now."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class Close:
    """An approval is answered or withdrawn."""

    approval: str
    state: Literal["allowed", "denied", "withdrawn"]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    """A person is a member from now on."""

    person: Invited


@dataclass(frozen=True, slots=True)
class Say:
    """Show something; it leaves only after the transaction that holds this record."""

    outbound: Outbound


Record = (
    Take
    | Join
    | Settle
    | Reopen
    | Amend
    | Become
    | Finish
    | Spend
    | Remember
    | Shelve
    | Unshelve
    | Entitle
    | Allow
    | Revoke
    | Share
    | Unshare
    | Choose
    | Lend
    | Switch
    | Pause
    | Free
    | Rehome
    | Ask
    | Close
    | Leave
    | Left
    | Invite
    | Say
)


@dataclass(frozen=True, slots=True)
class StartTurn:
    """Give the turn's prompts to the engine, continuing `resume` if there is one.

    `cut`: calls for which an engine that went away was waiting; none of them was carried out.
    `told_of`: another engine conversation of the session, the end of which goes along.
    """

    turn: Turn
    resume: ResumeToken | None
    chosen: Chosen = NOTHING_CHOSEN
    cut: frozenset[str] = frozenset()
    told_of: ResumeToken | None = None


@dataclass(frozen=True, slots=True)
class WarmEngine:
    """Open the engine ahead of a prompt from `conversation`, if there is room for it."""

    conversation: Conversation
    resume: ResumeToken | None
    chosen: Chosen = NOTHING_CHOSEN
    told_of: ResumeToken | None = None


@dataclass(frozen=True, slots=True)
class Steer:
    """Give the running turn one more prompt."""

    turn: TurnId
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Have the running turn give back what it was offered; GivenBack follows."""

    turn: TurnId
    message: MessageId
    fate: Literal["queue", "drop"]


@dataclass(frozen=True, slots=True)
class InterruptTurn:
    """Stop the running turn; its TurnEnded follows within bounded time."""

    turn: TurnId


@dataclass(frozen=True, slots=True)
class AnswerEngine:
    """Give the engine the answer for which these calls stand still."""

    calls: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Inquire:
    """Look outside for a person; Found follows.

    `argument`: what they typed; of the context, what is known of it already.
    """

    command: MessageId
    conversation: Conversation
    what: Inquiry
    argument: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fulfil:
    """Do what an engine wants of a conversation's schedules, and tell it what came of it.

    `turn`: so that what is asked twice, as after a crash, is done once. `by`: whose turn it is.
    """

    turn: TurnId
    call: str
    conversation: Conversation
    wish: Wish
    by: str


@dataclass(frozen=True, slots=True)
class Fork:
    """Begin a session in a side thread with all that is finished here; Found follows.

    `running`: prompts of a turn that runs, which is left out.
    """

    command: MessageId
    conversation: Conversation
    resume: ResumeToken | None
    topic: str
    title: str
    chosen: Chosen = NOTHING_CHOSEN
    running: tuple[MessageId, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeAside:
    """Say a message that waits in a side thread in place of here, once; TakenAside follows."""

    command: MessageId
    conversation: Conversation
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Rewind:
    """Go back to before a turn, or undo that; Rewound follows, and nothing starts before.

    `anew`: what is asked afterwards; the turn is the one that answered its original.
    """

    command: MessageId
    conversation: Conversation
    turn: TurnId
    what: Rewinding
    resume: ResumeToken | None
    anew: Anew | None = None


@dataclass(frozen=True, slots=True)
class CloseEngine:
    """Let go of the live engine, so that the next turn opens one afresh."""


@dataclass(frozen=True, slots=True)
class OpenTerminal:
    """Let go of the live engine, then give the terminal that waits what it needs to go on."""

    conversation: Conversation
    resume: ResumeToken | None
    chosen: Chosen = NOTHING_CHOSEN


@dataclass(frozen=True, slots=True)
class WatchTerminal:
    """Send TerminalLeft as soon as no terminal holds the session's lease.

    `since` (unix seconds): what is older was not done in this terminal.
    """

    since: float


@dataclass(frozen=True, slots=True)
class EndTerminal:
    """End the process that holds the session's lease, by force if need be."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Move the session's folders to the trash, then send Discarded."""


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send Woken at `at` (unix seconds)."""

    at: float


@dataclass(frozen=True, slots=True)
class Remind:
    """Send Unanswered(`approval`, `after`) at `at` (unix seconds)."""

    approval: str
    at: float
    after: float


@dataclass(frozen=True, slots=True)
class Linger:
    """Send Lingered after `seconds`."""

    seconds: float


EngineDeed = (
    StartTurn
    | WarmEngine
    | Steer
    | TakeBack
    | InterruptTurn
    | AnswerEngine
    | CloseEngine
    | OpenTerminal
    | WatchTerminal
    | EndTerminal
    | Discard
    | Inquire
    | Fulfil
    | Rewind
)
Deed = EngineDeed | Fork | TakeAside | WakeAt | Remind | Linger
Effect = Record | Deed
Effects = tuple[Effect, ...]
Step = tuple[Session, Effects]
"""What came of an event: the session as it is now, and what is to be done."""


def records(effects: tuple[Effect, ...]) -> tuple[Record, ...]:
    """What must be saved, in order."""
    return tuple(e for e in effects if isinstance(e, Record))


def deeds(effects: tuple[Effect, ...]) -> tuple[Deed, ...]:
    """What must be done once the records are saved, in order."""
    return tuple(e for e in effects if isinstance(e, Deed))
