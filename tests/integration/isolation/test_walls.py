"""Bar B2 with plain commands: what a session tries against its walls fails, each in its own test.

Every probe is shown to be able to succeed: without walls it does.

spec: 5.4 6.2 6.3 6.4 6.5
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from ground import Ground, laid
from probes import ALL, READS, TRICKS, WRITES, Probe


def named(probes: tuple[Probe, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("probe", probes, ids=lambda probe: probe.name)


async def harmed(probe: Probe, ground: Ground) -> tuple[bool, str]:
    said = await ground.run(probe.script)
    return probe.harm(ground, said), said


@named(READS)
async def test_nothing_foreign_is_read(probe: Probe, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        assert (await harmed(probe, ground))[0] is False


@named(TRICKS)
async def test_no_trick_leads_out(probe: Probe, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        assert (await harmed(probe, ground))[0] is False
        assert ground.gateway.returncode is None


@named(WRITES)
async def test_nothing_foreign_is_written(probe: Probe, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        assert (await harmed(probe, ground))[0] is False


@named(ALL)
async def test_masks_hold_where_the_rest_is_in_sight(probe: Probe, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=True) as ground:
        assert (await harmed(probe, ground))[0] is False


@named(ALL)
async def test_without_walls_the_probe_succeeds(probe: Probe, tmp_path: Path) -> None:
    if probe.root and os.geteuid() != 0:
        pytest.skip("without walls only root could do this")
    async with laid(tmp_path, "folder", in_sight=False) as ground:
        assert (await harmed(probe, ground))[0] is True


async def test_what_was_given_can_be_read(tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        assert await ground.run('cat "$GIVEN"') == "be kind"


async def test_programs_of_the_system_run(tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        said = await ground.run("git init -q . && date +%Y > /dev/null && id -un && echo ~ && pwd")
        assert said.split() == ["carrel", str(ground.own.tmp / "home"), str(ground.own.work)]


async def test_the_loopback_network_is_there(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"relay")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, laid(tmp_path, "strict", in_sight=False) as ground:
        assert await ground.run(f"socat -u TCP:127.0.0.1:{port} -") == "relay"
