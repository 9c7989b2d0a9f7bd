"""A turn of the real agent inside real walls, with a stand-in for the model: nothing is paid.

It proves what no look can: that the installed agent program starts here, tells the messages that
Carrel relies on, and asks before it acts.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.core.errors import CarrelError
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    EngineEvent,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Wrote,
)
from carrel.core.model import Conversation, MessageId, Prompt, SessionKey, Turn, TurnId, Verdict
from carrel.examining.agent import REINSTALL
from carrel.ports.engine import Delivered, EngineSpec
from carrel.ports.platform import Finding

if TYPE_CHECKING:
    from carrel.ports.engine import Engine, LiveEngine
    from carrel.ports.workspace import Isolation, Workspace

LONGEST = 60.0
"""Seconds for the whole turn; it takes two or three."""

FILE, WORD = "rehearsal.txt", "rehearsed"
SCRIPT = f"TOOL Write {FILE} {WORD}\nSAY {WORD}"
RELIED_ON = (ToolStarted, ApprovalAsked, ToolEnded, Wrote, TurnEnded)


class Rehearsal:
    """One turn that writes a file, and what the engine told of it."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self.was_written_unasked = False
        self._live: LiveEngine | None = None
        self._ended = asyncio.Event()
        self._file = Path()

    async def run(self, engine: Engine, workspace: Workspace) -> tuple[Finding, ...]:
        """Play it. Raises nothing: whatever goes wrong is a finding."""
        self._file = workspace.work / FILE
        turn = TurnId("rehearsal#1")
        place = Conversation("console", "rehearsal", direct=True)
        prompt = Prompt(MessageId("rehearsal/1"), place, "doctor", SCRIPT)
        try:
            async with asyncio.timeout(LONGEST):
                spec = EngineSpec(workspace, None, "ask", None, "")
                self._live = await engine.open(spec, self._hear)
                await self._live.prompt(Turn(turn, (prompt,)), (Delivered(prompt),))
                await self._ended.wait()
        except (CarrelError, TimeoutError) as error:
            said = str(error) or f"it was not done within {LONGEST:.0f} s"
            return (Finding("agent", well=False, said=said, mend=REINSTALL),)
        finally:
            if self._live is not None:
                await self._live.close()
        return (self._contract(), self._permission())

    async def _hear(self, event: EngineEvent) -> None:
        self.events.append(event)
        match event:
            case ApprovalAsked(approval=approval):
                self.was_written_unasked = self._file.exists()
                if self._live is not None:
                    for call in approval.calls:
                        await self._live.answer(call, Verdict("allow"))
            case TurnEnded():
                self._ended.set()

    def _contract(self) -> Finding:
        told = {type(event) for event in self.events} - {Answered}
        missing = [kind.__name__ for kind in RELIED_ON if kind not in told]
        ends = [event for event in self.events if isinstance(event, TurnEnded)]
        if missing or [one.reason for one in ends] != ["done"] or WORD not in ends[0].text:
            why = (
                f"it did not tell: {', '.join(missing)}" if missing else f"it says: {ends[0].text}"
            )
            return Finding("agent", well=False, said=why, mend=REINSTALL)
        return Finding("agent", well=True, said="ok, a turn in the walls says all it must")

    def _permission(self) -> Finding:
        asked = any(isinstance(event, ApprovalAsked) for event in self.events)
        written = self._file.exists()
        if not asked or self.was_written_unasked:
            said = "the agent acts without asking"
            mend = (
                "Look for hooks and settings of its own that allow everything, and take them out."
            )
            return Finding("permission", well=False, said=said, mend=mend)
        if not written:
            said = "what was allowed was not done"
            return Finding("permission", well=False, said=said, mend=REINSTALL)
        return Finding("permission", well=True, said="ok, a tool waited until it was allowed")


async def rehearse(isolation: Isolation) -> tuple[Finding, ...]:
    """Play a turn in a throw-away home, within the walls that are set up."""
    from carrel.engines.claude import ClaudeEngine, Login
    from carrel.runtime.clock import SystemClock
    from carrel.testing.messages_api import FakeMessagesApi
    from carrel.workspaces.folders import FolderWorkspaces

    with tempfile.TemporaryDirectory(prefix="carrel-doctor-") as name:
        home = Path(name)
        workspaces = FolderWorkspaces(home / "sessions", isolation, (), 1_000_000)
        async with FakeMessagesApi() as api:
            login = Login("api_key", "the-rehearsal-needs-no-key")
            engine = ClaudeEngine(workspaces, login, SystemClock(), api.url)
            try:
                workspace = await workspaces.prepare(SessionKey("console:rehearsal"))
                return await Rehearsal().run(engine, workspace)
            except CarrelError as error:
                return (Finding("agent", well=False, said="not tried", mend=str(error)),)
            finally:
                await engine.close()
