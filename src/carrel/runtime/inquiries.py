"""What people ask for that lies outside a session's state: its files, and its work on a project."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import assert_never

import structlog

from carrel.core.approvals import visible
from carrel.core.completing import runnable
from carrel.core.errors import Full, Refused, Unavailable
from carrel.core.fences import fenced
from carrel.core.material import one_line
from carrel.core.messages import File, Gone, Menu, Notice
from carrel.core.model import MessageId
from carrel.core.view import percent
from carrel.ports.engine import Context
from carrel.ports.workspace import Workspace
from carrel.ports.worktrees import Conflicting, Merged, NothingToMerge, State, Worktrees

PAGE = 1_500
"""Characters of a diff that are shown at once."""

MOST_FILES = 60
MOST_COMMANDS, LINE = 20, 70
MOST_SEEN = 20_000
SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__"})

NO_PROJECT = (
    "This session has no project; the operator can bind the conversation to one in carrel.toml."
)

BROKE = "That could not be done; Carrel's log says why."

Body = Notice | Menu | File | Gone

log = structlog.get_logger(__name__)


async def said(looking: Awaitable[Body], command: MessageId) -> Body:
    """What comes of it, as the answer to a command; whatever goes wrong is said there too."""
    try:
        body = await looking
    except (Refused, Unavailable, Full) as error:
        body = Notice(str(error), "warning")
    except Exception:
        log.exception("an inquiry broke", command=command)
        body = Notice(BROKE, "error")
    return replace(body, reply_to=command) if isinstance(body, Notice | Menu) else body


def context(now: Context | None, known: str) -> Body:
    """How full the window is: as the engine says now, or as was known at the last answer."""
    if now is None or not now.window:
        return Notice(known or "Nothing was said here yet that the agent would still know.")
    share = percent(min(now.used / now.window, 1.0))
    lines = [f"{share} of the context is in use: {now.used:,} of {now.window:,} tokens."]
    lines += [f"{name}: {tokens:,}" for name, tokens in now.parts]
    if now.compacts_at:
        at = f"{now.compacts_at:,}"
        lines.append(f"At {at} the agent sums up by itself; /compact does it now.")
    return Notice("\n".join(lines))


def commands(own: tuple[tuple[str, str], ...]) -> Body:
    """The engine's own commands, those of the project first, as the engine tells them."""
    if not own:
        return Notice("Its commands are known once the agent is awake; say something first.")
    lines = [f"{name}: {one_line(visible(what), LINE)}" for name, what in runnable(own)]
    more = f"\n… and {len(lines) - MOST_COMMANDS} more." if len(lines) > MOST_COMMANDS else ""
    return Menu(fenced("\n".join(lines[:MOST_COMMANDS])) + more)


async def files(workspace: Workspace, folder: str) -> Body:
    """The names and sizes of the files below a folder of the session's work."""
    lines, more = await asyncio.to_thread(_listed, workspace.work, folder)
    if not lines:
        return Notice("There are no files there.")
    rest = f"\n… and {more} more." if more else ""
    return Menu(fenced(visible("\n".join(lines))) + rest)


def _listed(work: Path, folder: str) -> tuple[list[str], int]:
    """Links are named and not followed: they may lead anywhere."""
    top = work / folder
    if ".." in Path(folder).parts or not top.resolve().is_relative_to(work.resolve()):
        raise Refused("That folder is not the session's.")
    found = sorted(_walk(top))
    lines = [f"{size:>11,}  {path.relative_to(work)}" for path, size in found[:MOST_FILES]]
    return lines, len(found) - len(lines)


def _walk(top: Path) -> Iterator[tuple[Path, int]]:
    seen = 0
    for folder, names, files_ in os.walk(top):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in files_:
            seen += 1
            if seen > MOST_SEEN:
                return
            path = Path(folder, name)
            yield path, path.lstat().st_size


async def folders(workspace: Workspace, typed: str) -> tuple[str, ...]:
    """Folders in the one that is typed so far, or in the one round it; links are not followed."""
    return await asyncio.to_thread(_folders, workspace.work, typed.rpartition("/")[0])


