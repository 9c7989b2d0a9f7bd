"""The engine `claude`: opens live engines, holds the relay that they share."""

from __future__ import annotations

import asyncio
import importlib
import os
import secrets
from pathlib import Path
from uuid import uuid4

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import ResumeToken, SessionKey
from carrel.engines.claude import branching, npm, stubs, survivors, terminal, transcript
from carrel.engines.claude.live import LiveClaude
from carrel.engines.claude.login import Login
from carrel.engines.claude.options import CREDENTIALS, Launch
from carrel.engines.claude.program import bundled
from carrel.engines.claude.relay import Relay
from carrel.engines.claude.sharing import Sharing
from carrel.engines.claude.wire import Unknown
from carrel.ports.clock import Clock
from carrel.ports.engine import Capabilities, EngineSpec, Program, Tell, Until
from carrel.ports.workspace import Workspace, Workspaces

UPSTREAM = "https://api.anthropic.com"
OPENINGS = max(2, os.cpu_count() or 1)
"""Programs of this host that are started at once: more keep each other from getting ready."""

PASSED = (*CREDENTIALS, "ANTHROPIC_BASE_URL")


class ClaudeEngine:
    """Claude Code. `cli`: another program than the bundled one; `api_url`: another service.

    `extra`: further variables for the CLI, such as a proxy or other time limits.
    """

    name = "claude"
    capabilities = Capabilities(steer=True, approvals=True, resume=True, terminal=True)

    def __init__(
        self,
        workspaces: Workspaces,
        login: Login,
        clock: Clock,
        api_url: str | None = None,
        cli: Path | None = None,
        extra: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._workspaces = workspaces
        self._login = login
        self._clock = clock
        self._sharing = Sharing(clock)
        self._api_url = api_url
        self._cli = cli
        self._extra = extra
        self._relay: Relay | None = None
        self._starting = asyncio.Lock()
        self._openings = asyncio.Semaphore(OPENINGS)
        self._lent: dict[SessionKey, str] = {}
        self._npm: npm.Npm | None = None
        self._npm_asked = False

    async def open(self, spec: EngineSpec, tell: Tell) -> LiveClaude:
        """Start the CLI, resumed if it knows the conversation; see the port for errors."""
        if self._login.kind == "none":
            raise Refused(self._login.mend)
        await asyncio.gather(
            asyncio.to_thread(importlib.import_module, "claude_agent_sdk"), self._ask_npm()
        )
        await survivors.wait_until_gone(spec.workspace)
        launch = await self._launch(spec)
        live = LiveClaude(
            launch, tell, self._workspaces, self._clock, self._forget_token, self._sharing
        )
        try:
            async with self._openings:
                await self._start(live, launch)
        except BaseException:
            self._forget_token(launch.token)
            raise
        return live

    async def terminal(self, spec: EngineSpec) -> Program:
        """The CLI as a person starts it, with the same settings, walls and credential."""
        if self._login.kind == "none":
            raise Refused(self._login.mend)
        await self._ask_npm()
        await survivors.wait_until_gone(spec.workspace)
        launch = await self._launch(spec, terminal=True)
        self._forget_token(self._lent.pop(spec.workspace.key, ""))
        self._lent[spec.workspace.key] = launch.token
        await asyncio.to_thread(terminal.welcome, launch)
        return terminal.program(launch)

    async def readmit(self, key: SessionKey, token: str) -> str:
        """The relay's address; the token is served from now on, in place of another."""
        relay = await self._relaying()
        if self._lent.get(key) != token:
            self._forget_token(self._lent.pop(key, ""))
            self._lent[key] = token
        relay.admit(token)
        return relay.url

    async def left(self, workspace: Workspace, since: float) -> ResumeToken | None:
        """Its token is worth nothing any more; the newest transcript is the one it had last."""
        self._forget_token(self._lent.pop(workspace.key, ""))
        await survivors.wait_until_gone(workspace)
        session = await asyncio.to_thread(terminal.used_last, workspace, since)
        return ResumeToken(self.name, session, str(workspace.work)) if session else None

    async def copy(
        self, resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None = None
    ) -> ResumeToken | None:
        """Copy the transcript; see the port."""
        return await branching.copied(resume, source, target, until)

    async def close(self) -> None:
        """Stop the relay."""
        relay, self._relay = self._relay, None
        if relay is not None:
            await relay.close()

    @property
    def relay(self) -> Relay | None:
        """The relay, once a session has needed it."""
        return self._relay

    async def _start(self, live: LiveClaude, launch: Launch) -> None:
        try:
            await live.start(launch)
        except Unknown as unknown:
            fresh = live.fresh(str(uuid4()))
            try:
                await live.start(fresh)
            except Unknown:
                raise Unavailable("Claude would not start a new conversation.") from unknown

    async def _launch(self, spec: EngineSpec, *, terminal: bool = False) -> Launch:
        url, token = await self._address()
        known = spec.resume.value if spec.resume is not None else ""
        found = await asyncio.to_thread(_usable, spec.workspace.engine, known)
        await asyncio.to_thread(stubs.write, spec.workspace)
        login = self._login
        read_only = (login.file,) if login.file is not None else ()
        program = self._workspaces.walled(
            spec.workspace, self._cli or bundled(), read_only, PASSED, terminal=terminal
        )
        session = known if found else str(uuid4())
        path = await self._path(spec.workspace)
        return Launch(
            spec, session, program, login, url, token, resume=found, path=path, extra=self._extra
        )

    async def _ask_npm(self) -> None:
        if not self._npm_asked:
            self._npm, self._npm_asked = await npm.ask(), True

    async def _path(self, space: Workspace) -> str:
        """Only the CLI's own sandbox asks npm, and it runs only within walls."""
        if self._npm is None or space.isolation != "strict":
            return ""
        return await asyncio.to_thread(npm.stand_in, self._npm, space.engine / "bin")

    async def _address(self) -> tuple[str | None, str]:
        """Where the CLI sends its requests, and the session's own token for it."""
        if self._login.kind != "api_key":
            return self._api_url, ""
        relay, token = await self._relaying(), secrets.token_urlsafe(32)
        relay.admit(token)
        return relay.url, token

    async def _relaying(self) -> Relay:
        async with self._starting:
            if self._relay is None:
                relay = Relay(self._api_url or UPSTREAM, self._login.secret)
                await relay.start()
                self._relay = relay
        return self._relay

    def _forget_token(self, token: str) -> None:
        if self._relay is not None:
            self._relay.dismiss(token)


def _usable(engine: Path, session: str) -> bool:
    return transcript.usable(transcript.rows(transcript.find(engine, session)))
