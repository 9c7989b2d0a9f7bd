"""One CLI process and the line to it: started, written to, read, controlled, ended for certain."""

from __future__ import annotations

import asyncio
import os
import signal
import warnings
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

from carrel.core.errors import Unavailable
from carrel.engines.claude.prompts import Block
from carrel.engines.claude.window import contents
from carrel.ports.engine import Context

if TYPE_CHECKING:
    from claude_agent_sdk import ClaudeAgentOptions
    from claude_agent_sdk.types import Message

CONNECT_S = 40.0
CONTROL_S = 3.0
FAREWELL_S = 1.5
LOCKED = 75
STILL_RUNNING = "Another process of this session is still running; try again in a moment."


class Unknown(Exception):
    """The CLI does not know the session that it was to resume."""


class Wire:
    """A started CLI. Errors of the far side are Unavailable, or end `messages`."""

    def __init__(self, options: ClaudeAgentOptions) -> None:
        from claude_agent_sdk import ClaudeSDKClient

        self.complaints: deque[str] = deque(maxlen=20)
        options.stderr = self.complaints.append
        self._client = ClaudeSDKClient(options)

    async def connect(self) -> None:
        """Start the process; raises Unknown, or Unavailable with a sentence."""
        from claude_agent_sdk import CanUseToolShadowedWarning, ClaudeSDKError

        # Where nothing is asked for, the agent's own questions come by that callback all the same.
        warnings.filterwarnings("ignore", category=CanUseToolShadowedWarning)
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._client.connect()
        except TimeoutError as error:
            raise Unavailable(f"Claude did not start within {CONNECT_S:.0f} s.") from error
        except ClaudeSDKError as error:
            if "No conversation found" in " ".join((str(error), *self.complaints)):
                raise Unknown from error
            if getattr(error, "exit_code", None) == LOCKED:
                raise Unavailable(STILL_RUNNING) from error
            raise Unavailable(f"Claude did not start: {self.last_words(str(error))}") from error

    async def send(self, message: Block) -> None:
        """Write one user message; raises Unavailable if the process is gone."""
        from claude_agent_sdk import ClaudeSDKError

        async def once() -> AsyncIterator[Block]:
            yield message

        try:
            await self._client.query(once())
        except (ClaudeSDKError, OSError) as error:
            raise Unavailable("Claude went away.") from error

    async def messages(self) -> AsyncIterator[Message]:
        """Everything the process says until it ends; a message it cannot read is passed over."""
        from claude_agent_sdk._errors import MessageParseError

        while True:
            try:
                async for message in self._client.receive_messages():
                    yield message
                return
            except MessageParseError:
                continue

    async def interrupt(self) -> tuple[str, ...]:
        """Stop what runs; returns the uuids of messages that still wait."""
        match await self.control({"subtype": "interrupt"}):
            case {"still_queued": list(uuids)}:
                return tuple(str(uuid) for uuid in uuids)
            case _:
                return ()

    async def take_back(self, uuid: str) -> bool:
        """Cancel a waiting message; False if it is being worked on or unknown."""
        asked: Block = {"subtype": "cancel_async_message", "message_uuid": uuid}
        match await self.control(asked):
            case {"cancelled": bool(cancelled)}:
                return cancelled
            case _:
                return False

    async def control(self, asked: Block) -> object:
        """A control request without a method in the SDK; None if it was not answered in time."""
        query = self._client._query  # noqa: SLF001 - the SDK has no public way
        request = getattr(query, "_send_control_request", None)
        if request is None:
            return None
        try:
            return await request(asked, timeout=CONTROL_S)
        except Exception:  # noqa: BLE001 - the SDK raises bare ones here; no answer is an answer
            return None

    async def context(self) -> Context | None:
        """How full the window is; None if that was not told in time."""
        match await self.control({"subtype": "get_context_usage"}):
            case dict(told):
                return contents(told)
            case _:
                return None

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """The CLI's own commands and skills, each with what it does."""
        told = await self._client.get_server_info() or {}
        listed = told.get("commands")
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        return tuple((str(row.get("name")), str(row.get("description") or "")) for row in rows)

    def last_words(self, otherwise: str) -> str:
        """The last thing the process complained about, on one line."""
        said = self.complaints[-1] if self.complaints else otherwise
        return " ".join(said.split())[:300]

    async def kill(self) -> None:
        """End the process and everything below it now. Idempotent."""
        pid = self._pid()
        if pid is not None:
            # A hang-up makes the launcher end its whole tree; alone it is enough for the walls.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGHUP)
            await self._gone(FAREWELL_S)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.close()

    async def close(self) -> None:
        """Let the process finish its writing and end, by force after some seconds."""
        with suppress(Exception):
            await self._client.disconnect()

    async def _gone(self, seconds: float) -> None:
        process = self._process()
        if process is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await process.wait()

    def _pid(self) -> int | None:
        process = self._process()
        return process.pid if process is not None and process.returncode is None else None

    def _process(self) -> asyncio.subprocess.Process | None:
        transport = self._client._transport  # noqa: SLF001 - the SDK does not tell the pid
        process: asyncio.subprocess.Process | None = getattr(transport, "_process", None)
        return process
