"""Every store keeps the port's promises, and any two agree after whatever was done to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.conftest import READY

from carrel.ports.store import Store, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.memory import MemoryStore
from carrel.stores.postgres import build
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


EMPTIED = """
DO $$ DECLARE name TEXT; BEGIN
  FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'schema_version'
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$
"""


@pytest.fixture(scope="module")
def emptied(postgres):
    """The same database again and again, without its rows: quicker than one for each walk."""
    url = postgres.create("conformance", READY)

    def empty() -> str:
        postgres.run(EMPTIED, "conformance")
        return url

    yield empty
    postgres.drop("conformance")


class TestPostgresStore(StoreConformance):
    @pytest.fixture
    def fresh(self, emptied, tmp_path):
        @asynccontextmanager
        async def opened() -> AsyncIterator[Store]:
            store = build(StoreParts(Path(mkdtemp(dir=tmp_path)), SystemClock(), emptied()))
            await store.open()
            yield store
            await store.close()

        return opened
