"""Jobs as values: what their files say, who speaks for them, and what is said of them elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Literal

from carrel.core.firing import When, described, wall_of
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    File,
    Menu,
    Notice,
    PlanCard,
    QuestionCard,
)
from carrel.core.model import Conversation, Mode, Sender
from carrel.core.routing import PlaceRule
from carrel.core.windows import Window, active

PLATFORM = "schedule"
"""The platform of every job's conversation, and the source of what schedules say."""

ANSWERS = ("/allow", "/deny", "/pick", "/answer")
"""The commands that answer a request."""

JOB_ID, REMINDER_ID = "job", "reminder"
Overlap = Literal["skip", "queue"]
Notify = Literal["always", "on-error", "never"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as its file says. Seconds throughout.

    `session`: `own`, `default`, or the address of the conversation whose session it shares.
    `catch_up`: so many fires that were missed are made up for, the newest. `zone`: of `active`.
    `budget`: US dollars a day. `place`: where it is said, if people made it there in place of a
    file; `title`: what people call it.
    """

    name: str
    when: When
    prompt: str
    zone: tzinfo = UTC
    session: str = "own"
    notify: Notify = "always"
    notify_to: Conversation | None = None
    model: str | None = None
    mode: Mode | None = None
    timeout: float = 3600.0
    retries: int = 0
    overlap: Overlap = "skip"
    catch_up: int = 1
    active: tuple[Window, ...] = ()
    enabled: bool = True
    budget: float | None = None
    place: Conversation | None = None
    title: str = ""

    @property
    def conversation(self) -> Conversation:
        """Where it speaks, and is answered: a place of its own, or the one where it was made."""
        return self.place or Conversation(PLATFORM, self.name)

    @property
    def home(self) -> Conversation | None:
        """Where people hear of it."""
        return self.place or self.notify_to

    @property
    def spec(self) -> str:
        """What it must keep so that what it missed is still its own: another one begins anew."""
        return described(self.when) + ("" if self.enabled else ", off")

    @property
    def rule(self) -> PlaceRule:
        """What routing is told of its conversation."""
        session = None if self.session == "own" else self.session
        return PlaceRule(
            answer="all", waiting="queue", mode=self.mode, session=session, model=self.model
        )

    def may_fire(self, at: float) -> bool:
        """Whether it is active at that time."""
        return active(self.active, wall_of(at, self.zone))


def sender(job: Job) -> Sender:
    """Who speaks for a job: its file is the operator's own word; else it is anybody's."""
    if job.place is not None:
        return reminding()
    return Sender(PLATFORM, JOB_ID, f"the job {job.name}")


def reminding() -> Sender:
    """Who speaks for a reminder, which an engine may have made: nobody of rank."""
    return Sender(PLATFORM, REMINDER_ID, "a reminder")


def called(job: Job, request: str) -> str:
    """The name that a request of a job's session has where the job notifies."""
    return f"{hashlib.sha256(job.name.encode()).hexdigest()[:8]}.{request}"


def meant(job: Job, text: str) -> str | None:
    """A command about a request as it was `called`, in the words of the job's own place.

    None: it is no such command, or about another job's.
    """
    word, name, *rest = (*text.split(maxsplit=2), "", "")
    request = name.partition(".")[2]
    if word not in ANSWERS or not request or name != called(job, request):
        return None
    return " ".join(filter(None, (word, request, *rest)))


def _offered(job: Job, command: str) -> str | None:
    """A command of the job's own place, in the words of the place where it notifies."""
    word, name, *rest = (*command.split(maxsplit=2), "", "")
    if word not in ANSWERS or not name:
        return None
    return " ".join(filter(None, (word, called(job, name), *rest)))


def _menu(job: Job, body: Menu) -> Body | None:
    """About a request it is always told; what only offers what is done elsewhere is a warning."""
    offered = ((label, _offered(job, command)) for label, command in body.options)
    options = tuple((label, command) for label, command in offered if command)
    text = f"{job.name}: {body.text}"
    if options or not body.options:
        return Menu(text, options)
    return Notice(text, "warning") if job.notify != "never" else None


def retold(job: Job, body: Body) -> Body | None:
    """What is said of a job's body where it notifies; None: nothing.

    Receipts and progress concern nobody there. What it replies to is no message of that place, and
    of what it offers there is only left what is about the job's own requests.
    """
    match body:
        case Answer() if job.notify == "always" and not body.nothing:
            footer = " · ".join(part for part in (job.name, body.footer) if part)
            return replace(body, reply_to=None, footer=footer if body.footer else "")
        case Notice(tone=tone) if job.notify == "always" or (
            job.notify == "on-error" and tone != "info"
        ):
            return replace(body, reply_to=None, text=f"{job.name}: {body.text}")
        case File() if job.notify == "always":
            return body
        case ApprovalCard() | QuestionCard() | PlanCard():
            return replace(body, approval=called(job, body.approval))
        case Menu():
            return _menu(job, body)
        case _:
            return None
