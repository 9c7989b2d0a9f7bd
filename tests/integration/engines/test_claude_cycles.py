"""Started, cancelled, closed and killed again and again within the walls: nothing is left. Bar C9.

spec: 10.1 10.3
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from tests.acceptance.thorough import thorough

from carrel.core.model import SessionKey
from carrel.engines.claude import ClaudeEngine, Login
from carrel.testing.engine_conformance import EngineBench
from carrel.workspaces.folders import FolderWorkspaces

SEED = 9
WARM = ("closed", "cancelled", "killed", "dropped")
"""Each way once before anything is counted: what is made once for all is made then."""

pytestmark = [
    pytest.mark.cli,
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]


@pytest.fixture
async def walled(api, tmp_path: Path, clock):
    home = tmp_path / "home"
    home.mkdir()
    spaces = FolderWorkspaces(home / "sessions", "strict", (home,), 1_000_000)
    engine = ClaudeEngine(spaces, Login("api_key", "sk-real"), clock, api.url)
    yield EngineBench(engine, await spaces.prepare(SessionKey("console:1")))
    await engine.close()


def processes(home: Path) -> list[str]:
    """What names the home, and dead children of ours that nobody asked about."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if str(home) in line or (state == "Z" and parent == str(os.getpid())):
                found.append(f"{entry.name} {state} {line[:80]}")
    return found


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def kill(home: Path) -> None:
    """Whatever of ours runs in the home, in whichever state it is."""
    for line in processes(home):
        with suppress(ProcessLookupError):
            os.kill(int(line.split()[0]), signal.SIGKILL)


async def cycle(walled: EngineBench, how: str, moment: float, name: str) -> None:
    opening = asyncio.create_task(walled.open())
    if how == "cancelled":
        await asyncio.sleep(moment)
        opening.cancel()
    with suppress(asyncio.CancelledError):
        driver = await opening
        if how == "closed":
            assert (await driver.ask("hello", ids=(name,))).reason == "done"
        else:
            await driver.start("HANG", ids=(name,))
        if how == "killed":
            await asyncio.sleep(moment)
            kill(walled.workspace.root)
            assert (await driver.told.ended()).reason == "lost"
        await driver.live.close()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("cycles", [2, pytest.param(1000, marks=thorough)])
async def test_no_process_and_no_descriptor_is_left(walled: EngineBench, cycles: int) -> None:
    home, chance = walled.workspace.root.parents[1], random.Random(SEED)  # noqa: S311 - moments, no secrets
    for how in WARM:
        await cycle(walled, how, 0.1, f"console/{how}")
    before = descriptors()
    for number in range(cycles):
        await cycle(walled, chance.choice(WARM), chance.uniform(0.0, 0.6), f"console/{number}")
    async with asyncio.timeout(10):
        while processes(home):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.05)
    assert descriptors() <= before + 2, "those of the service that is played come and go"
