"""A town with Carrel in it, and discord.py without its long pauses."""

from __future__ import annotations

import asyncio
import types
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.platforms.discord.town import Town

from carrel.platforms.discord.client import Client
from carrel.testing.discord import FakeDiscord, Limits

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord.http

HURRY = 50.0


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits for seconds before it tries again, and five before a new session."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / HURRY)

    hurried = types.SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    monkeypatch.setattr(discord.http, "asyncio", hurried)

    async def at_once(_self: Client, _shard: int | None, *, initial: bool = False) -> None:
        """Identify at once."""

    monkeypatch.setattr(Client, "before_identify_hook", at_once)


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(limits=Limits.none()) as one:
        yield one


@pytest.fixture
def furnished(fake: FakeDiscord, tmp_path: Path) -> Town:
    """The town before Carrel is started in it."""
    return Town.furnish(tmp_path, fake)


@pytest.fixture
async def town(furnished: Town) -> AsyncIterator[Town]:
    """The town with Carrel running."""
    async with furnished:
        yield furnished
