"""The table of states and events, made by asking the state machine itself."""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import get_args

from carrel.core import events
from carrel.core.budgets import Funds, Hold, Limit
from carrel.core.effects import deeds
from carrel.core.events import Event
from carrel.core.messages import File, Notice
from carrel.core.model import (
    Approval,
    Conversation,
    Fallback,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    Terminal,
    Turn,
    TurnId,
    Usage,
    Verdict,
)
from carrel.core.routing import Rules, resolve
from carrel.core.session import step
from carrel.core.view import standing
from carrel.core.wishes import Wish

HERE = Conversation("console", "a")
TURN, COMMAND = TurnId("console:a#1"), MessageId("console/c")
REWIND = MessageId("console/r")
TOKEN = ResumeToken("scripted", "token-one", "/")


def _prompt(number: int, **more: object) -> Prompt:
    made = Prompt(MessageId(f"console/{number}"), HERE, "Ada", f"text {number}", at=float(number))
    return replace(made, **more)  # type: ignore[arg-type] # a test's own fields


APPROVAL = Approval("ask1", TURN, "Bash", "Run", "rm x", "/w", "digest", calls=("c1",))
IDLE = Session(
    SessionKey("console:a"),
    turns=1,
    resume=TOKEN,
    past=(Past(replace(TOKEN, value="old"), "", 1.0),),
)
WORKING = replace(IDLE, turn=Turn(TURN, (_prompt(1),), started_at=1.0))
USED_UP = Limit("all", 5.02, 5.0)
STANDS_IN = Fallback("haiku", 900.0, "console:a#1.end", HERE, aside=TOKEN)
HOLD = Hold("console:a.budget", HERE, USED_UP, 900.0, "UTC")
STATES: Mapping[str, Session] = {
    "idle": IDLE,
    "working": WORKING,
    "waiting": replace(WORKING, waiting=(_prompt(2),)),
    "asking": replace(WORKING, approvals=(APPROVAL,)),
    "stopping": replace(WORKING, turn=replace(WORKING.turn or Turn(TURN, ()), stopping="stop")),
    "paused": replace(IDLE, waiting=(_prompt(2),), paused_until=900.0),
    "held": replace(
        IDLE, waiting=(_prompt(2),), paused_until=900.0, hold=HOLD, funds=Funds((USED_UP,), 900.0)
    ),
    "fallback": replace(IDLE, resume=replace(TOKEN, value="token-two"), fallback=STANDS_IN),
    "leaving": replace(IDLE, leaving=True),
    "rewinding": replace(IDLE, waiting=(_prompt(2),), rewinding=REWIND),
    "terminal": replace(IDLE, terminal=Terminal(HERE, 1.0, begun=True)),
    "away": replace(WORKING, waiting=(_prompt(2),), away="alpha-1a2b"),
}
"""Each state by its name; `waiting` is working with something in the queue."""


def samples() -> tuple[Event, ...]:
    """One event of each kind, about what the states hold."""
    return (*_of_people(), *_of_the_world(), *_of_the_engine())


def _of_people() -> tuple[Event, ...]:
    route = resolve(HERE, Rules())
    return (
        events.Prompted(_prompt(3)),
        events.WaitingChanged(COMMAND, HERE, MessageId("console/2"), "drop"),
        events.StopAsked(COMMAND, HERE, "Ada"),
        events.NewAsked(COMMAND, HERE, "Ada", 5.0),
        events.WakeAsked(COMMAND, HERE, 5.0),
        events.SwitchAsked(COMMAND, HERE, "haiku", ("haiku",), 5.0),
        events.OverspendAsked(COMMAND, HERE, 5.0),
        events.AgainAsked(COMMAND, HERE),
        events.RebuildAsked(COMMAND, HERE, 5.0),
        events.ResumeAsked(COMMAND, HERE, "old", 5.0),
        events.ForgetAsked(COMMAND, HERE, sure=True),
        events.ApprovalAnswered(COMMAND, HERE, "ask1", Verdict("allow"), "Ada"),
        events.QuestionAnswered(COMMAND, HERE, "ask1", "Ada", pick="1.1"),
        events.MissedSettled(COMMAND, HERE, answer=True, by="Ada"),
        events.GuestSettled(COMMAND, HERE, MessageId("console/7"), "once", "Ada", 5.0),
        events.Adjusted(COMMAND, HERE, "mode", "plan", "owner", route),
        events.GrantsAsked(COMMAND, HERE, ""),
        events.HandoffAsked(COMMAND, HERE, back=True),
        events.Inquired(COMMAND, HERE, "files", ""),
        events.ForkAsked(COMMAND, HERE, "aside"),
        events.RewindAsked(COMMAND, HERE, "1", "both"),
        events.StatusAsked(COMMAND, HERE),
        events.Told(COMMAND, HERE, "well"),
    )


