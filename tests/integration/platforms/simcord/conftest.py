"""A world of SimCord's with the adapter in it. Nothing may go wrong in it unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.integration.platforms.simcord.world import World


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """`request.param`: how many shards the bot has."""
    with capture_logs() as lines:
        world = World(tmp_path, getattr(request, "param", 1))
        await world.open()
        yield world
        await world.close()
    failed = [line for line in lines if line["log_level"] in ("error", "critical")]
    assert not failed, failed
