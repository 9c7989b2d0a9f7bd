"""Going back to before a turn, as people see it: which turns there are, what would change, done."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog

from carrel.core.approvals import visible
from carrel.core.effects import Rewind
from carrel.core.errors import Refused, Unavailable
from carrel.core.events import Rewound
from carrel.core.fences import fenced
from carrel.core.messages import Gone, Menu, Notice
from carrel.core.model import ResumeToken, SessionKey, TurnId
from carrel.ports.engine import Engine, Until
from carrel.ports.history import Changes, History, Moment
from carrel.ports.workspace import Workspace
from carrel.runtime import inquiries

LISTED, ALL = 10, 1_000
LABEL = 70
SHOWN_FILES = 30
NONE = "There is no turn here that could be gone back to."
UNKNOWN = "That turn is not among those that can be gone back to; /rewind lists them."
NO_TALK = "Its conversation did not come to an end that could be gone back to."
log = structlog.get_logger(__name__)

AGAIN = "Run again from here"
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


async def offered(
    history: History | None, workspace: Workspace, original: str, edit: str
) -> inquiries.Body:
    """Says that an answered message was edited, and what running it again would put back.

    Gone where it cannot be gone back to: an edit of something long past is nothing to be said.
    """
    moments = () if history is None else await history.moments(workspace, ALL)
    moment = next((one for one in moments if original in one.prompts), None)
    if history is None or moment is None or moment.resume is None:
        return Gone()
    changes = await history.changes(workspace, moment.turn)
    head = f"“{visible(moment.line)}” was edited after its end.{_together(moment)}"
    return Menu(f"{head}\n{_told(changes, done=False)}", ((AGAIN, f"/rerun {edit}"),))


def _together(moment: Moment) -> str:
    others = len(moment.prompts) - 1
    some = "1 other message" if others == 1 else f"{others} other messages"
    return f" It was answered together with {some}, not to be run again." if others else ""


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
    marks = (("~", changes.back), ("-", changes.gone))
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
    some, were = ("1 file", "was") if count == 1 else (f"{count} files", "were")
    return f"{some} {were if done else 'would be'} put back.{unknown}{listed}"


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
    moment = await _moment(deed, workspace, history)
    talk, files = deed.what != "files", deed.what != "conversation"
    resume = await _conversation(moment, workspace, engine) if talk else deed.resume
    changes = await history.go_back(
        workspace, moment.turn, deed.command, deed.resume, files=files, talk=talk
    )
    where = f"It is before {moment.number}. “{visible(moment.line)}” again"
    kept = "; what was said since is in /resume." if talk else "; the conversation goes on."
    told = f"\n{_told(changes, done=True)}" if files else ""
    undo = UNDO if deed.anew is None else ()
    menu = Menu(f"{where}{kept}{told}", undo, deed.command)
    return Rewound(deed.command, deed.conversation, menu, talk, resume, at, deed.anew)


async def _moment(deed: Rewind, workspace: Workspace, history: History) -> Moment:
    """The turn that is meant: by its number, or as the one that answered a message."""
    moments = await history.moments(workspace, LISTED if deed.anew is None else ALL, deed.command)
    for one in moments:
        answered = deed.anew is not None and deed.anew.original in one.prompts
        if answered or (deed.anew is None and one.turn == deed.turn):
            return one
    raise Refused(UNKNOWN)


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
