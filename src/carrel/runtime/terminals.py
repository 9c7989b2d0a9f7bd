"""The way in for terminals: `carrel attach` asks here, over the control socket."""

from __future__ import annotations

from pathlib import Path

import structlog

from carrel.core.errors import Refused
from carrel.core.events import TerminalCame
from carrel.core.model import Conversation, SessionKey
from carrel.ports.engine import Program
from carrel.ports.store import Store
from carrel.runtime.lease import FILE, Lease
from carrel.runtime.registry import Registry
from carrel.runtime.tools import Tools

log = structlog.get_logger(__name__)


class TerminalDesk:
    """Lends sessions to terminals. Whoever may ask here is the owner of the home."""

    def __init__(self, store: Store, registry: Registry, tools: Tools) -> None:
        self._store, self._registry, self._tools = store, registry, tools

    async def lease(self, session: str) -> Path:
        """The file that a terminal locks first.

        Raises Refused for a session that there is not, and where the engine has no terminal.
        """
        await self._place(session)
        if not self._tools.engine.capabilities.terminal:
            raise Refused("This agent has no terminal of its own; `carrel chat` talks to it.")
        space = await self._tools.workspaces.prepare(SessionKey(session))
        return space.root / FILE

    async def program(self, session: str) -> Program:
        """What continues the session, as soon as no turn runs.

        Raises Refused where the lease is not held: its file may have gone to the trash meanwhile.
        """
        key, place = SessionKey(session), await self._place(session)
        if Lease(await self.lease(session)).is_free():
            raise Refused(f"The lease of {session} is not held; attach it again.")
        log.info("a terminal asks for a session", session=session)
        came = TerminalCame(place, self._tools.clock.now())
        return await self._tools.terminals.wait(key, self._registry.ask(key, came))

    async def readmit(self, session: str, token: str) -> str:
        """Where the terminal that has the session is served by this gateway.

        Raises Refused where none has it.
        """
        if Lease(await self.lease(session)).is_free():
            raise Refused(f"No terminal continues {session}.")
        return await self._tools.engine.readmit(SessionKey(session), token)

    async def _place(self, session: str) -> Conversation:
        info = await self._store.session(SessionKey(session))
        if info is None or info.conversation is None:
            raise Refused(f"There is no session {session}; `carrel sessions` lists them.")
        return info.conversation
