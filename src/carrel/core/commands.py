"""What is a command, and what it does: an event for the session of its conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never, get_args

from carrel.core import editing, engine_commands, guests
from carrel.core.choosing import freedom, may_raise
from carrel.core.command_table import COMMANDS, TITLE, Command, Pressed
from carrel.core.events import (
    Adjusted,
    AgainAsked,
    ApprovalAnswered,
    ForgetAsked,
    ForkAsked,
    GrantsAsked,
    HandoffAsked,
    Inquired,
    MissedSettled,
    NewAsked,
    OverspendAsked,
    PersonEvent,
    Prompted,
    QuestionAnswered,
    RebuildAsked,
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
from carrel.core.model import MessageId, Mode, Role, Route, Verdict, at_least

EVERYBODY = "everybody"
"""What is looked up with /usage of an owner's: who asked in other conversations is named."""

_ELSEWHERE = (
    "This place has approvers of its own, so only an owner may allow it for the whole project."
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
        case "project":
            return _project(call, inbound, role)
        case "usage":
            return Inquired(command, place, "usage", EVERYBODY if at_least(role, "owner") else "")
        case "files" | "diff" | "worktree" | "context" | "export" as what:
            return Inquired(command, place, what, call.argument)
        case "doctor":
            return Inquired(command, place, "doctor", "")
        case "schedule":
            return _scheduled(call, inbound, role)
        case "compact":
            return Prompted(inbound.prompt(route.waiting))
        case "run":
            return _run(call, inbound, route)
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
        case "allow" if rest == "project" and not _decides_for_others(role, route):
            return Told(command, place, _ELSEWHERE)
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
        case "rebuild":
            return RebuildAsked(command, place, inbound.at)
        case "again":
            return AgainAsked(command, place)
        case "missed":
            return _missed(call, inbound, by)
        case "guest":
            return guests.decision(inbound, first, rest)
        case "edited":
            return Inquired(command, place, "edited", first)
        case "rerun":
            edit = editing.named(inbound.source, first)
            return RewindAsked(command, place, "", "both", edited=edit)
        case _:
            assert_never(name)


def _scheduled(call: Call, inbound: Inbound, role: Role) -> PersonEvent:
    """Whoever may be heard may look; what is said here by itself is an approver's to change."""
    command, place, by = inbound.message_id, inbound.conversation, one_line(inbound.sender.name)
    if call.argument not in ("", "list") and not at_least(role, "approver"):
        text = f"Only an approver may change what is said here by itself; your role is {role!r}."
        return Told(command, place, text)
    return Inquired(command, place, "schedule", call.argument, by)


def _project(call: Call, inbound: Inbound, role: Role) -> PersonEvent:
    """What the agent works on is the operator's to say, or an owner's."""
    command, place = inbound.message_id, inbound.conversation
    if call.argument and not at_least(role, "owner"):
        text = f"Only an owner may bind a conversation to a project; your role is {role!r}."
        return Told(command, place, text)
    return Inquired(command, place, "project", call.argument)


def _rewinding(inbound: Inbound, turn: str, what: str) -> PersonEvent:
    """Without a word about what shall go back it is only looked at."""
    command, place = inbound.message_id, inbound.conversation
    chosen = next((one for one in get_args(Rewinding) if one == what), None)
    if chosen is None:
        return Inquired(command, place, "rewind", turn)
    return RewindAsked(command, place, turn, chosen)


def _run(call: Call, inbound: Inbound, route: Route) -> PersonEvent:
    """Without a name it is said which there are."""
    command, place = inbound.message_id, inbound.conversation
    if not call.argument:
        return Inquired(command, place, "run", "")
    if refusal := engine_commands.refusal(call.argument):
        return Told(command, place, refusal)
    return Prompted(inbound.prompt(route.waiting))


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
    if at_least(role, command.role):
        return ""
    return f"/{command.name} needs the role {command.role!r} here; yours is {role!r}."


def _decides_for_others(role: Role, route: Route) -> bool:
    """Whether what they allow may hold in other places of the same project too."""
    return route.approvers is None or at_least(role, "owner")


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
