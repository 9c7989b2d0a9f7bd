"""What is spent, what may be, and how full the context is: scenarios for a seat of any platform.

The gateway's sessions may spend ten dollars a day, and a million tokens are four.
"""

from __future__ import annotations

import json

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.scenarios import busy, go_on, restart, scenario
from tests.acceptance.seats import Seat, answered, offered, sees, work
from tests.acceptance.test_lifecycle import carrel


@scenario
def what_it_cost_is_told(seat: Seat) -> None:
    seat.say("SAY m1")
    answered(seat, 1)
    seat.say("SAY m2")
    answered(seat, 2)
    seat.say("/usage")
    sees(seat, "This session: 2 turns", "All sessions today", "Who asked today")
    told = json.loads(carrel(seat.gateway, "usage", "--json").stdout)
    (own,) = [row["spent"] for row in told["sessions"] if seat.name in row["id"].lower()]
    assert own["turns"] == 2
    assert own["usage"]["cost"] > 0
    assert "dollars" in carrel(seat.gateway, "usage").stdout


@scenario
def a_budget_warns_and_holds_and_an_owner_lets_it_go_on(seat: Seat) -> None:
    """spec: 15.3 15.4"""
    seat.say("USAGE 900000\nSAY m1")
    answered(seat, 1)
    seat.say("USAGE 900000\nSAY m2")
    answered(seat, 2)
    seat.say("USAGE 250000\nSAY m3")
    sees(seat, "by more than 80 %", "of 10.00 dollars")
    seat.say("USAGE 600000\nSAY more")
    answered(seat, 4)
    seat.say("SAY m4")
    sees(seat, "Today's budget of this session is used", "1 waiting; goes on at 00:00 UTC")
    seat.say("SAY m5")
    sees(seat, "2 waiting; goes on")
    restart(seat)
    sees(seat, "2 waiting; goes on")
    assert len(seat.answers()) == 4, "it holds after a restart"
    seat.press("Go on today")
    assert answered(seat, 6)[4:] == ["m4", "m5"]
    assert "Go on today" not in seat.labels()


@scenario
def a_turn_that_uses_the_budget_up_is_stopped(seat: Seat) -> None:
    """spec: 15.5"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("USAGE 900000" + 3 * "\nTOOL Bash: echo x >> a" + "\nTOOL Bash: touch b")
    sees(seat, "Today's budget was used up in the middle of it")
    assert not (work(seat) / "b").exists()
    seat.say("SAY m2")
    sees(seat, "Today's budget of this session is used")
    offered(seat, "Go on today")


@scenario
def room_is_made_in_a_turn_of_its_own(seat: Seat) -> None:
    """spec: 15.6"""
    seat.say("/context")
    sees(seat, "Nothing was said here yet")
    busy(seat)
    seat.say("remember the word kiwi")
    seat.say("/compact keep the word")
    seat.say("RECALL")
    wait_for(lambda: seat.labels().count("✕ Take back") == 3)
    restart(seat)
    wait_for(lambda: [*seat.gateway.home.glob(f"sessions/*{seat.name}*/work/begun")])
    go_on(seat)
    assert answered(seat, 3)[2] == "recall: kiwi", "it is the same conversation"
    sees(seat, "Summed up:", "tokens are")
    seat.say("/context")
    sees(seat, "of the context is in use", "of 1,000,000 tokens", "the agent sums up by itself")


@scenario
def a_full_context_is_told_and_summed_up_by_itself(seat: Seat) -> None:
    """spec: 15.7"""
    seat.say("USAGE 720000\nSAY m1")
    sees(seat, "72 % context: /compact makes room")
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("USAGE 980000\nTOOL Bash: touch one\nSAY m2")
    sees(seat, "Earlier talk was summed up to make room: 980,")
