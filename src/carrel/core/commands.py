"""The table of commands: what a person can tell Carrel itself, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carrel.core.events import (
    ApprovalAnswered,
    NewAsked,
    PersonEvent,
    StatusAsked,
    StopAsked,
    Told,
)
from carrel.core.messages import Inbound
from carrel.core.model import Role

CommandName = Literal["stop", "new", "status", "help", "allow", "deny"]

_RANK: tuple[Role, ...] = ("guest", "member", "approver", "owner")


@dataclass(frozen=True, slots=True)
class Command:
    """One row: how it is typed, what it does, and the weakest role that may use it."""

    name: CommandName
    usage: str
    help: str
    role: Role


COMMANDS: tuple[Command, ...] = (
    Command("stop", "/stop", "Cancel what waits, then stop the running turn.", "member"),
    Command("new", "/new", "Begin a fresh engine conversation; files and memory stay.", "member"),
    Command("status", "/status", "Say how this session stands.", "member"),
    Command("allow", "/allow ID", "Allow what the agent asked for.", "approver"),
    Command("deny", "/deny ID [WHY]", "Refuse it; the reason reaches the agent.", "approver"),
    Command("help", "/help", "List these commands.", "member"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A command as typed."""

    command: Command
    argument: str


def find(text: str) -> Call | None:
    """The command that `text` is, or None: then it is a prompt, engine commands included."""
    head, _, argument = text.strip().partition(" ")
    for command in COMMANDS:
        if head == f"/{command.name}":
            return Call(command, argument.strip())
    return None


def event_of(call: Call, inbound: Inbound, role: Role) -> PersonEvent:
    """What the command does, as an event for the session of its conversation."""
    command, place, by = inbound.message_id, inbound.conversation, inbound.sender.name
    if _RANK.index(role) < _RANK.index(call.command.role):
        text = f"/{call.command.name} needs the role {call.command.role!r}; yours is {role!r}."
        return Told(command, place, text)
    match call.command.name:
        case "stop":
            return StopAsked(command, place, by)
        case "new":
            return NewAsked(command, place, by)
        case "status":
            return StatusAsked(command, place)
        case "help":
            return Told(command, place, help_text())
        case "allow" | "deny":
            approval, *reason = call.argument.split(maxsplit=1) or ("",)
            return ApprovalAnswered(command, place, approval, call.command.name, by, *reason)


def help_text() -> str:
    """The table as a list, one command a line."""
    return "\n".join(f"{command.usage}: {command.help}" for command in COMMANDS)
