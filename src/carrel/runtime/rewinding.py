"""Going back to before a turn, as people see it: which turns there are, what would change, done."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog

from carrel.core.approvals import visible
from carrel.core.effects import Rewind
from carrel.core.errors import Refused, Unavailable
from carrel.core.events import Rewound
from carrel.core.fences import fenced
from carrel.core.messages import Menu, Notice
from carrel.core.model import ResumeToken, SessionKey, TurnId
from carrel.ports.engine import Engine, Until
from carrel.ports.history import Changes, History, Moment
from carrel.ports.workspace import Workspace
from carrel.runtime import inquiries

LISTED = 10
LABEL = 70
SHOWN_FILES = 30
NONE = "There is no turn here that could be gone back to."
UNKNOWN = "That turn is not among those that can be gone back to; /rewind lists them."
NO_TALK = "Its conversation did not come to an end that could be gone back to."
log = structlog.get_logger(__name__)

UNDO = (("Undo", "/rewind last undo"),)


async def shown(
    history: History, workspace: Workspace, key: SessionKey, argument: str
) -> inquiries.Body:
    """The turns that can be gone back to, or what going back to one would change."""
    moments = await history.moments(workspace, LISTED)
    if not moments:
        return Notice(NONE)
    if not argument:
        options = tuple((_label(one), f"/rewind {one.number}") for one in moments)
        return Menu("Before which turn shall it go back? Nothing happens yet.", options)
    turn = TurnId(f"{key}#{argument}")
    moment = next((one for one in moments if one.turn == turn), None)
    if moment is None:
        raise Refused(UNKNOWN)
    changes = await history.changes(workspace, turn)
    return Menu(_preview(moment, changes), _choices(moment, changes))


def _label(moment: Moment) -> str:
    return f"{moment.number}. {visible(moment.line) or '…'}"[:LABEL]


def _choices(moment: Moment, changes: Changes) -> tuple[tuple[str, str], ...]:
    word = f"/rewind {moment.number}"
    talk = moment.resume is not None
    files = bool(changes.back or changes.gone)
    return (
        *((("Conversation and files", f"{word} both"),) if talk and files else ()),
        *((("Only the conversation", f"{word} conversation"),) if talk else ()),
        *((("Only the files", f"{word} files"),) if files else ()),
    )


def _preview(moment: Moment, changes: Changes) -> str:
    head = f"Back to before {moment.number}. “{visible(moment.line)}”."
    talk = "" if moment.resume is not None else f"\n{NO_TALK}"
    return f"{head}{talk}\n{_told(changes, done=False)}"


def _told(changes: Changes, *, done: bool) -> str:
    """What becomes of files; the names are shown as what they are."""
    now, kinds = "were" if done else "would be", (changes.back, changes.gone)
    marks = zip(("~", "-"), kinds, strict=True)
    lines = [f"{mark} {visible(name)}" for mark, names in marks for name in names]
    left = [("! changed since by others, left alone: ", changes.others)]
    left += [("! too large to be kept, left alone: ", changes.unkept)]
    lines += [f"{why}{visible(name)}" for why, names in left for name in names]
    more = f"\n… and {len(lines) - SHOWN_FILES} more." if len(lines) > SHOWN_FILES else ""
    block = fenced("\n".join(lines[:SHOWN_FILES]))
    listed = f"\n{block}{more}" if lines else ""
    unknown = "" if changes.known else " Not all that was changed is known."
    count = len(changes.back) + len(changes.gone)
    if not count and not done and not lines:
        return f"No file would change.{unknown}"
    some = "1 file" if count == 1 else f"{count} files"
    return f"{some} {now} put back.{unknown}{listed}"


async def rewound(
    deed: Rewind, workspace: Workspace, history: History | None, engine: Engine, at: float
) -> Rewound:
    """Go back, or undo it. Raises Refused, Unavailable: then nothing of the session's changed."""
    if history is None:
        raise Refused(NONE)
    if deed.what == "undo":
        undone = await history.undo(workspace, deed.command)
        told = f"Undone; it is as it was. {_told(undone.changes, done=True)}"
        body = Notice(told, reply_to=deed.command)
        return Rewound(deed.command, deed.conversation, body, undone.talked, undone.resume, at)
    moments = await history.moments(workspace, LISTED, deed.command)
    moment = next((one for one in moments if one.turn == deed.turn), None)
    if moment is None:
        raise Refused(UNKNOWN)
    talk, files = deed.what != "files", deed.what != "conversation"
    resume = await _conversation(moment, workspace, engine) if talk else deed.resume
    changes = await history.go_back(
        workspace, deed.turn, deed.command, deed.resume, files=files, talk=talk
    )
    where = f"It is before {moment.number}. “{visible(moment.line)}” again"
    kept = "; what was said since is in /resume." if talk else "; the conversation goes on."
    told = f"\n{_told(changes, done=True)}" if files else ""
    menu = Menu(f"{where}{kept}{told}", UNDO, deed.command)
    return Rewound(deed.command, deed.conversation, menu, talk, resume, at)


async def _conversation(moment: Moment, workspace: Workspace, engine: Engine) -> ResumeToken | None:
    if moment.resume is None:
        raise Refused(NO_TALK)
    return await engine.copy(moment.resume, workspace, workspace, Until(moment.prompts))


async def attempted(
    deed: Rewind, space: Awaitable[Workspace], history: History | None, engine: Engine, at: float
) -> Rewound:
    """The same; whatever goes wrong is said, and leaves the session as it was."""
    try:
        return await rewound(deed, await space, history, engine, at)
    except (Refused, Unavailable) as error:
        why = str(error)
    except Exception:
        log.exception("going back broke", turn=deed.turn)
        why = inquiries.BROKE
    body = Notice(why, "warning", deed.command)
    return Rewound(deed.command, deed.conversation, body, moved=False, resume=None, at=at)