def _folders(work: Path, within: str) -> tuple[str, ...]:
    top = work / within
    if ".." in Path(within).parts or not top.resolve().is_relative_to(work.resolve()):
        return ()
    try:
        with os.scandir(top) as entries:
            seen = islice(entries, MOST_SEEN)
            names = sorted(one.name for one in seen if one.is_dir(follow_symlinks=False))
    except OSError:
        return ()
    shown = [name for name in names if name not in SKIPPED][:MOST_FILES]
    return tuple(f"{within}/{name}".removeprefix("/") for name in shown)


async def diff(workspace: Workspace, worktrees: Worktrees, argument: str) -> Body:
    """A page of what was changed; the numbers of pages begin with 1."""
    found = await worktrees.diff(workspace)
    if not found.text.strip():
        return Notice("Nothing was changed.")
    pages = list(_pages(visible(found.text)))
    number = min(max(int(argument), 1), len(pages)) if argument.isdecimal() else 1
    cut = " It is longer than is shown." if found.cut and number == len(pages) else ""
    head = f"Page {number} of {len(pages)}.{cut}\n" if len(pages) > 1 else ""
    options = (
        *((("Next page", f"/diff {number + 1}"),) if number < len(pages) else ()),
        *((("Page before", f"/diff {number - 1}"),) if number > 1 else ()),
    )
    return Menu(head + fenced(pages[number - 1], "diff"), options)


def _pages(text: str) -> Iterator[str]:
    """Whole lines, as many as fit; a line that is longer than a page is cut."""
    page: list[str] = []
    room = PAGE
    for line in text.rstrip("\n").split("\n"):
        short = line if len(line) < PAGE else f"{line[: PAGE - 2]}…"
        if page and len(short) + 1 > room:
            yield "\n".join(page)
            page, room = [], PAGE
        page.append(short)
        room -= len(short) + 1
    yield "\n".join(page)


async def worktree(workspace: Workspace, worktrees: Worktrees, argument: str) -> Body:
    """Show how the work stands, or merge it, push it, let go of it."""
    match argument.split():
        case []:
            state = await worktrees.state(workspace)
            return Menu(_standing(state), _choices(state))
        case ["merge"]:
            return Notice(_merged(await worktrees.merge(workspace)))
        case ["push"]:
            pushed = await worktrees.push(workspace)
            return Notice(f"{pushed.branch} is at {pushed.remote}.")
        case ["discard", *sure]:
            await worktrees.discard(workspace, force=sure == ["anyway"])
            return Notice("The copy is in the trash; the next message begins with a new one.")
        case _:
            return Notice("Write /worktree, /worktree merge, /worktree push or /worktree discard.")


def _standing(state: State) -> str:
    base = f", {state.ahead} ahead of {state.base} and {state.behind} behind" if state.base else ""
    loose = f"{state.changed} changed and {state.untracked} new files are not committed"
    return f"On {visible(state.branch)}{base}; {loose if state.dirty else 'all is committed'}."


def _choices(state: State) -> tuple[tuple[str, str], ...]:
    if not state.base:
        return ()
    merge = () if state.merged else (("Merge", "/worktree merge"), ("Push", "/worktree push"))
    lost = state.dirty or not state.merged
    discard = "/worktree discard anyway" if lost else "/worktree discard"
    return (*merge, ("Discard the work" if lost else "Discard the copy", discard))


def _merged(merge: Merged | Conflicting | NothingToMerge) -> str:
    match merge:
        case Merged(branch=branch, base=base):
            return f"{branch} is merged into {base}."
        case Conflicting(base=base, upstream=upstream, files=names):
            where = visible(", ".join(names[:10]))
            return (
                f"Both sides changed the same lines of {where}; nothing was changed. "
                f"Ask the agent to merge {upstream} into its branch first, then merge into {base}."
            )
        case NothingToMerge(base=base):
            return f"{base} has all of it already."
        case _:
            assert_never(merge)
