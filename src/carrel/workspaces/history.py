"""Implements `carrel.ports.history.History`: a list of steps, and files kept by their hashes.

Both lie in the session's folder beside those that its processes see, so that none of them can
reach what they would be judged by.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter

from carrel import durable
from carrel.core.errors import Refused, Unavailable
from carrel.core.material import one_line, words
from carrel.core.model import MessageId, ResumeToken, SessionKey, Turn, TurnId
from carrel.ports.clock import Clock
from carrel.ports.history import Changes, Moment, Undone
from carrel.ports.workspace import Workspace
from carrel.workspaces.snapshots import Entry, Listing, Snapshots
from carrel.workspaces.steps import Fates, Kind, Step, turned_back

FOLDER = "history"
MOST_STEPS = 50
SWEPT_TO = 40
MOST_BYTES = 1 << 30
"""Of what all steps have added; the oldest go first."""

LINE = 60
NS = 1_000_000_000
NOT_THERE = "That turn is not among those that can be gone back to; /rewind lists them."
NOT_LAST = "There is nothing to undo: the last thing that happened here was no going back."

_STEPS: TypeAdapter[list[Step]] = TypeAdapter(list[Step])
T = TypeVar("T")

log = structlog.get_logger(__name__)


class FolderHistory:
    """The history of every session of a gateway."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: WeakValueDictionary[SessionKey, asyncio.Lock] = WeakValueDictionary()
        self._at_work: defaultdict[Path, set[SessionKey]] = defaultdict(set)
        self._crowded: set[SessionKey] = set()

    async def begin(self, workspace: Workspace, turn: Turn) -> None:
        """What the files are before the turn."""
        alone = self._enter(workspace) and (turn.attempt == 1 or workspace.kind != "project")
        await self._on(workspace, lambda: _Book(workspace, self._clock).begin(turn, alone=alone))

    async def end(self, workspace: Workspace, turn: TurnId, resume: ResumeToken | None) -> None:
        """What they are after it."""
        self._leave(workspace)
        alone = workspace.key not in self._crowded
        self._crowded.discard(workspace.key)
        book = _Book(workspace, self._clock)
        await self._on(workspace, lambda: book.end(turn, resume, alone=alone))

    async def moments(
        self, workspace: Workspace, limit: int, act: MessageId | None = None
    ) -> tuple[Moment, ...]:
        """The newest turns, the last one first."""
        return await self._on(workspace, lambda: _Book(workspace, self._clock).moments(limit, act))

    async def changes(self, workspace: Workspace, turn: TurnId) -> Changes:
        """What going back would do to files."""
        return await self._on(workspace, lambda: _Book(workspace, self._clock).changes(turn))

    async def go_back(
        self,
        workspace: Workspace,
        turn: TurnId,
        act: MessageId,
        was: ResumeToken | None,
        *,
        files: bool,
        talk: bool,
    ) -> Changes:
        """Go back to before the turn."""
        book = _Book(workspace, self._clock)
        return await self._on(
            workspace, lambda: book.go_back(turn, act, was, files=files, talk=talk)
        )

    async def undo(self, workspace: Workspace, act: MessageId) -> Undone:
        """Undo the last going back."""
        return await self._on(workspace, lambda: _Book(workspace, self._clock).undo(act))

    def _enter(self, workspace: Workspace) -> bool:
        """Whether nobody else works in the folder now; whoever does is told in its end."""
        here = self._at_work[workspace.work]
        others = here - {workspace.key}
        here.add(workspace.key)
        if others:
            self._crowded |= {*others, workspace.key}
        return not others

    def _leave(self, workspace: Workspace) -> None:
        here = self._at_work[workspace.work]
        here.discard(workspace.key)
        if not here:
            del self._at_work[workspace.work]

    async def _on(self, workspace: Workspace, work: Callable[[], T]) -> T:
        lock = self._locks.setdefault(workspace.key, asyncio.Lock())
        async with lock:
            try:
                return await _to_its_end(work)
            except (OSError, ValueError, RecursionError) as error:
                raise Unavailable(f"The history of the files cannot be used: {error}") from error


