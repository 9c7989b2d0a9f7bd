"""What a command asks to know, looked up beside the session's work."""

from __future__ import annotations

from typing import Protocol

from carrel.core import editing
from carrel.core.effects import Inquire
from carrel.core.errors import Refused
from carrel.core.messages import Notice
from carrel.core.model import Conversation, SessionKey
from carrel.core.routing import resolve
from carrel.ports.engine import Context
from carrel.ports.workspace import Workspace
from carrel.runtime import binding, disclosing, inquiries, rewinding
from carrel.runtime.accounts import in_words
from carrel.runtime.planner import Planner
from carrel.runtime.tools import Tools


class AtWork(Protocol):
    """The session's hold on its engine and its folder."""

    async def context(self) -> Context | None:
        """How full the live engine's window is; None where none is live."""
        ...

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """The engine's own commands, each with what it does."""
        ...

    async def workspace(self, place: Conversation) -> Workspace:
        """The session's workspace, as it is bound where that is asked."""
        ...


async def looked_up(deed: Inquire, key: SessionKey, tools: Tools, hands: AtWork) -> inquiries.Body:
    """What is found. Raises Refused, Unavailable."""
    match deed.what:
        case "usage":
            return Notice(in_words(await tools.accounts.report(key), named=bool(deed.argument)))
        case "context":
            return inquiries.context(await hands.context(), deed.argument)
        case "run":
            return inquiries.commands(await hands.commands())
        case "project":
            if deed.argument:
                await binding.bound(deed, tools)
            return disclosing.project(resolve(deed.conversation, tools.rules), tools.projects)
        case "doctor" if tools.examine is not None:
            return disclosing.examined(await tools.examine(), tools.redact)
        case "schedule":
            asked = (deed.conversation, deed.argument, deed.command, deed.by)
            return await planner_of(tools).asked(*asked)
        case _:
            return await _among_files(deed, key, tools, hands)


async def _among_files(
    deed: Inquire, key: SessionKey, tools: Tools, hands: AtWork
) -> inquiries.Body:
    workspace = await hands.workspace(deed.conversation)
    if deed.what == "files":
        return await inquiries.files(workspace, deed.argument)
    if deed.what == "rewind" and tools.history is not None:
        return await rewinding.shown(tools.history, workspace, key, deed.argument)
    if deed.what == "edited":
        name = editing.name_of(deed.command)
        return await rewinding.offered(tools.history, workspace, deed.argument, name)
    if tools.worktrees is None or workspace.kind == "private":
        return Notice(inquiries.NO_PROJECT)
    if deed.what == "diff":
        return await inquiries.diff(workspace, tools.worktrees, deed.argument)
    return await inquiries.worktree(workspace, tools.worktrees, deed.argument)


def planner_of(tools: Tools) -> Planner:
    """Who keeps what is said by itself. Raises Refused where nobody does."""
    if tools.planner is None:
        raise Refused("Nothing can be said by itself here.")
    return tools.planner
