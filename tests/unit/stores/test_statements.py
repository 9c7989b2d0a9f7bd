from __future__ import annotations

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