async def _to_its_end(work: Callable[[], T]) -> T:
    """Work in a thread. Nothing stops that, so whoever is cancelled waits for it first."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait((running,))
        raise


class _Book:
    """The steps of one session, read from its folder and written whole."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._space, self._clock = workspace, clock
        self._folder = workspace.root / FOLDER
        self._kept = Snapshots(self._folder)
        self._file = self._folder / "steps.json"
        work = workspace.work
        inside = [path for path in (*workspace.guarded, work / ".claude") if work in path.parents]
        self._without = frozenset(path.relative_to(work).parts for path in inside)

    def begin(self, turn: Turn, *, alone: bool) -> None:
        steps = self._steps()
        if steps and steps[-1].name == turn.id:
            steps[-1] = replace(steps[-1], alone=steps[-1].alone and alone, ended=False)
            return self._write(steps)
        before, size = self._taken()
        prompts = tuple(p.id for p in turn.prompts)
        line = one_line(words(turn.prompts[0]), LINE) if turn.prompts else ""
        step = self._step(turn.id, "turn", turn.id, before)
        step = replace(step, prompts=prompts, line=line, alone=alone, size=size)
        return self._write_fitting([*self._closed(steps, before), step])

    def end(self, turn: TurnId, resume: ResumeToken | None, *, alone: bool) -> None:
        steps = self._steps()
        if not steps or steps[-1].name != turn:
            return
        after, size = self._taken()
        last = steps[-1]
        steps[-1] = replace(
            last, after=after, resume=resume or last.resume, ended=True,
            alone=last.alone and alone, size=last.size + size,
        )  # fmt: skip
        self._write(steps)

    def moments(self, limit: int, act: MessageId | None) -> tuple[Moment, ...]:
        there = [one for one in self._steps() if one.undone_by in ("", act)]
        turns = [one for one in there if one.kind == "turn"]
        return tuple(one.moment for one in reversed(turns[-limit:]))

    def changes(self, turn: TurnId) -> Changes:
        found, _ = self._turned_back(self._since(self._steps(), turn))
        return found

    def go_back(
        self, turn: TurnId, act: MessageId, was: ResumeToken | None, *, files: bool, talk: bool
    ) -> Changes:
        steps = self._steps()
        if not steps or steps[-1].name != act:
            before, size = self._taken()
            step = replace(self._step(act, "back", turn, before), was=was, talked=talk, size=size)
            steps = [*self._closed(steps, before), step]
            self._write(steps)
        earlier = self._since(steps[:-1], turn)
        changes = self._applied(earlier) if files else Changes()
        names = {one.name for one in earlier} if talk else set()
        marked = [replace(s, undone_by=act) if s.name in names else s for s in steps[:-1]]
        self._write([*marked, self._ended(steps[-1])])
        return changes

    def undo(self, act: MessageId) -> Undone:
        steps = self._steps()
        if not steps or steps[-1].name != act:
            if not steps or steps[-1].kind != "back" or not steps[-1].ended:
                raise Refused(NOT_LAST)
            before, size = self._taken()
            step = replace(self._step(act, "undo", steps[-1].turn, before), size=size)
            steps.append(replace(step, of=steps[-1].name))
            self._write(steps)
        undone = next(one for one in steps if one.name == steps[-1].of)
        changes = self._applied([undone])
        back = [replace(s, undone_by="") if s.undone_by == undone.name else s for s in steps[:-1]]
        self._write([*back, self._ended(steps[-1])])
        return Undone(changes, undone.talked, undone.was)

    def _applied(self, steps: Iterable[Step]) -> Changes:
        """Put files back; what cannot be is somebody else's by now."""
        changes, fates = self._turned_back(steps)
        failed = [path for path, entry in _in_order(fates) if not self._restored(path, entry)]
        left = set(failed)
        return replace(
            changes,
            back=tuple(path for path in changes.back if path not in left),
            gone=tuple(path for path in changes.gone if path not in left),
            others=(*changes.others, *failed),
        )

    def _restored(self, path: str, entry: Entry | None) -> bool:
        return self._kept.restore(self._space.work, path, entry)

    def _turned_back(self, steps: Iterable[Step]) -> tuple[Changes, Fates]:
        name, _ = self._taken()
        here = str(self._space.work)
        now = self._listing(name) if name else {}
        found, fates = turned_back((s for s in steps if s.place == here), now, self._listing)
        return (found, fates) if name else (Changes(known=False), {})

    def _listing(self, name: str) -> Listing:
        return self._kept.listing(name)

    def _since(self, steps: list[Step], turn: TurnId) -> list[Step]:
        names = [one.name for one in steps]
        if turn not in names:
            raise Refused(NOT_THERE)
        return steps[names.index(turn) :]

    def _step(self, name: str, kind: Kind, turn: TurnId, before: str) -> Step:
        place, at = str(self._space.work), self._clock.now()
        return Step(name, kind, place, at, turn, before)

    def _ended(self, step: Step) -> Step:
        after, size = self._taken()
        return replace(step, after=after, ended=True, size=step.size + size)

    def _closed(self, steps: list[Step], now: str) -> list[Step]:
        """A step whose end nobody saw has led to what is there now."""
        if steps and not steps[-1].ended:
            return [*steps[:-1], replace(steps[-1], after=now, ended=True)]
        return steps

    def _taken(self) -> tuple[str, int]:
        """The listing of what is there, and how many bytes it added; none if it is too large."""
        try:
            now = int(self._clock.now() * NS)
            return self._kept.take(self._space.work, self._without, now)
        except Refused as refused:
            log.info("files not kept", session=self._space.key, reason=str(refused))
            return "", 0

    def _steps(self) -> list[Step]:
        if not self._file.exists():
            return []
        try:
            return _STEPS.validate_json(self._file.read_bytes())
        except ValueError:
            aside = self._file.replace(self._file.with_suffix(".damaged"))
            log.warning("steps begin anew", session=self._space.key, aside=str(aside))
            return []

    def _write_fitting(self, steps: list[Step]) -> None:
        """Let go of the oldest; only where nobody is about to read them."""
        if len(steps) <= MOST_STEPS and sum(one.size for one in steps) <= MOST_BYTES:
            return self._write(steps)
        steps = _fitting(steps)
        self._write(steps)
        return self._kept.sweep(n for one in steps for n in (one.before, one.after) if n)

    def _write(self, steps: list[Step]) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        durable.write(self._file, _STEPS.dump_json(steps))


def _fitting(steps: list[Step]) -> list[Step]:
    """The newest of them, with at most half of the bytes; the last one always."""
    kept: list[Step] = []
    room = MOST_BYTES // 2
    for step in reversed(steps[-SWEPT_TO:]):
        room -= step.size
        if kept and room < 0:
            break
        kept.append(step)
    return kept[::-1]


def _in_order(fates: Fates) -> list[tuple[str, Entry | None]]:
    """What goes goes first: a file may have stood where a folder was."""
    return sorted(fates.items(), key=lambda one: (one[1] is not None, one[0]))
