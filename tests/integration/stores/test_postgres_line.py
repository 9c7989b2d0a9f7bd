"""Commits whose answer is lost, and what fails in a batch, on a real server."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import psycopg
import pytest

from carrel.core.errors import Fenced, Unavailable
from carrel.stores.group_commit import Work
from carrel.stores.postgres import line as lines
from carrel.stores.postgres.address import Address, address_of
from carrel.stores.postgres.dialect import postgres_statements
from carrel.stores.postgres.line import Ground, Line
from carrel.stores.postgres.reach import Reach

BEGUN_IN = "SELECT COUNT(DISTINCT xmin::text) FROM listened"


def line(url: str) -> Line:
    address = address_of(url)
    return Line(Ground(address, postgres_statements(), Reach(address)))


class Deaf:
    """A connection that carries a COMMIT out, or does not, and is cut before the answer."""

    def __init__(self, held, *, carried_out: bool) -> None:
        self._held, self._carried_out = held, carried_out

    def __getattr__(self, name: str):
        return getattr(self._held, name)

    def execute(self, query, *values):
        if query != "COMMIT":
            return self._held.execute(query, *values)
        if self._carried_out:
            self._held.execute(query)
        self._held.close()
        self.broken = True
        raise psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_commit_whose_answer_is_lost_is_asked_about(database_url, carried_out) -> None:
    with closing(line(database_url)) as cut:
        cut.commit(lambda database: database.write("listening", source="a", at=1.0))
        cut._held = Deaf(cut._held, carried_out=carried_out)

        def write(database) -> int:
            return database.write("listening", source="b", at=2.0)

        if carried_out:
            assert cut.commit(write) == 1
        else:
            with pytest.raises(Unavailable):
                cut.commit(write)
        found = cut.read(lambda database: database.row("listened", source="b"))
        assert (found is not None) == carried_out


def test_a_commit_is_asked_about_by_the_clock_however_long_each_try_takes(
    database_url, monkeypatch
) -> None:
    """A network that swallows everything takes the whole time-out of each connection."""
    with closing(line(database_url)) as cut:
        cut.commit(lambda database: database.write("listening", source="a", at=1.0))
        cut._held = Deaf(cut._held, carried_out=True)
        clock, tries = SimpleNamespace(now=0.0), []

        def swallowed(address: Address) -> None:
            tries.append(address)
            clock.now += 5.0
            raise psycopg.errors.ConnectionTimeout("connection timeout expired")

        monkeypatch.setattr(lines, "connect", swallowed)
        monkeypatch.setattr(lines, "time", SimpleNamespace(monotonic=lambda: clock.now))
        with pytest.raises(Unavailable, match="nobody knows"):
            cut.commit(lambda database: database.write("listening", source="b", at=2.0))
        assert len(tries) == lines.ASKED_S / 5


def test_what_fails_in_a_batch_takes_none_of_the_others_with_it(database_url) -> None:
    def write(source: str) -> Work:
        return lambda database: database.write("listening", source=source, at=1.0)

    def fail(database) -> None:
        database.write("listening", source="never", at=1.0)
        raise Fenced

    with closing(line(database_url)) as mine:
        good = lines.commit(mine, [write("a"), write("b"), write("c")])
        assert [outcome.value for outcome in good] == [1, 1, 1]
        together = mine.read(lambda db: db.connection.execute(BEGUN_IN).fetchall())
        assert together == [{"count": 1}], "one transaction, one wait for the disk"
        mixed = lines.commit(mine, [write("d"), fail, write("e")])
        assert [type(outcome.error) for outcome in mixed] == [type(None), Fenced, type(None)]
        wrong = lines.commit(mine, [write("f"), lambda database: database.rows("listened")])
        assert [outcome.error is None for outcome in wrong] == [True, False]
        names = [*"abcdef", "never"]
        found = [mine.read(lambda db, one=one: db.row("listened", source=one)) for one in names]
    assert [row is not None for row in found] == [*[True] * 6, False]
