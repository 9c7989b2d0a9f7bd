"""Which fires are due, and what becomes of each: downtime, clocks that jump, failures in a row.

spec: 13.3 13.4 13.5 13.6
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core import schedules
from carrel.core.firing import At, Every
from carrel.core.jobs import Job
from carrel.core.messages import Notice
from carrel.core.schedules import (
    PUNCTUAL,
    Decision,
    Fire,
    Standing,
    due,
    ended,
    next_active,
    paused,
    planned,
    refused,
    resumed,
    wakes,
)
from carrel.core.windows import window
from carrel.settings.cron import next_match

JOB = Job("report", Every(60), "What is new?")
HOUR = 3600.0
NOW = 100 * HOUR
KNOWN = Standing("report", JOB.spec, NOW - HOUR, version=3)


@pytest.mark.parametrize(
    ("catch_up", "since", "times"),
    [
        (0, 10 * HOUR, []),
        (1, 10 * HOUR, [NOW]),
        (3, 10 * HOUR, [NOW - 2 * HOUR, NOW - HOUR, NOW]),
        (3, HOUR, [NOW]),
    ],
)
def test_what_was_missed_is_made_up_for_as_the_job_says(catch_up, since, times) -> None:
    """The last fire was 500 s ago: nobody was there."""
    job = replace(JOB, when=Every(3600), catch_up=catch_up)
    now = NOW + 500
    assert list(due(job, now - since, now, next_match)) == times


def test_what_is_punctual_makes_up_for_what_was_missed() -> None:
    assert due(JOB, NOW - 50 * HOUR, NOW + 1, next_match) == (NOW - 60, NOW)
    assert due(replace(JOB, catch_up=0), NOW - 50 * HOUR, NOW + 1, next_match) == (NOW - 60, NOW)
    five = due(replace(JOB, catch_up=5), NOW - 50 * HOUR, NOW + 1, next_match)
    assert five == tuple(NOW - 60 * n for n in range(4, -1, -1))


@given(
    every=st.sampled_from((60, 600, 3600, 86_400)),
    catch_up=st.integers(0, 5),
    away=st.floats(0, 100 * 86_400),
    now=st.floats(1e9, 1.1e9),
)
def test_catch_up_is_never_a_storm(every: int, catch_up: int, away: float, now: float) -> None:
    job = replace(JOB, when=Every(every), catch_up=catch_up)
    found = due(job, now - away, now, next_match)
    punctual = [at for at in found if now - at <= PUNCTUAL]
    assert len(found) <= max(catch_up, len(punctual))
    assert len(punctual) <= 2
    assert sorted(set(found)) == list(found)
    assert all(now - away < at <= now for at in found)


def test_only_active_hours_are_made_up_for() -> None:
    job = replace(JOB, when=Every(3600), active=(window("08:00-10:00"),), catch_up=3)
    day = 86_400.0
    found = due(job, 10 * day, 12 * day, next_match)
    assert found == (10 * day + 9 * HOUR, 11 * day + 8 * HOUR, 11 * day + 9 * HOUR)


def test_a_job_that_is_new_or_changed_fires_from_now_on() -> None:
    fresh = Standing("report", JOB.spec, NOW)
    assert planned(JOB, None, (), NOW, (NOW - 60,)) == Decision(fresh)
    other = replace(KNOWN, spec="another", paused="yes", failures=2)
    assert planned(JOB, other, (), NOW, (NOW,)) == Decision(replace(fresh, version=3))


def test_a_fire_is_planned_and_everything_before_is_decided() -> None:
    decision = planned(JOB, KNOWN, (), NOW, (NOW - 60, NOW))
    assert decision is not None
    assert decision.standing == replace(KNOWN, known=NOW)
    assert [(fire.at, fire.state) for fire in decision.planned] == [(NOW - 60, "due"), (NOW, "due")]
    assert planned(JOB, KNOWN, (), NOW, ()) is None


def test_a_clock_set_back_is_believed() -> None:
    ahead = replace(KNOWN, known=NOW + 1000 * HOUR)
    assert planned(JOB, ahead, (), NOW, ()) == Decision(replace(ahead, known=NOW))
    assert planned(JOB, replace(KNOWN, known=NOW + 30), (), NOW, ()) is None


@pytest.mark.parametrize(("overlap", "state"), [("skip", "skipped"), ("queue", "due")])
def test_a_fire_that_comes_while_the_one_before_is_at_work(overlap: str, state: str) -> None:
    job = replace(JOB, overlap=overlap)
    decision = planned(job, KNOWN, (Fire("report", NOW - 60, "given"),), NOW, (NOW,))
    assert decision is not None
    assert [fire.state for fire in decision.planned] == [state]


def test_a_job_that_is_paused_or_off_fires_nothing() -> None:
    assert planned(JOB, paused(KNOWN).standing, (), NOW, (NOW,)) is None
    off = replace(JOB, enabled=False)
    assert planned(off, replace(KNOWN, spec=off.spec), (), NOW, (NOW,)) is None
    assert wakes(off, None, NOW, next_match) is None
    assert wakes(JOB, paused(KNOWN).standing, NOW, next_match) is None
    assert resumed(paused(KNOWN).standing, NOW).standing == replace(KNOWN, known=NOW)


def test_the_third_failure_in_a_row_pauses_and_says_so() -> None:
    standing, said = KNOWN, []
    for number in range(1, 4):
        decision = ended(JOB, standing, Fire("report", NOW + number, "given"), NOW, "failed")
        standing, said = decision.standing, [*said, *decision.said]
        assert [fire.state for fire in decision.changed] == ["failed"]
    assert standing.paused == "It failed 3 times in a row."
    (outbound,) = said
    assert outbound.conversation == JOB.conversation
    assert isinstance(outbound.body, Notice)
    assert outbound.body.tone == "error"
    more = ended(JOB, standing, Fire("report", NOW + 9, "given"), NOW, "failed")
    assert more.said == (), "it is said once"


def test_one_that_went_well_begins_the_count_anew() -> None:
    shaky = replace(KNOWN, failures=2)
    fire = Fire("report", NOW, "given")
    assert ended(JOB, shaky, fire, NOW, "done").standing.failures == 0
    assert ended(JOB, shaky, fire, NOW, "stopped").standing.failures == 2
    assert refused(JOB, shaky, fire, NOW, "no").standing.paused


def test_a_failure_is_tried_again_under_another_name() -> None:
    job, fire = replace(JOB, retries=1), Fire("report", NOW, "given")
    (again,) = ended(job, KNOWN, fire, NOW, "failed").changed
    assert (again.state, again.tries) == ("due", 2)
    assert again.message != fire.message
    (over,) = ended(job, KNOWN, again, NOW, "failed").changed
    assert over.state == "failed"


def test_a_fire_that_was_given_waits_for_its_end() -> None:
    assert schedules.given(KNOWN, Fire("report", NOW), NOW + 1).changed == (
        Fire("report", NOW, "given", since=NOW + 1),
    )


def test_the_next_fire_is_the_first_in_active_hours() -> None:
    job = replace(JOB, active=(window("mon 08:00-09:00"),))
    assert next_active(job, 0.0, next_match) == 4 * 86_400 + 8 * HOUR
    never = replace(JOB, when=Every(86_400), active=(window("08:00-09:00"),))
    assert next_active(never, 0.0, next_match) is None
    assert next_active(replace(never, when=At(5.0)), 9.0, next_match) is None


def test_a_job_that_has_cost_its_budget_is_skipped_and_says_so() -> None:
    """spec: 13.13"""
    job = replace(JOB, budget=0.5)
    decided = planned(job, KNOWN, (), NOW, (NOW,), 0.5)
    (fire,) = decided.planned
    assert (fire.state, fire.note) == ("skipped", "The budget of the day, $0.50, is used up.")
    decided = planned(job, KNOWN, (), NOW, (NOW,), 0.49)
    assert decided.planned[0].state == "due"


def test_nor_is_it_tried_again() -> None:
    """spec: 13.13"""
    job, fire = replace(JOB, budget=0.5, retries=3), Fire("report", 1.0, "given")
    again = ended(job, KNOWN, fire, NOW, "failed", spent=0.49)
    assert again.changed[0].state == "due"
    over = ended(job, KNOWN, fire, NOW, "failed", spent=0.5)
    assert over.changed[0].state == "failed"
