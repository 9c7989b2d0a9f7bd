from __future__ import annotations

from contextlib import closing

import pytest

from carrel.stores.database import SqliteDatabase, connect_writer
from carrel.stores.migrating import migrate
from carrel.stores.statements import load_migrations, load_statements


@pytest.fixture
def path(tmp_path):
    return tmp_path / "carrel.db"


@pytest.fixture
def database(path):
    """An empty store's database, as the writer sees it."""
    with closing(connect_writer(path)) as connection:
        migrate(connection, load_migrations())
        yield SqliteDatabase(connection, load_statements())
