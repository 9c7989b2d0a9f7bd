from __future__ import annotations

import pytest

from carrel.core.errors import ConfigError, Unavailable
from carrel.stores.moving import move, tally

COLUMNS = ("at", "id")


class Shelf:
    """A side in memory. `spoils`: it keeps something else than what it was given."""

    def __init__(self, rows=(), place=0, tables=("inbox", "turn"), *, spoils=False) -> None:
        self.held = {table: list(rows) for table in tables}
        self.at, self.spoils, self.filled = place, spoils, 0

    def tables(self):
        return dict.fromkeys(self.held, COLUMNS)

    def rows(self, table, columns):
        assert columns == COLUMNS
        return iter(self.held[table])

    def fill(self, table, columns, rows) -> None:
        assert columns == COLUMNS
        self.filled += 1
        self.held[table] += [(0.0, "x") if self.spoils else row for row in rows]

    def place(self) -> int:
        return self.at

    def go_on_from(self, place: int) -> None:
        self.at = place


ROWS = [(1.5, "a"), (None, "b☕"), (2.0, "a")]


def test_everything_moves_and_is_counted() -> None:
    source, target = Shelf(ROWS, place=7), Shelf()
    moved = move(source, target)
    assert target.held == source.held
    assert target.place() == 7
    assert {table: held.rows for table, held in moved.items()} == {"inbox": 3, "turn": 3}


def test_what_is_there_already_in_any_order_is_not_moved_again() -> None:
    target = Shelf(ROWS[::-1])
    assert move(Shelf(ROWS, place=3), target) == tally(target)
    assert (target.filled, target.place()) == (0, 3)


def test_a_target_with_other_rows_is_left_alone() -> None:
    target = Shelf(ROWS[:1])
    with pytest.raises(ConfigError, match="give it an empty one"):
        move(Shelf(ROWS), target)
    assert target.held == Shelf(ROWS[:1]).held


def test_a_copy_that_differs_is_found_though_the_number_is_right() -> None:
    with pytest.raises(Unavailable, match="differs from the original"):
        move(Shelf(ROWS), Shelf(spoils=True))


def test_a_single_character_a_moved_value_or_a_lost_row_changes_the_digest() -> None:
    first = tally(Shelf(ROWS))
    for others in ([*ROWS[:2], (2.0, "b")], ROWS[:2], [*ROWS, ROWS[0]], [("a", 1.5), *ROWS[1:]]):
        assert tally(Shelf(others)) != first


def test_stores_of_different_schemas_are_not_mixed() -> None:
    with pytest.raises(ConfigError, match="different tables"):
        move(Shelf(ROWS), Shelf(tables=("inbox",)))


def test_what_text_cannot_hold_everywhere_is_no_difference() -> None:
    assert tally(Shelf([(1.0, "a\0b")])) == tally(Shelf([(1.0, "a\ufffdb")]))
