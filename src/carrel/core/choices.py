"""What a person can press on what is shown. Each choice is a command, the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carrel.core.messages import (
    ApprovalCard,
    Body,
    Menu,
    MissedCard,
    PlanCard,
    Progress,
    QuestionCard,
    WaitingCard,
)

Weight = Literal["plain", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `ask`: the question whose answer is added to the command before it is sent.

    Choices of one `row` belong together, and may be shown as a list where they are many.
    """

    label: str
    command: str
    weight: Weight = "plain"
    ask: str = ""
    row: int = 0


def choices(body: Body) -> tuple[Choice, ...]:
    """The choices that `body` leaves open now, the usual one first."""
    match body:
        case Progress():
            return (Choice("Stop", "/stop"),)
        case ApprovalCard(state="open"):
            return _of_approval(body)
        case PlanCard(approval=approval, state="open"):
            return (
                Choice("Accept", f"/allow {approval}", "good"),
                Choice("Accept, ask for edits", f"/allow {approval} ask"),
                Choice("Keep planning…", f"/deny {approval}", ask="What shall change in the plan?"),
            )
        case QuestionCard(state="open"):
            return (*_options(body), *_beside(body))
        case Menu(options=options):
            return tuple(Choice(label, command) for label, command in options)
        case WaitingCard():
            return _of_waiting(body)
        case MissedCard(state="open", count=count):
            what = "the missed message" if count == 1 else f"{count} missed messages"
            return (Choice(f"Answer {what}", "/missed answer", "good"), _IGNORE)
        case _:
            return ()


def _of_approval(card: ApprovalCard) -> tuple[Choice, ...]:
    """What allows, and in a row of its own where that is full, what denies."""
    name, row = card.approval, int(bool(card.project))
    good = Choice(f"Always: {card.always}", f"/allow {name} always")
    everywhere = Choice(f"In all of project {card.project}", f"/allow {name} project")
    return (
        Choice("Allow", f"/allow {name}", "good"),
        Choice("Allow for this session", f"/allow {name} session"),
        *((good,) if card.always else ()),
        *((everywhere,) if card.project else ()),
        Choice("Deny", f"/deny {name}", "bad", row=row),
        Choice("Deny and say why…", f"/deny {name}", ask="Why? The agent is told.", row=row),
    )


def _options(card: QuestionCard) -> tuple[Choice, ...]:
    """The options, a tick before those that are chosen where several may be."""
    picked = {label for label in card.picked if card.question.many}
    return tuple(
        Choice(
            f"✓ {option.label}" if option.label in picked else option.label,
            f"/pick {card.approval} {card.step}.{number}",
            "good" if option.label in picked else "plain",
        )
        for number, option in enumerate(card.question.options, 1)
    )


def _beside(card: QuestionCard) -> tuple[Choice, ...]:
    name = card.approval
    done = Choice("Done", f"/pick {name} {card.step}.done", "good", row=1)
    other = Choice("Other…", f"/answer {name}", ask="In your own words", row=1)
    back = Choice("Back", f"/pick {name} back", row=1)
    return (
        *((done,) if card.picked else ()),
        other,
        *((back,) if card.step > 1 else ()),
    )


def _of_waiting(card: WaitingCard) -> tuple[Choice, ...]:
    steer = Choice("⚡ Steer now", f"/waiting steer {card.message}")
    later = Choice("⏭ After this turn", f"/waiting queue {card.message}")
    drop = Choice("✕ Take back", f"/waiting drop {card.message}", "bad")
    if card.mode == "steer":
        return (later, drop)
    return (steer, Choice("🌿 Side thread", f"/waiting side {card.message}"), drop)


_IGNORE = Choice("Ignore", "/missed ignore")
