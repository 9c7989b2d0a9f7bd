"""Every store keeps the port's promises, and any two agree after whatever was done to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from carrel.ports.store import Store
from carrel.runtime.clock import SystemClock
from carrel.stores.memory import MemoryStore
from carrel.stores.sqlite import SqliteStore
from carrel.testing.store_conformance import StoreConformance


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    def fresh(self):
        @asynccontextmanager
        async def opened() -> AsyncIterator[Store]:
            yield MemoryStore()

        return opened


class TestSqliteStore(StoreConformance):
    @pytest.fixture
    def fresh(self, tmp_path):
        @asynccontextmanager
        async def opened() -> AsyncIterator[Store]:
            home = Path(mkdtemp(dir=tmp_path))
            store = SqliteStore(home / "carrel.db", home / "backups", SystemClock())
            await store.open()
            yield store
            await store.close()

        return opened
