"""Begins a side thread: its place, its files, its engine conversation, its row, then its people.

Each step can be done again. The row is made when everything is there, and people are let in after
that: whoever is killed in between begins anew, and finds the row or makes it.
"""

from __future__ import annotations

from carrel.core.effects import Fork
from carrel.core.errors import Refused
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation, ResumeToken, Route, Session, SessionKey
from carrel.core.routing import resolve
from carrel.ports.engine import Until
from carrel.ports.platform import Refusal, SideThreads
from carrel.ports.store import Store
from carrel.ports.workspace import Workspace, binding
from carrel.runtime import mirroring
from carrel.runtime.outbox import Outbox
from carrel.runtime.tools import Tools

_NOWHERE = "There are no side threads here."
_SHARED = "Whatever is said in a side thread here is said in this same session."
_PRIVATE = "its files, its memory"
_OTHERS = "This place has approvers of its own, and a side thread would have others."
_BOUND = "its memory; files of the project are not copied"


async def forked(deed: Fork, key: SessionKey, tools: Tools, store: Store, outbox: Outbox) -> Notice:
    """Begin it and say where. Raises Refused with one sentence, Unavailable, Full."""
    platform = tools.platforms.get(deed.conversation.platform)
    if not isinstance(platform, SideThreads):
        raise Refused(_NOWHERE)
    try:
        side = await platform.plan_side(deed.conversation, deed.title, deed.command)
        route = resolve(side.conversation, tools.rules)
        if route.key == key:
            raise Refused(_SHARED)
        if route.approvers != resolve(deed.conversation, tools.rules).approvers:
            raise Refused(_OTHERS)
        if await store.session(route.key) is None:
            await _begotten(deed, key, route, tools, store, side.conversation)
            await mirroring.begun(route.key, store, outbox, tools)
        await platform.open_side(side, deed.title)
    except Refusal as refusal:
        raise Refused(f"The side thread could not be begun: {refusal}.") from refusal
    carried = _PRIVATE if route.project is None else _BOUND
    said = f"This goes on from “{deed.title}” with all that was said there, {carried}."
    first = Outbound(f"{deed.command}.first", side.conversation, Notice(said))
    await store.say((first,), tools.clock.now())
    outbox.wake((first,))
    return Notice(f"A side thread goes on from here: {side.name}")


async def _begotten(
    deed: Fork, key: SessionKey, route: Route, tools: Tools, store: Store, place: Conversation
) -> None:
    """Whatever an earlier try has left there is thrown away: nobody has spoken there yet."""
    await tools.workspaces.discard(route.key)
    here = resolve(deed.conversation, tools.rules)
    source = await tools.workspaces.prepare(key, binding(here))
    target = await tools.workspaces.prepare(route.key, binding(route))
    await tools.workspaces.copy(source, target)
    resume = await _conversation(deed, source, target, tools)
    born = Session(route.key, resume=resume, topic=deed.topic, chosen=deed.chosen)
    await store.beget(born, place, tools.clock.now())


async def _conversation(
    deed: Fork, source: Workspace, target: Workspace, tools: Tools
) -> ResumeToken | None:
    """A running turn is left out: what it does is not finished."""
    if deed.resume is None:
        return None
    until = Until(deed.running, lenient=True) if deed.running else None
    return await tools.engine.copy(deed.resume, source, target, until)
