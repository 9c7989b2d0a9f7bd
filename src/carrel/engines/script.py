"""What a scripted engine can be told to do: the steps of a turn, and the script that echoes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from carrel.core.messages import File
from carrel.core.model import Option, Question, RequestKind
from carrel.core.wishes import Wish


@dataclass(frozen=True, slots=True)
class Say:
    """Write a piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """Think, visibly."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Use a tool. What was steered meanwhile is taken in when it comes back."""

    name: str
    summary: str = ""
    ok: bool = True


@dataclass(frozen=True, slots=True)
class AskFor:
    """Ask a person. Denied, the turn ends there with `denied: <reason>` as its answer.

    The answers to `questions` become lines of the turn's answer.
    """

    title: str
    tool: str = "Bash"
    detail: str = ""
    kind: RequestKind = "tool"
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class SendFile:
    """Send a file that lies in the outbox already."""

    file: File


@dataclass(frozen=True, slots=True)
class Want:
    """Want something of the schedules; what came of it is a line of the answer."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Nothing:
    """Say that there is nothing to report."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Stand still until a test opens the gate."""

    gate: asyncio.Event = field(default_factory=asyncio.Event, compare=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Wait for the world, and say so."""

    text: str


@dataclass(frozen=True, slots=True)
class Hang:
    """Stand still until the turn is stopped."""


@dataclass(frozen=True, slots=True)
class Fail:
    """End the turn as failed."""

    text: str = "It did not work."


@dataclass(frozen=True, slots=True)
class Lose:
    """Die: the turn ends as lost, and the engine must be opened anew."""

    text: str = "The engine went away."


@dataclass(frozen=True, slots=True)
class Limit:
    """End the turn at a usage limit that lifts at `resets_at` (unix seconds)."""

    resets_at: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost so many dollars. Where that is more than the turn may spend, it ends as failed."""

    dollars: float


Step = (
    Say
    | Think
    | Tool
    | AskFor
    | SendFile
    | Want
    | Nothing
    | Wait
    | Note
    | Hang
    | Fail
    | Lose
    | Limit
    | Cost
)
Script = Callable[[str], Iterable[Step]]


def echoing(text: str) -> Iterable[Step]:
    """The default, by the first word, such as hang, fail, ask, cost, list or nothing; or echo."""
    first, _, rest = text.strip().partition(" ")
    match first.lower():
        case "hang":
            return (Hang(),)
        case "fail":
            return (Fail(rest or "It did not work."),)
        case "lose":
            return (Lose(),)
        case "limit":
            return (Limit(float(rest) if rest else None),)
        case "ask":
            return (AskFor(rest or "May I?"), Say("allowed"))
        case "choose":
            options = tuple(map(Option, rest.split() or ("yes", "no")))
            question = Question("Which one?", options)
            return (AskFor("Asks", "Ask", kind="question", questions=(question,)), Say("so be it"))
        case "plan":
            return (
                AskFor("A plan", "Plan", rest or "1. do it", kind="plan"),
                Say("done as planned"),
            )
        case "cost":
            return (Cost(float(rest)), Say(f"cost {rest}"))
        case "tool":
            return (Tool("Bash", rest), Say(f"ran: {rest}"))
        case "list":
            return (Want(Wish("list")),)
        case "nothing":
            return (Nothing(), Say("nothing to report"))
        case _:
            return (Say(f"echo: {text}"),)
