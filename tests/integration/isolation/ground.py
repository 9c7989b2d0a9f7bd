"""A home with two sessions and a gateway, and a canary in all that must stay out of reach."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from carrel.core.model import SessionKey
from carrel.ports.workspace import Isolation, Workspace
from carrel.testing.workspace_conformance import run
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.launcher import SYSTEM_PATH

CANARY = "canary-7f3a"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a probe runs on. `place` holds everything; `gateway` is a process to be attacked."""

    place: Path
    workspaces: FolderWorkspaces
    own: Workspace
    sibling: Workspace
    gateway: asyncio.subprocess.Process
    read_only: tuple[Path, ...]
    shared: Path

    @property
    def carrel(self) -> Path:
        return self.place / "home"

    @property
    def people(self) -> Path:
        return self.place / "people"

    @property
    def tokens(self) -> Path:
        return self.place / "tokens" / "discord"

    @property
    def given(self) -> Path:
        return self.place / "given.md"

    @property
    def names(self) -> dict[str, str]:
        """What the probes' scripts call these places, and the secret of the gateway's own."""
        return {
            "SIBLING": str(self.sibling.root),
            "CARREL": str(self.carrel),
            "PEOPLE": str(self.people),
            "TOKENS": str(self.tokens),
            "GIVEN": str(self.given),
            "PLACE": str(self.place),
            "GATEWAY": str(self.gateway.pid),
            "SHARED": str(self.shared),
        }

    async def run(self, script: str) -> str:
        """What the script says, run inside the session's walls by a gateway that has the key."""
        launcher = self.workspaces.walled(
            self.own, Path("/bin/sh"), self.read_only, tuple(self.names)
        )
        environment = {**self.names, "ANTHROPIC_API_KEY": CANARY, "PATH": SYSTEM_PATH}
        return (await run(launcher, script, self.own.work, environment))[1]


@asynccontextmanager
async def laid(place: Path, isolation: Isolation, *, in_sight: bool) -> AsyncIterator[Ground]:
    """`in_sight`: the session is given all of `place` to read, so that only masks hide the rest."""
    carrel, people, tokens = place / "home", place / "people", place / "tokens"
    masked = (carrel, people, tokens / "discord")
    workspaces = FolderWorkspaces(carrel / "sessions", isolation, masked, 1000)
    own = await workspaces.prepare(SessionKey("discord:1"))
    sibling = await workspaces.prepare(SessionKey("discord:2"))
    shared = Path("/dev/shm") / f"carrel-{secrets.token_hex(4)}"  # noqa: S108 - to be tried
    read_only = (place if in_sight else place / "given.md",)
    plant(place, sibling, shared)
    gateway = await _gateway(carrel)
    try:
        yield Ground(place, workspaces, own, sibling, gateway, read_only, shared)
    finally:
        shared.unlink()
        if gateway.returncode is None:
            gateway.kill()
        await gateway.wait()


def plant(place: Path, sibling: Workspace, shared: Path) -> None:
    for folder in ("people", "tokens"):
        (place / folder).mkdir()
    for path in (
        *(sibling.work / "secret", sibling.memory / "MEMORY.md", sibling.engine / "talk.jsonl"),
        *(sibling.inbox / "secret", sibling.outbox / "secret", sibling.tmp / "secret"),
        *(place / "home" / "carrel.db", place / "home" / "carrel.toml"),
        *(place / "people" / ".netrc", place / "tokens" / "discord", shared),
    ):
        path.write_text(CANARY)
    (place / "given.md").write_text("be kind")


async def _gateway(home: Path) -> asyncio.subprocess.Process:
    with (home / "carrel.db").open() as store:
        return await asyncio.create_subprocess_exec(
            *("sleep", "60"), stdin=store, cwd=home, env={"ANTHROPIC_API_KEY": CANARY}
        )
