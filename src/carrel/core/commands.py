"""The table of commands: what a person can tell Carrel itself, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never, get_args

from carrel.core import guests
from carrel.core.choosing import CHOICES, DEFAULT, freedom, may_raise
from carrel.core.events import (
    Adjusted,
    AgainAsked,
    ApprovalAnswered,
    ForgetAsked,
    ForkAsked,
    GrantsAsked,
    GuestChoice,
    HandoffAsked,
    Inquired,
    MissedSettled,
    NewAsked,
    OverspendAsked,
    PersonEvent,
    Prompted,
    QuestionAnswered,
    ResumeAsked,
    RewindAsked,
    Rewinding,
    Setting,
    StatusAsked,
    StopAsked,
    SwitchAsked,
    Told,
    WaitingChanged,
    WaitingChoice,
    WakeAsked,
)
from carrel.core.material import one_line
from carrel.core.messages import Inbound
from carrel.core.model import RANKS, MessageId, Mode, Role, Route, Verdict

Pressed = Literal[
    "allow", "deny", "pick", "answer", "waiting", "wake", "switch", "again", "overspend", "missed",
    "guest",
]  # fmt: skip
"""What buttons stand for."""

CommandName = Pressed | Literal[
    "stop", "new", "resume", "fork", "rewind", "forget", "status", "mode", "model", "effort",
    "queue", "files", "diff", "worktree", "schedule", "grants", "compact", "context", "usage",
    "export", "handoff", "help",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Argument:
    """A word after a command. `options`: the only words that it may be; empty: any.

    `completed`: what it may be can be asked, as the session stands (`core.completing`).
    """

    name: str
    help: str
    required: bool = True
    options: tuple[str, ...] = ()
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One row: what is typed, what it does, and the weakest role that may use it.

    `private`: the answer concerns nobody but who asks, where a platform can keep it from others.
    `listed`: it is offered; the others are what buttons stand for.
    """

    name: CommandName
    help: str
    role: Role
    arguments: tuple[Argument, ...] = ()
    private: bool = False
    listed: bool = True

    @property
    def usage(self) -> str:
        """How it is typed: `/deny ID [WHY]`."""
        return " ".join([f"/{self.name}", *(_typed(argument) for argument in self.arguments)])


def _typed(argument: Argument) -> str:
    word = "|".join(argument.options) or argument.name.upper()
    return word if argument.required else f"[{word}]"


TITLE = 60
"""Characters of a side thread's title."""

_SCHEDULED = "`at 17:00 …`, `every 2h …`, a cron line; or run, pause, resume, edit, cancel."
HOW = ("once", "session", "always", "project", "ask")
_ID = Argument("id", "The request, as its card names it.")
_MESSAGE = Argument("message", "The message, as its card names it.")
_MODEL = (Argument("model", "Which one; nothing: list them.", required=False),)


def _one_of(setting: Setting) -> Argument:
    """What may be chosen for a setting, or the way back to the rules."""
    options = (*CHOICES[setting], DEFAULT) if CHOICES[setting] else ()
    text = "What shall hold from now on; nothing: only say."
    return Argument("value", text, False, options, completed=not options)


