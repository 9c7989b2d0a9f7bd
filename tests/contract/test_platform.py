"""Every platform keeps the port's promises."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from carrel.core.errors import CarrelError
from carrel.core.messages import Body, Gone, Outbound
from carrel.platforms.console import ConsolePlatform, Subscription, Upload, place
from carrel.testing.clock import ManualClock, settle
from carrel.testing.platform_conformance import PlatformConformance, Written


@dataclass
class ConsoleBench:
    """A page that is open on one desk."""

    platform: ConsolePlatform
    place = place("desk")
    page: Subscription | None = None
    seen: dict[str, Body] = field(default_factory=dict)

    async def ready(self) -> None:
        await settle()

    async def write(self, message: str, text: str, files: tuple[bytes, ...] = ()) -> Written:
        uploads = tuple(Upload("a.bin", "x/y", io.BytesIO(content)) for content in files)
        try:
            verdict = await self.platform.post("desk", message, text, uploads)
        except CarrelError as error:
            return Written(acknowledged=False, told=str(error))
        return Written(verdict.outcome in {"accepted", "duplicate"}, verdict.reason)

    async def read(self) -> tuple[str, ...]:
        while True:
            try:
                async with asyncio.timeout(0):
                    item = await self.page.next()
            except TimeoutError:
                return tuple(repr(body) for body in self.seen.values())
            if isinstance(item, Outbound):
                self.seen[item.nonce] = item.body
                if isinstance(item.body, Gone):
                    del self.seen[item.nonce]


class TestConsole(PlatformConformance):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[ConsoleBench]:
        platform = ConsolePlatform(tmp_path / "uploads", ManualClock())
        async with platform.subscribe("desk") as page:
            yield ConsoleBench(platform, page)
