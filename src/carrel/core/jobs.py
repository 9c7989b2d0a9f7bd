"""Jobs as values: what their files say, who speaks for them, and what is said of them elsewhere."""

from __future__ import annotations

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

JOB_ID, REMINDER_ID = "job", "reminder"
Overlap = Literal["skip", "queue"]
Notify = Literal["always", "on-error", "never"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as its file says. Seconds throughout.

    `session`: `own`, `default`, or the address of the conversation whose session it shares.
    `catch_up`: so many fires that were missed are made up for, the newest. `zone`: of `active`.
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

    @property
    def conversation(self) -> Conversation:
        """Where it speaks, and is answered: a place of its own."""
        return Conversation(PLATFORM, self.name)

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
    """Who speaks for a job: its file is the operator's own word."""
    return Sender(PLATFORM, JOB_ID, f"the job {job.name}")


def reminding() -> Sender:
    """Who speaks for a reminder, which an engine may have made: nobody of rank."""
    return Sender(PLATFORM, REMINDER_ID, "a reminder")


def retold(job: Job, body: Body) -> Body | None:
    """What is said of a job's body where it notifies; None: nothing.

    Receipts and progress concern nobody there. What it replies to is no message of that place.
    """
    match body:
        case Answer() if job.notify == "always" and not body.nothing:
            footer = " · ".join(part for part in (job.name, body.footer) if part)
            return replace(body, reply_to=None, footer=footer if body.footer else "")
        case Notice(tone=tone) if job.notify == "always" or (
            job.notify == "on-error" and tone != "info"
        ):
            return replace(body, reply_to=None, text=f"{job.name}: {body.text}")
        case Menu(text=text) if job.notify != "never":
            return Notice(f"{job.name}: {text}", "warning")
        case File() if job.notify == "always":
            return body
        case ApprovalCard() | QuestionCard() | PlanCard():
            return body
        case _:
            return None
