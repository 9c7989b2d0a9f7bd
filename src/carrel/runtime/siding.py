"""Moves a message that waits to a side thread: its place, its words, and the message itself.

Each step can be done again: the place is known by the command, and the message is stored there
under an id that follows from its own, so that it is answered there once.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from carrel.core.effects import TakeAside
from carrel.core.errors import Full, Refused, Unavailable
from carrel.core.events import TakenAside
from carrel.core.material import one_line
from carrel.core.messages import Notice, Outbound
from carrel.core.model import SessionKey
from carrel.core.routing import resolve
from carrel.ports.platform import Refusal, Side, SideThreads
from carrel.ports.store import Store
from carrel.runtime.outbox import Outbox
from carrel.runtime.tools import Tools

TITLE = 60
"""Characters of a side thread's title."""

NOWHERE = "There are no side threads here; it goes on waiting."
SHARED = "Whatever is said in a side thread here waits in this same session."
BROKE = "It could not be moved; Carrel's log says why."

log = structlog.get_logger(__name__)


async def attempted(
    deed: TakeAside, key: SessionKey, tools: Tools, store: Store, outbox: Outbox
) -> TakenAside:
    """Move it; whatever goes wrong is said, and leaves it where it waits."""
    try:
        side, ok = await _moved(deed, key, tools, store, outbox), True
        text = f"That goes on in a side thread from here: {side.name}"
    except (Refused, Unavailable, Full, Refusal) as error:
        text, ok = str(error), False
    except Exception:
        log.exception("a message could not be taken aside", message=deed.prompt.id)
        text, ok = BROKE, False
    body = Notice(text, "info" if ok else "warning", deed.command)
    now = tools.clock.now()
    return TakenAside(deed.command, deed.conversation, deed.prompt, body, ok, now)


async def _moved(
    deed: TakeAside, key: SessionKey, tools: Tools, store: Store, outbox: Outbox
) -> Side:
    platform = tools.platforms.get(deed.conversation.platform)
    said = await store.said(deed.prompt.id)
    if not isinstance(platform, SideThreads) or tools.hear is None or said is None:
        raise Refused(NOWHERE)
    title = one_line(said.text or "Side thread", TITLE)
    side = await platform.plan_side(deed.conversation, title, deed.command)
    if resolve(side.conversation, tools.rules).key == key:
        raise Refused(SHARED)
    await platform.open_side(side, title)
    words = Notice(f"{said.sender.name}: {said.text or title}")
    first = Outbound(f"{deed.command}.first", side.conversation, words)
    await store.say((first,), tools.clock.now())
    outbox.wake((first,))
    there = replace(said, id=f"aside.{said.id}", conversation=side.conversation, addressed=True)
    verdict = await tools.hear(there)
    if verdict.outcome not in ("accepted", "duplicate"):
        raise Refused(verdict.reason)
    return side
