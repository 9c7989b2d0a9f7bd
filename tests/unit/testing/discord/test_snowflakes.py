from __future__ import annotations

from carrel.testing.discord.snowflakes import Snowflakes, iso, made_at


def test_ids_grow_even_when_time_stands_still() -> None:
    make = Snowflakes(lambda: 1_700_000_000.5)
    first, second = make(), make()
    assert int(second) == int(first) + 1
    assert made_at(second) == 1_700_000_000.5


def test_times_are_written_as_discord_writes_them() -> None:
    assert iso(1_700_000_000.5) == "2023-11-14T22:13:20.500000+00:00"
