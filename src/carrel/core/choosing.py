"""What people choose for a session: mode, waiting mode, model and effort, and why each holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, get_args

from carrel.core import fallback, turns, view
from carrel.core.effects import Choose, Step
from carrel.core.events import Adjusted, Setting
from carrel.core.material import one_line, words
from carrel.core.model import Chosen, Effort, Mode, Role, Route, Session, WaitingMode, at_least

DEFAULT = "default"
"""What is typed to leave a setting to the rules again."""

CHOICES: Mapping[Setting, tuple[str, ...]] = MappingProxyType(
    {
        "mode": get_args(Mode),
        "waiting": get_args(WaitingMode),
        "effort": get_args(Effort),
        "model": (),
    }
)
"""The values that each may have; none are listed where the engine decides."""

_FREEDOM: tuple[Mode, ...] = ("plan", "ask", "edit", "auto")
"""The modes by how much the agent may do unasked."""

_MEANS: Mapping[str, str] = MappingProxyType(
    {
        "ask": "it asks before it runs or changes anything",
        "edit": "it edits files in its workspace unasked, and asks for the rest",
        "plan": "it only looks, and shows a plan first",
        "auto": "it does everything unasked, within its walls",
        "steer": "a message during a turn goes to the agent at once",
        "queue": "messages are answered one by one",
        "collect": "what waits becomes one turn",
        "interrupt": "a message stops the turn and takes its place",
    }
)
LONGEST_NAME = 100
SHOWN = 60
"""Characters of a message that waits, in a list of them."""


def adjusted(session: Session, event: Adjusted) -> Step:
    """Choose, or say what is in force and why. It holds from the next turn on."""
    if event.value:
        refusal = _refusal(session, event)
        if refusal:
            return session, view.obeyed(event.command, event.conversation, refusal)
        changed: dict[str, Any] = {event.setting: None if event.value == DEFAULT else event.value}
        session = replace(session, chosen=replace(session.chosen, **changed))
        records = (Choose(session.chosen),)
        told = view.obeyed(event.command, event.conversation, in_force(session.chosen, event))
        if event.setting == "model" and fallback.away(session):
            session, effects = turns.back(session, at=0.0)
            return session, (*records, *told, *effects)
        return session, (*records, *told)
    waits = _queue(session) if event.setting == "waiting" else ""
    stands_in = fallback.why(session) if event.setting == "model" else ""
    return session, view.obeyed(
        event.command, event.conversation, stands_in + in_force(session.chosen, event) + waits
    )


def _queue(session: Session) -> str:
    """What waits, in its order, each by its first words."""
    if not session.waiting:
        return " Nothing waits."
    heads = (one_line(words(p) or "a file", SHOWN) for p in session.waiting)
    return "".join(f"\n{number}. {head}" for number, head in enumerate(heads, 1))


def _refusal(session: Session, event: Adjusted) -> str:
    """Why this cannot be chosen; empty if it can."""
    allowed, value = CHOICES[event.setting], event.value
    if value != DEFAULT and allowed and value not in allowed:
        return f"Choose one of {', '.join(allowed)}, or {DEFAULT}."
    if len(value) > LONGEST_NAME:
        return "No model has a name that long."
    return _not_raised(session, event) if event.setting == "mode" else ""


def _not_raised(session: Session, event: Adjusted) -> str:
    route = event.route
    wanted = route.mode if event.value == DEFAULT else event.value
    if wanted == "auto" and not route.walled:
        return 'Mode auto needs walls round the session: isolation = "strict" in carrel.toml.'
    now = session.chosen.mode or route.mode
    if freedom(wanted) > max(freedom(now), freedom(route.mode)) and not may_raise(
        event.role, route
    ):
        return f"Only the role {route.raising!r} may let the agent do more unasked here."
    return ""


def freedom(mode: str) -> int:
    """How much a mode lets the agent do unasked; more is more."""
    return [str(one) for one in _FREEDOM].index(mode)


def may_raise(role: Role, route: Route) -> bool:
    """Whether who has this role may let the agent do more there."""
    return at_least(role, route.raising)


def in_use(route: Route, chosen: Chosen) -> Chosen:
    """What the engine is opened with: what was chosen, else what the rules say.

    Without walls nothing goes unasked, whatever a job says, or a choice from when there were some.
    """
    mode = chosen.mode or route.mode
    return Chosen(
        mode="ask" if mode == "auto" and not route.walled else mode,
        model=chosen.model or route.model,
        effort=chosen.effort or route.effort,
    )


def spare(route: Route, chosen: Chosen) -> str:
    """The model that goes on at a usage limit; empty: none, or it is the one that answers."""
    now = chosen.model or route.model
    return route.fallback if route.fallback and route.fallback != now else ""


def in_force(chosen: Chosen, event: Adjusted) -> str:
    """One setting in a sentence: what it is, what that means, and why it is so."""
    setting = event.setting
    picked, ruled = getattr(chosen, setting), getattr(event.route, setting)
    value = picked or ruled or "the engine's own default"
    meaning = f": {_MEANS[value]}" if value in _MEANS else ""
    name = "waiting mode" if setting == "waiting" else setting
    return (
        f"The {name} is {value}{meaning} ({_because(event.route, setting, chosen=bool(picked))})."
    )


def _because(route: Route, setting: Setting, *, chosen: bool) -> str:
    if chosen:
        return "chosen for this session"
    place = dict(route.said_for).get(setting)
    return f"the rule for {place}" if place else "the default"
