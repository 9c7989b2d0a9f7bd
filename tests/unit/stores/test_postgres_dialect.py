from __future__ import annotations

from carrel.stores.postgres.dialect import (
    postgres_migrations,
    postgres_statements,
    schema,
    statement,
)
from carrel.stores.statements import load_migrations, load_statements


def test_a_statement_gets_the_drivers_placeholders() -> None:
    text = "SELECT a FROM b WHERE c = :c_d AND e LIKE 'x%' -- so: and\n AND f = :f::text"
    made = "SELECT a FROM b WHERE c = %(c_d)s AND e LIKE 'x%%' -- so: and\n AND f = %(f)s::text"
    assert statement(text) == made


def test_a_migration_gets_the_servers_types() -> None:
    text = "CREATE TABLE a (b INTEGER, c REAL, d TEXT NOT NULL,\n  e BLOB) STRICT;"
    made = 'CREATE TABLE a (b BIGINT, c DOUBLE PRECISION, d TEXT COLLATE "C" NOT NULL,\n  e BYTEA);'
    assert schema(text) == made


def test_every_statement_is_there_and_what_differs_has_its_own_words() -> None:
    ours = postgres_statements()
    assert load_statements().keys() < ours.keys()
    assert "nextval" in ours["next_place"]
    assert not any(" :" in text for text in ours.values())


def test_the_steps_are_the_same_and_a_file_of_ones_own_is_taken_as_it_is() -> None:
    steps = postgres_migrations()
    numbered = [(step.number, step.name) for step in steps]
    assert numbered == [(step.number, step.name) for step in load_migrations()]
    assert "CREATE SEQUENCE store_order" in steps[0].script
    assert not any("STRICT" in step.script for step in steps)
