from __future__ import annotations

import re

import pytest

from carrel.stores.statements import load_migrations, load_statements, statements


def test_each_statement_is_known_by_the_name_above_it() -> None:
    found = statements("-- a preface\n-- name: one\nSELECT 1;\n\n-- name: two\nSELECT\n  2;\n")
    assert found == {"one": "SELECT 1;", "two": "SELECT\n  2;"}


def test_the_packaged_statements_are_found() -> None:
    assert "accept_message" in load_statements()


def test_each_migration_has_a_number_of_its_own_and_they_come_in_order() -> None:
    numbers = [migration.number for migration in load_migrations()]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1
    assert load_migrations()[0].name == "0001_first"


def test_every_statement_fits_the_schema(database) -> None:
    for text in load_statements().values():
        database.connection.execute(f"EXPLAIN {text}", dict.fromkeys(_parameters(text), 1))


def _parameters(text: str) -> set[str]:
    words = text.replace("(", " ").replace(")", " ").replace(",", " ").replace(";", " ").split()
    return {word[1:] for word in words if word.startswith(":")}


BEFORE_HOSTS = {
    2: "PostgreSQL's store is younger: nobody ran an older host beside it",
    8: "PostgreSQL's store is younger: nobody ran an older host beside it",
}
"""Steps after which the statements of the version before fail, and why nobody minds."""

ADDS = re.compile(
    r"CREATE TABLE \w+ \([^;]*\)( STRICT)?"
    r"|CREATE INDEX [^;]*"
    r"|ALTER TABLE \w+ ADD COLUMN \w+ \w+( NOT NULL DEFAULT [^;]+)?"
)
"""What an older host does not notice: it names the columns that it writes, and knows no others."""


def takes_away(script: str) -> list[str]:
    """The commands of a step that do more than to add."""
    plain = re.sub(r"--.*", "", script)
    commands = (" ".join(command.split()) for command in plain.split(";"))
    return [command for command in commands if command and not ADDS.fullmatch(command)]


def test_a_step_only_adds_so_that_an_older_host_goes_on_beside_a_newer_one() -> None:
    """What is to go, goes when no version that uses it can run any more: in a later release."""
    steps = load_migrations()[1:]
    found = {step.number for step in steps if takes_away(step.script)}
    assert found == BEFORE_HOSTS.keys(), [takes_away(step.script) for step in steps]


@pytest.mark.parametrize(
    "command",
    [
        "DROP TABLE a",
        "ALTER TABLE a DROP COLUMN b",
        "ALTER TABLE a RENAME TO b",
        "ALTER TABLE a RENAME COLUMN b TO c",
        "ALTER TABLE a ADD COLUMN b TEXT NOT NULL",
        "CREATE UNIQUE INDEX a ON b (c)",
        "UPDATE a SET b = 1",
    ],
)
def test_what_takes_away_is_seen(command: str) -> None:
    assert takes_away(
        f"-- a step; it adds\nCREATE TABLE x (\n y TEXT\n) STRICT;\n{command};\n"
    ) == [command]
