"""The memory store's ledger: what turns have cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from carrel.core.model import NO_USAGE, SessionKey, TurnId
from carrel.core.spending import Portion
from carrel.ports.store import By, Spending, Spent


@dataclass(frozen=True, slots=True)
class Entry:
    """One share of what an answer has cost."""

    key: SessionKey
    turn: TurnId
    share: Portion
    at: float


def added_up(entries: Iterable[Entry]) -> Spent:
    """All of them together."""
    known = tuple(entries)
    total = sum((entry.share.usage for entry in known), NO_USAGE)
    turns = len({entry.turn for entry in known})
    return Spent(turns, replace(total, context=None, model=""))


def divided(entries: Iterable[Entry], by: By) -> tuple[Spending, ...]:
    """What each has spent, the most first."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_group(entry, by), []).append(entry)
    found = (Spending(one, _name(rows, by), added_up(rows)) for one, rows in groups.items())
    return tuple(sorted(found, key=lambda one: (-one.spent.usage.cost, one.id)))


def last_context(entries: tuple[Entry, ...], key: SessionKey) -> float:
    """The share of the window that was in use at a session's last answer; 0: not known."""
    shares = (entry.share.usage.context for entry in reversed(entries) if entry.key == key)
    return next((share for share in shares if share is not None), 0.0)


def _group(entry: Entry, by: By) -> str:
    match by:
        case "session":
            return entry.key
        case "person":
            return entry.share.person
        case "turn":
            return entry.turn
        case _:
            assert_never(by)


def _name(rows: list[Entry], by: By) -> str:
    return rows[-1].share.name if by == "person" else ""
