"""A kill in the middle of a restore leaves the old store or the new one, and nothing between."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from carrel.stores import backups, restoring
from carrel.stores.damage import find_damage
from carrel.stores.database import SqliteDatabase, connect, connect_writer
from carrel.stores.migrating import migrate
from carrel.stores.statements import load_migrations, load_statements

ROUNDS, SEED, ROWS = 25, 18, 3000
GOING_BACK = """
import sys
from pathlib import Path
from carrel.stores import restoring
home, names = Path(sys.argv[1]), sys.argv[2:]
print("ready", flush=True)
for number in range(10_000):
    name = names[number % 2]
    restoring.go_back(name, home / "carrel.db", home / "backups", 1e9 + number)
    for old in (home / "backups").glob("*replaced*"):
        old.unlink()
"""


def filled(path: Path, word: str) -> None:
    with closing(connect_writer(path)) as connection:
        migrate(connection, load_migrations())
        SqliteDatabase(connection, load_statements()).connection.execute("DELETE FROM session")
        keys = ((f"{word}{n}",) for n in range(ROWS))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO session (key) VALUES (?)", keys)
        connection.execute("COMMIT")


def words(path: Path) -> tuple[set[str], int]:
    with closing(connect(path)) as connection:
        keys = [row["key"] for row in connection.execute("SELECT key FROM session")]
    return {key.rstrip("0123456789") for key in keys}, len(keys)


def test_a_killed_restore_leaves_one_store_or_the_other(tmp_path) -> None:
    """spec: 18.1"""
    store, folder = tmp_path / "carrel.db", tmp_path / "backups"
    copies = []
    for number, word in enumerate(("old", "new")):
        filled(store, word)
        copies.append(restoring.copy_now(store, folder, float(number)).name)
    moments = random.Random(SEED)  # noqa: S311 - moments of a kill, no secrets
    seen = set()
    for _ in range(ROUNDS):
        program = [sys.executable, "-c", GOING_BACK, str(tmp_path), *copies]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as going:
            assert going.stdout is not None
            assert going.stdout.readline() == "ready\n"
            try:
                going.wait(moments.uniform(0.0, 0.12))
            except subprocess.TimeoutExpired:
                going.kill()
        assert find_damage(store) is None
        found, rows = words(store)
        assert found in ({"old"}, {"new"})
        assert rows == ROWS
        seen |= found
    assert seen == {"old", "new"}
    assert set(copies) <= {copy.name for copy in backups.newest_first(folder)}