COMMANDS: tuple[Command, ...] = (
    Command("stop", "Cancel what waits, then stop the running turn.", "member"),
    Command("new", "Begin a fresh engine conversation; files and memory stay.", "member"),
    Command(
        "resume",
        "Go on with an earlier engine conversation.",
        "member",
        (Argument("name", "Which one; nothing: list them.", False, completed=True),),
    ),
    Command(
        "fork",
        "Begin a side thread with the whole context; what is here goes on untouched.",
        "member",
        (Argument("title", "What the side thread is called.", required=False),),
    ),
    Command(
        "rewind",
        "Go back to before a turn: the conversation, the files, or both.",
        "member",
        (
            Argument("turn", "Its number; nothing: list them.", required=False),
            Argument("what", "Nothing: only show.", False, get_args(Rewinding)),
        ),
    ),
    Command(
        "forget",
        "Put the session's files, memory and conversations into the trash.",
        "owner",
        (Argument("sure", "Do it without being asked again.", False, ("yes",)),),
    ),
    Command("status", "Say how this session stands.", "guest", private=True),
    Command("mode", "What the agent may do unasked, and why.", "member", (_one_of("mode"),)),
    Command("model", "Which model answers here, and why.", "member", (_one_of("model"),)),
    Command("effort", "How hard the model thinks, and why.", "member", (_one_of("effort"),)),
    Command(
        "queue",
        "What waits, and what a message does during a turn.",
        "member",
        (_one_of("waiting"),),
    ),
    Command(
        "files",
        "List the files that the session works on.",
        "member",
        (Argument("folder", "A folder of them.", False, completed=True),),
        private=True,
    ),
    Command(
        "diff",
        "Show what was changed in the project.",
        "member",
        (Argument("page", "Which page of it.", required=False),),
    ),
    Command(
        "worktree",
        "Show the work on the project, merge it, push it, or let go of it.",
        "approver",
        (Argument("what", "Nothing: only show.", False, ("merge", "push", "discard")),),
    ),
    Command(
        "schedule",
        "List what is said here at set times, or add to it.",
        "member",
        (Argument("what", _SCHEDULED, required=False),),
    ),
    Command(
        "compact",
        "Make room: the agent sums up what was said, in a turn of its own.",
        "member",
        (Argument("what", "What it shall keep in mind.", required=False),),
    ),
    Command("context", "How full the agent's context is.", "member", private=True),
    Command("usage", "What was spent: here, by all of them, and by whom.", "member", private=True),
    Command("export", "Send this conversation as a page, without its secrets.", "member"),
    Command(
        "grants",
        "List what is allowed without being asked, or take it back.",
        "approver",
        (Argument("revoke", "Which one to take back.", False, completed=True),),
    ),
    Command(
        "handoff",
        "Go on in a terminal, or take the session back from there.",
        "approver",
        (Argument("what", "Nothing: say how.", False, ("back",)),),
    ),
    Command(
        "allow",
        "Allow what the agent asked for.",
        "approver",
        (_ID, Argument("how", "For how long; with a plan: ask for edits.", False, HOW)),
        listed=False,
    ),
    Command(
        "deny",
        "Refuse it; the reason reaches the agent.",
        "approver",
        (_ID, Argument("why", "What the agent is told.", required=False)),
        listed=False,
    ),
    Command(
        "pick",
        "Choose an option of a question.",
        "member",
        (_ID, Argument("option", "The question's number, a dot, the option's.")),
        listed=False,
    ),
    Command(
        "answer",
        "Answer a question in your own words.",
        "member",
        (_ID, Argument("words", "What the agent is told.")),
        listed=False,
    ),
    Command(
        "waiting",
        "Say what becomes of a message that waits.",
        "member",
        (Argument("what", "What shall become of it.", options=get_args(WaitingChoice)), _MESSAGE),
        listed=False,
    ),
    Command("wake", "Try again although a usage limit was reached.", "member", listed=False),
    Command("switch", "Have another model go on until it is over.", "member", _MODEL, listed=False),
    Command("overspend", "Go on today although a budget is used up.", "owner", listed=False),
    Command("again", "Begin a turn anew that stands still.", "member", listed=False),
    Command(
        "missed",
        "Say what becomes of messages that came while nobody listened.",
        "member",
        (Argument("what", "Answer or ignore them.", options=("answer", "ignore")),),
        listed=False,
    ),
    Command(
        "guest",
        "Say what becomes of a guest's message.",
        "owner",
        (Argument("what", "Which of these.", options=get_args(GuestChoice)), _MESSAGE),
        listed=False,
    ),
    Command("help", "List these commands.", "guest", private=True),
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


def event_of(call: Call, inbound: Inbound, role: Role, route: Route) -> PersonEvent:
    """What the command does, as an event for the session of its conversation."""
    if refusal := _refusal(call.command, role):
        return Told(inbound.message_id, inbound.conversation, refusal)
    return _event_of(call, inbound, role, route)


def _event_of(call: Call, inbound: Inbound, role: Role, route: Route) -> PersonEvent:
    command, place, by = inbound.message_id, inbound.conversation, one_line(inbound.sender.name)
    first, rest = _first_word(call.argument)
    match call.command.name:
        case "stop":
            return StopAsked(command, place, by)
        case "new":
            return NewAsked(command, place, by, inbound.at)
        case "resume":
            return ResumeAsked(command, place, first, inbound.at)
        case "fork":
            return ForkAsked(command, place, one_line(call.argument, TITLE))
        case "rewind":
            return _rewinding(inbound, first, rest)
        case "forget":
            return ForgetAsked(command, place, sure=first == "yes")
        case "status":
            return StatusAsked(command, place)
        case "mode" | "model" | "effort" | "queue" as word:
            setting: Setting = "waiting" if word == "queue" else word
            return Adjusted(command, place, setting, first, role, route)
        case "files" | "diff" | "worktree" | "usage" | "context" | "export" as what:
            return Inquired(command, place, what, call.argument)
        case "schedule":
            return _scheduled(call, inbound, role)
        case "compact":
            return Prompted(inbound.prompt(route.waiting))
        case "help":
            return Told(command, place, help_text())
        case "grants":
            return GrantsAsked(command, place, first, route.project or "")
        case "handoff":
            return HandoffAsked(command, place, back=first == "back")
        case pressed:
            return _pressed(pressed, call, inbound, role, route)


def _pressed(name: Pressed, call: Call, inbound: Inbound, role: Role, route: Route) -> PersonEvent:
    command, place, by = inbound.message_id, inbound.conversation, one_line(inbound.sender.name)
    first, rest = _first_word(call.argument)
    match name:
        case "allow":
            return ApprovalAnswered(command, place, first, _allowed(rest, role, route), by)
        case "deny":
            return ApprovalAnswered(command, place, first, Verdict("deny", rest), by)
        case "pick":
            return QuestionAnswered(command, place, first, by, pick=rest or "?")
        case "answer":
            return QuestionAnswered(command, place, first, by, words=rest)
        case "waiting":
            return _waiting(call, inbound, first, rest)
        case "wake":
            return WakeAsked(command, place, inbound.at)
        case "switch":
            return SwitchAsked(command, place, first, route.models, inbound.at)
        case "overspend":
            return OverspendAsked(command, place, inbound.at)
        case "again":
            return AgainAsked(command, place)
        case "missed":
            return _missed(call, inbound, by)
        case "guest":
            return guests.decision(inbound, first, rest)
        case _:
            assert_never(name)


def _scheduled(call: Call, inbound: Inbound, role: Role) -> PersonEvent:
    """Whoever may be heard may look; what is said here by itself is an approver's to change."""
    command, place, by = inbound.message_id, inbound.conversation, one_line(inbound.sender.name)
    if call.argument and RANKS.index(role) < RANKS.index("approver"):
        text = f"Only an approver may change what is said here by itself; your role is {role!r}."
        return Told(command, place, text)
    return Inquired(command, place, "schedule", call.argument, by)


def _rewinding(inbound: Inbound, turn: str, what: str) -> PersonEvent:
    """Without a word about what shall go back it is only looked at."""
    command, place = inbound.message_id, inbound.conversation
    chosen = next((one for one in get_args(Rewinding) if one == what), None)
    if chosen is None:
        return Inquired(command, place, "rewind", turn)
    return RewindAsked(command, place, turn, chosen)


def _missed(call: Call, inbound: Inbound, by: str) -> PersonEvent:
    if call.argument not in ("answer", "ignore"):
        return Told(inbound.message_id, inbound.conversation, f"Write {call.command.usage}.")
    answer = call.argument == "answer"
    return MissedSettled(inbound.message_id, inbound.conversation, answer, by)


def _waiting(call: Call, inbound: Inbound, first: str, message: str) -> PersonEvent:
    command, place = inbound.message_id, inbound.conversation
    choice = next((one for one in get_args(WaitingChoice) if one == first), None)
    if choice is None:
        return Told(command, place, f"Write {call.command.usage}.")
    return WaitingChanged(command, place, MessageId(message), choice)


def _refusal(command: Command, role: Role) -> str:
    """Why who has this role may not use it; empty if they may."""
    if RANKS.index(role) >= RANKS.index(command.role):
        return ""
    return f"/{command.name} needs the role {command.role!r}; yours is {role!r}."


def _allowed(how: str, role: Role, route: Route) -> Verdict:
    """Once, if nothing else is said; a plan with edits unasked, by whoever may raise the mode."""
    edits = how != "ask" and (may_raise(role, route) or freedom(route.mode) >= freedom("edit"))
    mode: Mode = "edit" if edits else "ask"
    match how:
        case "session" | "always" | "project":
            return Verdict("allow", scope=how, mode=mode)
        case _:
            return Verdict("allow", mode=mode)


def _first_word(argument: str) -> tuple[str, str]:
    first, *rest = argument.split(maxsplit=1) or ("",)
    return first, rest[0] if rest else ""


def help_text() -> str:
    """The table as a list, one command a line; what buttons stand for is left out."""
    listed = (command for command in COMMANDS if command.listed)
    return "\n".join(f"{command.usage}: {command.help}" for command in listed)