def _of_the_world() -> tuple[Event, ...]:
    return (
        events.Amended(_prompt(2, text="anew")),
        events.Retracted(MessageId("console/2")),
        events.Missed(_prompt(4)),
        events.GuestCame(_prompt(6)),
        events.Vanished(HERE, own=True),
        events.Expected(HERE),
        events.Restored(5.0),
        events.Halted(),
        events.LetterSettled(_prompt(5), again=True, at=5.0),
        events.Overdue(MessageId("console/1")),
        events.Woken(1000.0),
        events.Lingered(5.0),
        events.Stalled(TURN, 300.0),
        events.Stirred(TURN),
        events.Begun(TURN),
        events.Unanswered("ask1", 300.0),
        events.GivenBack(TURN, MessageId("console/2"), "queue", ok=True),
        events.Discarded(),
        events.TakenAside(COMMAND, HERE, _prompt(6), Notice("well"), ok=False, at=9.0),
        events.TerminalCame(HERE, 5.0),
        events.TerminalLeft(9.0, TOKEN),
        events.Found(COMMAND, HERE, Notice("well")),
        events.Rewound(REWIND, HERE, Notice("well"), moved=True, resume=TOKEN, at=9.0),
    )


def _of_the_engine() -> tuple[Event, ...]:
    return (
        events.Wrote(TURN, "x"),
        events.Thought(TURN),
        events.ToolStarted(TURN, "c", "Bash", "ls"),
        events.ToolEnded(TURN, "c", ok=True),
        events.Waited(TURN, "a retry"),
        events.Taken(TURN, (MessageId("console/2"),)),
        events.ApprovalAsked(TURN, replace(APPROVAL, id="ask2", digest="other", calls=("c2",))),
        events.FileOffered(TURN, "f", File("a.txt", "text/plain", 1, "/o/a.txt")),
        events.Wished(TURN, "w", Wish("list")),
        events.Compacted(TURN, 9000, 900),
        events.Forgot(TURN, "Earlier context was lost."),
        events.Answered(TURN, (MessageId("console/1"),), "well", Usage(), TOKEN),
        events.TurnEnded(TURN, "done", "well", (MessageId("console/1"),), Usage(), TOKEN, 9.0),
    )


def kinds() -> frozenset[type]:
    """Every kind of event that there is."""
    return frozenset(_leaves(Event))


def _leaves(union: object) -> Iterable[type]:
    for one in get_args(union):
        yield from _leaves(one) if get_args(one) else (one,)


def table() -> str:
    """A row for each event, a column for each state: the state after it, and what is to be done."""
    head = ["| event |", *(f" {name} |" for name in STATES)]
    rule = ["|---|", *("---|" for _ in STATES)]
    rows = [_row(event) for event in samples()]
    return "\n".join(["".join(head), "".join(rule), *rows, ""])


def _row(event: Event) -> str:
    cells = (_cell(before, event) for before in STATES.values())
    return f"| {type(event).__name__} | " + " | ".join(cells) + " |"


def _cell(before: Session, event: Event) -> str:
    after, effects = step(before, event)
    to_do = ", ".join(dict.fromkeys(type(deed).__name__ for deed in deeds(effects)))
    now = standing(after)
    moved = "·" if now == standing(before) else f"**{now}**"
    return f"{moved} {to_do}".strip()
