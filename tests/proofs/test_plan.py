"""A run's plan follows from its seed, and holds together."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from proofs.plan import (
    DIRECT,
    DOWN_TOGETHER,
    LEASE_S,
    PLACES,
    WIRE,
    WIRE_TOGETHER,
    Edits,
    Opens,
    Says,
    Strikes,
    draw,
    greetings,
)
from proofs.towns import SlackTown, TelegramTown, discord_faults
from proofs.witness import TOKEN

seeds = st.integers(0, 10**6)


@given(seeds, st.integers(1, 1000))
def test_a_plan_is_drawn_again_from_its_seed(seed: int, number: int) -> None:
    assert draw(seed, number) == draw(seed, number)


def test_other_seeds_and_numbers_have_other_plans() -> None:
    assert len({draw(seed, number).actions for seed in range(10) for number in range(10)}) == 100


@given(seeds)
def test_actions_stand_in_the_order_of_time(seed: int) -> None:
    times = [action.at for action in draw(seed, 1).actions]
    assert times == sorted(times)


@given(seeds)
def test_everybody_speaks_where_there_is_a_place(seed: int) -> None:
    there = {*PLACES, DIRECT}
    for action in draw(seed, 1).actions:
        match action:
            case Opens(_, place, parent):
                assert parent in there
                there.add(place)
            case Says(_, place):
                assert place in there


@given(seeds)
def test_a_token_is_said_once_and_edited_only_after(seed: int) -> None:
    said: set[str] = set()
    for action in draw(seed, 7).actions:
        match action:
            case Says(_, _, token, text, kind):
                assert token not in said
                assert TOKEN.fullmatch(token)
                assert kind in {"stop", "new", "status"} or token in text
                assert len(text) <= 2000
                said.add(token)
            case Edits(_, token, text):
                assert token in said
                assert token in text


@given(seeds)
def test_whoever_is_killed_is_started_again(seed: int) -> None:
    faults = [action.fault for action in draw(seed, 1).actions if isinstance(action, Strikes)]
    counted = Counter(faults)
    assert counted["start"] == counted["kill"] + counted["stop"]


def test_every_fault_is_drawn_and_known_to_the_fake() -> None:
    drawn = {
        action
        for number in range(300)
        for action in draw(1, number).actions
        if isinstance(action, Strikes)
    }
    assert {one.fault for one in drawn} == {*WIRE, "kill", "stop", "start"}
    here = {"kill", "stop", "start", "freeze", "slow disk", "clock"}
    for faults in (discord_faults, SlackTown.faults, TelegramTown.faults):
        assert all(faults(one) for one in drawn if one.fault not in here)


def test_hosts_have_faults_of_their_own_and_the_same_people() -> None:
    plans = [draw(1, number, together=True) for number in range(300)]
    drawn = [action for plan in plans for action in plan.actions if isinstance(action, Strikes)]
    assert {one.fault for one in drawn} == {*WIRE_TOGETHER, *DOWN_TOGETHER, "start"}
    assert all(one.amount > LEASE_S for one in drawn if one.fault in {"long freeze", "cut"})
    here = {*DOWN_TOGETHER, "start", "freeze", "clock"}
    assert all(discord_faults(one) for one in drawn if one.fault not in here)
    said = [[one for one in plan.actions if isinstance(one, Says)] for plan in plans]
    alone = [draw(1, number).actions for number in range(300)]
    assert said == [[one for one in actions if isinstance(one, Says)] for actions in alone]


@given(seeds)
def test_a_host_that_falls_is_started_after_another_one_could_take_over_or_before(
    seed: int,
) -> None:
    struck = [one for one in draw(seed, 1, together=True).actions if isinstance(one, Strikes)]
    falls = [one.at for one in struck if one.fault in DOWN_TOGETHER]
    starts = [one.at for one in struck if one.fault == "start"]
    assert len(falls) == len(starts)
    assert all(fell <= start for fell, start in zip(sorted(falls), sorted(starts), strict=True))


def test_a_greeting_is_one_word_everywhere() -> None:
    said = greetings(["one", "two"]).actions
    assert [one.place for one in said] == ["one", "two"]
    assert len({one.token for one in said}) == 2


def test_a_plan_can_be_read() -> None:
    lines = draw(3, 13).lines()
    assert any("FAULT" in line for line in lines)
    assert all(re.match(r" *\d+\.\d\d  ", line) for line in lines)
