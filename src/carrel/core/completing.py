"""What may follow a command: the values that fit what is typed so far, for who may use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from carrel.core import view
from carrel.core.choosing import DEFAULT
from carrel.core.command_table import Argument, Command
from carrel.core.commands import find
from carrel.core.engine_commands import refusal
from carrel.core.model import Grant, Role, Route, Session, at_least

MOST = 25
"""As many as every platform can show."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A value that may be typed, and what it stands for."""

    value: str
    label: str


def argument_of(command: str, name: str, role: Role | None) -> Argument | None:
    """The argument that is being typed; None where there is none, or not for such a role."""
    call = find(f"/{command}")
    if call is None or role is None or not _may_use(call.command, role):
        return None
    return next((one for one in call.command.arguments if one.name == name), None)


def _may_use(command: Command, role: Role) -> bool:
    return command.listed and at_least(role, command.role)


def completions(
    session: Session,
    route: Route,
    command: str,
    folders: Iterable[str],
    own: Iterable[tuple[str, str]] = (),
) -> tuple[Completion, ...]:
    """All that may follow, as the session stands.

    `folders`: those of its files. `own`: the engine's own commands, each with what it does.
    """
    match command:
        case "resume":
            return tuple(Completion(p.name, f"{view.day(p.at)} {p.topic}") for p in session.past)
        case "grants":
            return tuple(Completion(grant.id, grant.text) for grant in _grants(session, route))
        case "model":
            known = (session.chosen.model, route.model, *route.models, DEFAULT)
            return tuple(Completion(name, name) for name in dict.fromkeys(filter(None, known)))
        case "files":
            return tuple(Completion(name, name) for name in folders)
        case "run":
            return tuple(Completion(name, f"{name}: {what}") for name, what in runnable(own))
        case _:
            return ()


def runnable(own: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Those of the engine's own commands that are run here."""
    return tuple((name, what) for name, what in own if not refusal(name))


def _grants(session: Session, route: Route) -> tuple[Grant, ...]:
    shared = (one for one in session.shared if one.project == route.project)
    return (*session.grants, *shared)


def fitting(found: tuple[Completion, ...], typed: str) -> tuple[Completion, ...]:
    """Those that what is typed begins, then those that hold it; not more than can be shown."""
    words = typed.casefold()
    begun = [one for one in found if _begins(one, words)]
    held = [one for one in found if one not in begun and words in one.label.casefold()]
    return tuple([*begun, *held][:MOST])


def _begins(one: Completion, words: str) -> bool:
    return one.value.casefold().startswith(words) or one.label.casefold().startswith(words)
