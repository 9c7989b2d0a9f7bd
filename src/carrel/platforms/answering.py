"""What whoever presses a button or types a command is told, in the same words on every network."""

from __future__ import annotations

from carrel.core.commands import find
from carrel.ports.platform import Verdict

SLOW = "It takes a moment to be taken in."
AWAY = "Carrel cannot take it right now; please try again in a moment."

DEAF = (
    "Carrel does not listen to you here; its owner can change [people], or `answer` for this "
    "conversation, in carrel.toml."
)


def told(verdict: Verdict) -> str:
    """What the person must be told; nothing where the command is taken in."""
    match verdict.outcome:
        case "refused":
            return verdict.reason
        case "ignored":
            return DEAF
        case _:
            return ""


def wanted(command: str) -> str:
    """What the words after a command are, as the table of commands says it."""
    call = find(command)
    return call.command.arguments[-1].help if call and call.command.arguments else "Your words."


def is_private(text: str) -> bool:
    """Whether it is a command whose answer is for nobody else's eyes."""
    call = find(text)
    return call is not None and call.command.private
