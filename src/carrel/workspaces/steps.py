"""The steps of a session's files: turns, goings back, their undoing; and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from carrel.core.model import MessageId, ResumeToken, TurnId
from carrel.ports.history import Changes, Moment
from carrel.workspaces.snapshots import Entry, Listing

Kind = Literal["turn", "back", "undo"]
Fates = Mapping[str, "Entry | None"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that changed files. `before`, `after`: listings, by name; empty: not known.

    `place`: the folder. `alone`: nobody else worked there meanwhile. `undone_by`: the going back
    that went behind it. Of a going back, `turn` is the turn it went behind, `was` the engine
    conversation that it left if it `talked`; an undoing names what it undoes by `of`.
    """

    name: str
    kind: Kind
    place: str
    at: float
    turn: TurnId
    before: str = ""
    after: str = ""
    prompts: tuple[MessageId, ...] = ()
    line: str = ""
    resume: ResumeToken | None = None
    alone: bool = True
    ended: bool = False
    undone_by: str = ""
    of: str = ""
    was: ResumeToken | None = None
    talked: bool = False
    size: int = 0

    @property
    def moment(self) -> Moment:
        """The turn as people choose it."""
        return Moment(self.turn, self.prompts, self.line, self.at, self.resume)


def turned_back(
    steps: Iterable[Step], now: Listing, read: Callable[[str], Listing]
) -> tuple[Changes, Fates]:
    """What undoing the steps does, and what each file is then; `now` is how they are.

    Only what the steps changed is touched, and only where nobody else has changed it since.
    """
    first: dict[str, Entry | None] = {}
    last: dict[str, Entry | None] = {}
    foreign: set[str] = set()
    known = True
    for step in steps:
        if not step.before or not step.after:
            known = False
            continue
        before, after = read(step.before), read(step.after)
        for path in before.keys() | after.keys():
            if before.get(path) == after.get(path):
                continue
            if not step.alone or (path in last and last[path] != before.get(path)):
                foreign.add(path)
            first.setdefault(path, before.get(path))
            last[path] = after.get(path)
    return _sorted_out(first, last, foreign, now, known=known)


def _sorted_out(
    first: Fates, last: Fates, foreign: set[str], now: Listing, *, known: bool
) -> tuple[Changes, Fates]:
    fates: dict[str, Entry | None] = {}
    others, unkept = [], []
    for path, then in sorted(first.items()):
        here = now.get(path)
        if here == then:
            continue
        if path in foreign or here != last[path]:
            others.append(path)
        elif not all(one is None or one.content for one in (then, here)):
            unkept.append(path)
        else:
            fates[path] = then
    back = tuple(path for path, then in fates.items() if then is not None)
    gone = tuple(path for path, then in fates.items() if then is None)
    return Changes(back, gone, tuple(others), tuple(unkept), known), fates
