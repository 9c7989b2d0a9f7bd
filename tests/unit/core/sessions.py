"""What the tests of a session share: places, prompts, ends, and what a run of events does."""

from __future__ import annotations

from carrel.core.effects import Say
from carrel.core.events import TurnEnded
from carrel.core.model import (
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    TurnId,
    Usage,
)
from carrel.core.session import step

PLACE = Conversation("console", "a")
OTHER = Conversation("console", "b")
KEY = SessionKey("console:a")
TOKEN = ResumeToken("scripted", "t1", "/")


def prompt(n: int, waiting: str = "queue", place: Conversation = PLACE, **more: bool) -> Prompt:
    return Prompt(
        MessageId(f"console/{n}"), place, "Ada", f"text {n}", waiting=waiting, at=float(n), **more
    )


def ended(turn: str, reason: str = "done", text: str = "well", *read: str) -> TurnEnded:
    return TurnEnded(TurnId(turn), reason, text, read, Usage(), TOKEN, 1.0)


def run(*events: object) -> tuple[Session, list[object]]:
    session, done = Session(KEY), []
    for event in events:
        session, effects = step(session, event)
        done += effects
    return session, done


def bodies(effects: list[object], kind: type) -> list[object]:
    return [
        e.outbound.body for e in effects if isinstance(e, Say) and isinstance(e.outbound.body, kind)
    ]
