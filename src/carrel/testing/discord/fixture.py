"""`fake_discord`: the fake around a test; import it into a conftest to use it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from carrel.testing.discord.limits import Limits
from carrel.testing.discord.server import FakeDiscord


@pytest.fixture
async def fake_discord() -> AsyncIterator[FakeDiscord]:
    """A fake without rate limits, gone after the test."""
    async with FakeDiscord(limits=Limits.none()) as discord:
        yield discord
