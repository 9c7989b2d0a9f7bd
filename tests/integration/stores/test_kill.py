"""What the store has acknowledged outlives a kill at any moment."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest
from tests.acceptance.thorough import thorough

from carrel.core.model import SessionKey
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import build

ROUNDS = 20
SEED = 20
WRITING = Path(__file__).with_name("writing.py")


async def written_until_killed(home: Path, first: int, lines: int) -> list[str]:
    """What a writer had acknowledged when it was killed, some time after `lines` lines."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, WRITING, home, str(first), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    said = [await writer.stdout.readline() for _ in range(lines)]
    writer.kill()
    said += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    return [line.decode().strip() for line in said if line.endswith(b"\n")]


async def stored(home: Path) -> tuple[list[int], set[int], set[int]]:
    """Waiting messages in order; those with a fate; what is to be said."""
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    assert store.incidents == ()
    waiting = (await store.claim(SessionKey("k"), "test")).session.waiting
    due = await store.due(None, 100_000)
    seen = await store.history(due[0].outbound.conversation, 100_000)
    await store.close()
    fated = {int(one.inbound.id) for one in seen if one.inbound and one.state == "done"}
    said = {int(row.outbound.nonce[1:]) for row in due}
    return [int(p.id.partition("/")[2]) for p in waiting], fated, said


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(10 * ROUNDS, marks=thorough)])
async def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path, rounds: int) -> None:
    """Two hundred times where there is time: bar A11. spec: 2.3 2.4"""
    moments = random.Random(SEED)  # noqa: S311 - moments of a kill, no secrets
    acknowledged: set[str] = set()
    for number in range(rounds):
        lines = await written_until_killed(tmp_path, number * 100_000, moments.randrange(1, 60))
        acknowledged.update(lines)
        waiting, fated, said = await stored(tmp_path)
        accepted = {int(line.split()[1]) for line in acknowledged if line.startswith("accepted")}
        assert accepted <= set(waiting) | fated
        assert {int(line.split()[1]) for line in acknowledged if line.startswith("said")} <= said
        assert said == fated
        assert waiting == sorted(waiting)
        assert not set(waiting) & fated
