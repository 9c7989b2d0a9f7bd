"""Has a conversation work on another project, because an owner said so there."""

from __future__ import annotations

from typing import get_args

from carrel.core.command_table import NONE
from carrel.core.effects import Inquire
from carrel.core.errors import Refused
from carrel.core.model import DEFAULT_KEY, BoundKind
from carrel.core.routing import resolve
from carrel.runtime.disclosing import SHARED
from carrel.runtime.tools import Tools

USAGE = f"Write /project NAME, /project NAME project, or /project {NONE}."


async def bound(deed: Inquire, tools: Tools) -> None:
    """Raises Refused with nothing changed."""
    project, *rest = deed.argument.split()
    kind: BoundKind | None = next((one for one in get_args(BoundKind) if [one] == rest), None)
    if tools.bind is None or (rest and kind is None):
        raise Refused(USAGE)
    if project != NONE and project not in tools.projects:
        listed = ", ".join(tools.projects) or "none"
        raise Refused(f"The operator has listed no project {project!r}. Listed: {listed}.")
    if resolve(deed.conversation, tools.rules).key == DEFAULT_KEY:
        raise Refused(SHARED)
    await tools.bind(
        deed.conversation.address, project if project != NONE else "", kind or "worktree"
    )
