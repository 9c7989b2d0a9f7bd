"""The simulation agrees with what is known in closed form, and loses nobody."""

from __future__ import annotations

import statistics

import pytest
from bench.size.curve import drawn
from bench.size.model import Costs, Fleet, People, limits, simulate

FREE = Costs(database=1e-9, leader=1e-9, agent=0.01, opening=0.0, memory=100.0)
ONE_BY_ONE = People(messages=1.0, turn=10.0, sigma=1e-9)
"""Everybody says one thing, and every turn takes ten seconds."""


def _sessions(share: float, fleet: Fleet, costs: Costs, people: People) -> int:
    return round(share * min(limits(fleet, costs, people).values()) / people.rate(1))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_one_place_waits_as_long_as_the_formula_says(share: float) -> None:
    """Pollaczek and Khinchin: in a line before one place with turns of the same length."""
    fleet = Fleet(hosts=1, places=1)
    sessions = _sessions(share, fleet, FREE, ONE_BY_ONE)
    played = simulate(fleet, FREE, ONE_BY_ONE, sessions, seconds=4_000_000.0, seed=1)
    said = 10.0 * share / (2 * (1 - share))
    assert statistics.fmean(played.waits) == pytest.approx(said, rel=0.05)


def test_one_thing_at_a_time_before_the_engines() -> None:
    slow = Costs(database=0.5, leader=1.0, agent=0.01, opening=2.0, memory=100.0)
    played = simulate(Fleet(hosts=100), slow, ONE_BY_ONE, 1_000, seed=1)
    assert played.waits[0] == pytest.approx(1.5), "an engine that is open, and nobody before"
    assert any(wait == pytest.approx(3.5) for wait in played.waits), "one that is closed"


def test_an_open_engine_is_used_again() -> None:
    costs = Costs(database=1e-9, leader=1e-9, agent=0.01, opening=5.0, memory=100.0)
    often = People(messages=20.0, turn=1.0, sigma=1e-9)
    played = simulate(Fleet(hosts=1000), costs, often, 5_000, seed=1)
    assert played.opened == pytest.approx(1 / 20, abs=0.01)
    assert played.wait(0.5) < 0.001
    assert played.waits[-1] >= 5.0


def test_too_many_people_wait_until_all_have_had_their_turn() -> None:
    fleet, people = Fleet(hosts=2), People()
    few, many = (
        simulate(fleet, FREE, people, _sessions(share, fleet, FREE, people), seed=3)
        for share in (0.5, 1.5)
    )
    assert many.wait(0.95) > 100 * max(few.wait(0.5), 1.0)
    assert len(many.waits) > 2 * len(few.waits)


def test_what_is_full_first() -> None:
    costs = Costs(database=0.01, leader=0.02, agent=0.1, opening=1.0, memory=100.0)
    people = People(turn=9.0, sigma=1e-9)
    assert limits(Fleet(hosts=5, places=8, processors=4), costs, people) == pytest.approx(
        {
            "database": 100,
            "leader": 50,
            "processors": 200,
            "places": 4,
        }
    )


def test_the_picture_has_a_line_for_each() -> None:
    picture = drawn({hosts: {0.5: (0.1, 1.0), 1.0: (2.0, 50.0)} for hosts in (1, 10, 100)})
    assert picture.count("<polyline") == 3
    assert all(f">{words}<" in picture for words in ("1 host", "10 hosts", "100 hosts"))
