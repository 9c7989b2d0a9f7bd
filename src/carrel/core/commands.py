"""The table of commands: what a person can tell Carrel itself, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from carrel.core.events import (
    ApprovalAnswered,
    MissedSettled,
    NewAsked,
    PersonEvent,
    StatusAsked,
    StopAsked,
    Told,
)
from carrel.core.material import one_line
from carrel.core.messages import Inbound
from carrel.core.model import Role

CommandName = Literal["stop", "new", "status", "help", "allow", "deny", "missed"]

_RANK: tuple[Role, ...] = ("guest", "member", "approver", "owner")


@dataclass(frozen=True, slots=True)
class Argument:
    """A word after a command. `options`: the only words that it may be; empty: any."""

    name: str
    help: str
    required: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One row: what is typed, what it does, and the weakest role that may use it.

    `private`: the answer concerns nobody but who asks, where a platform can keep it from others.
    """

    name: CommandName
    help: str
    role: Role
    arguments: tuple[Argument, ...] = ()
    private: bool = False

    @property
    def usage(self) -> str:
        """How it is typed: `/deny ID [WHY]`."""
        return " ".join([f"/{self.name}", *(_typed(argument) for argument in self.arguments)])


def _typed(argument: Argument) -> str:
    word = "|".join(argument.options) or argument.name.upper()
    return word if argument.required else f"[{word}]"


_ID = Argument("id", "The request, as its card names it.")

COMMANDS: tuple[Command, ...] = (
    Command("stop", "Cancel what waits, then stop the running turn.", "member"),
    Command("new", "Begin a fresh engine conversation; files and memory stay.", "member"),
    Command("status", "Say how this session stands.", "member", private=True),
    Command("allow", "Allow what the agent asked for.", "approver", (_ID,)),
    Command(
        "deny",
        "Refuse it; the reason reaches the agent.",
        "approver",
        (_ID, Argument("why", "What the agent is told.", required=False)),
    ),
    Command(
        "missed",
        "Say what becomes of messages that came while nobody listened.",
        "member",
        (Argument("what", "Answer or ignore them.", options=("answer", "ignore")),),
    ),
    Command("help", "List these commands.", "member", private=True),
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
    command, place, by = inbound.message_id, inbound.conversation, one_line(inbound.sender.name)
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
        case "missed":
            if call.argument not in ("answer", "ignore"):
                return Told(command, place, f"Write {call.command.usage}.")
            return MissedSettled(command, place, call.argument == "answer", by)
        case _:
            assert_never(call.command.name)


def help_text() -> str:
    """The table as a list, one command a line."""
    return "\n".join(f"{command.usage}: {command.help}" for command in COMMANDS)
