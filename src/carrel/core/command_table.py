"""The table of commands: what a person can tell Carrel itself, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from carrel.core.choosing import CHOICES, DEFAULT
from carrel.core.events import GuestChoice, Rewinding, Setting, WaitingChoice
from carrel.core.model import BoundKind, Role

Pressed = Literal[
    "allow", "deny", "pick", "answer", "waiting", "wake", "switch", "again", "overspend", "missed",
    "guest", "edited", "rerun", "rebuild",
]  # fmt: skip
"""What buttons stand for."""

CommandName = Pressed | Literal[
    "stop", "new", "resume", "fork", "rewind", "forget",
    "status", "mode", "model", "effort", "queue",
    "files", "diff", "project", "worktree", "schedule", "grants", "compact", "run", "context",
    "usage", "export", "handoff", "doctor", "help",
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


NONE = "none"
"""What is typed for no project."""

KINDS = get_args(BoundKind)
TITLE = 60
"""Characters of a side thread's title."""

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
        "project",
        "Which project this works on, and why; an owner may bind it to another.",
        "member",
        (
            Argument("name", f"Which one, or {NONE}; nothing: only say.", False),
            Argument("workspace", "A copy of its own, or the folder itself.", False, KINDS),
        ),
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
        (
            Argument(
                "what",
                "`at 17:00 …`, `every 2h …`, a cron line; or run, pause, resume, edit, cancel.",
                required=False,
            ),
        ),
    ),
    Command(
        "compact",
        "Make room: the agent sums up what was said, in a turn of its own.",
        "member",
        (Argument("what", "What it shall keep in mind.", required=False),),
    ),
    Command(
        "run",
        "Have the agent's own command or skill run, in a turn of its own.",
        "member",
        (Argument("what", "Its name, and what it is given.", False, completed=True),),
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
    Command("doctor", "Look for what is not well, and say each mend.", "owner", private=True),
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
    Command(
        "rebuild",
        "Begin anew here what has its files on a host that is gone.",
        "approver",
        listed=False,
    ),
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
    Command(
        "edited",
        "Offer to run again from a message that was answered and is edited.",
        "member",
        (
            Argument("message", "The message."),
            Argument("words", "What it says now.", required=False),
        ),
        listed=False,
    ),
    Command(
        "rerun",
        "Go back to before an edited message, and run it as it is now.",
        "member",
        (Argument("edit", "The edit, as its card names it."),),
        listed=False,
    ),
    Command("help", "List these commands.", "guest", private=True),
)
