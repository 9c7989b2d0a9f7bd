"""A session's processes and Carrel's end: nothing survives, and the lock says so."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from carrel.core.model import SessionKey
from carrel.ports.workspace import Isolation, Workspace
from carrel.testing.workspace_conformance import run, started
from carrel.workspaces.folders import FolderWorkspaces

GATEWAY = "import subprocess, sys; subprocess.run(sys.argv[1:], stdin=subprocess.PIPE, check=False)"
GONE_AT_ONCE = """
import os, subprocess, sys
env = os.environ | {"CARREL_GATEWAY": str(os.getpid())}
subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, env=env)
os._exit(0)
"""
BEAT = "while :; do echo x >> beat; sleep 0.01; done"
STRAY = f"echo x > beat; setsid sh -c '{BEAT}' & echo up; sleep 60"
ISOLATIONS = ("strict", "folder")


async def prepared(place: Path, isolation: Isolation) -> tuple[Workspace, Path]:
    workspaces = FolderWorkspaces(place / "sessions", isolation, (), 1000)
    space = await workspaces.prepare(SessionKey("a"))
    return space, workspaces.walled(space, Path("/bin/sh"), ())


async def still_beats(space: Workspace, launcher: Path) -> bool:
    """Whether anything of an earlier start writes on, once the lock is free again."""
    before = await run(launcher, "wc -c < beat; sleep 0.1; wc -c < beat", space.work)
    first, second = before[1].split()
    return first != second


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_the_program_dies_with_the_gateway(
    isolation: Isolation, number: int, tmp_path: Path
) -> None:
    space, launcher = await prepared(tmp_path, isolation)
    gateway = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", GATEWAY, launcher, "-c", STRAY),
        stdout=asyncio.subprocess.PIPE,
        cwd=space.work,
    )
    await gateway.stdout.readline()
    gateway.send_signal(number)
    await gateway.wait()
    assert not await still_beats(space, launcher)


@pytest.mark.parametrize("isolation", ISOLATIONS)
async def test_a_start_under_way_dies_with_the_gateway(
    isolation: Isolation, tmp_path: Path
) -> None:
    space, launcher = await prepared(tmp_path, isolation)
    for _ in range(5):
        gateway = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", GONE_AT_ONCE, launcher, "-c", STRAY), cwd=space.work
        )
        await gateway.wait()
    await asyncio.sleep(0.5)
    assert not (space.work / "beat").exists()


@pytest.mark.parametrize("isolation", ISOLATIONS)
async def test_a_terminated_launcher_leaves_nothing(isolation: Isolation, tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, isolation)
    process = await started(launcher, STRAY, space.work)
    process.terminate()
    await process.communicate()
    assert not await still_beats(space, launcher)


async def test_a_killed_launcher_leaves_nothing_inside_walls(tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, "strict")
    for _ in range(10):
        process = await started(launcher, STRAY, space.work)
        process.kill()
        await process.communicate()
        assert not await still_beats(space, launcher)


@pytest.mark.parametrize("isolation", ISOLATIONS)
async def test_the_status_of_a_killed_program_is_told(isolation: Isolation, tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, isolation)
    status, _ = await run(launcher, "kill -9 $$", space.work)
    assert status == 128 + signal.SIGKILL


@pytest.mark.parametrize("isolation", ISOLATIONS)
async def test_a_session_cannot_get_at_its_lock(isolation: Isolation, tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, isolation)
    said = await run(launcher, "ls -l /proc/self/fd; ls -l /proc/1/fd 2>/dev/null", space.work)
    assert str(space.root / "lock") not in said[1]


async def test_what_bwrap_was_told_is_not_shown_inside(tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, "strict")
    _, said = await run(launcher, "tr '\\0' ' ' < /proc/1/cmdline", space.work)
    assert "--ro-bind" not in said
    assert "/bin/sh" in said


async def test_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    space, launcher = await prepared(tmp_path, "strict")
    await run(launcher, "true", space.work)
    before = descriptors()
    for _ in range(10):
        await run(launcher, "true", space.work)
    assert descriptors() == before
