"""What a person can press on what is shown. Each choice is a command, the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carrel.core.messages import ApprovalCard, Body, MissedCard, Progress

Weight = Literal["plain", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `ask`: the question whose answer is added to the command before it is sent."""

    label: str
    command: str
    weight: Weight = "plain"
    ask: str = ""


def choices(body: Body) -> tuple[Choice, ...]:
    """The choices that `body` leaves open now, the usual one first."""
    match body:
        case Progress():
            return (Choice("Stop", "/stop"),)
        case ApprovalCard(approval=approval, state="open"):
            return (
                Choice("Allow", f"/allow {approval}", "good"),
                Choice("Deny", f"/deny {approval}", "bad"),
                Choice("Deny and say why…", f"/deny {approval}", ask="Why? The agent is told."),
            )
        case MissedCard(state="open", count=count):
            what = "the missed message" if count == 1 else f"{count} missed messages"
            return (Choice(f"Answer {what}", "/missed answer", "good"), _IGNORE)
        case _:
            return ()


_IGNORE = Choice("Ignore", "/missed ignore")
