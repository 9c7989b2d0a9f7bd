"""Scenarios of the agent's own commands and skills."""

from __future__ import annotations

from tests.acceptance.scenarios import restart, scenario
from tests.acceptance.seats import Seat, answered, sees


@scenario
def the_agent_s_own_commands_run_and_what_would_break_carrel_s_hold_does_not(seat: Seat) -> None:
    """spec: 16.11"""
    seat.say("remember the word lantern\nSAY m1")
    answered(seat, 1)
    restart(seat)
    seat.say("/run init briefly")
    said = answered(seat, 2)[1]
    assert "CLAUDE.md" in said, "the agent is given what its command stands for"
    seat.say("/run clear")
    sees(seat, "/clear is not run here: /new begins a fresh conversation.")
    seat.say("/run config theme=dark")
    sees(seat, "/config is for a terminal")
    seat.say("/run")
    sees(seat, "init: ")
    seat.say("RECALL")
    assert answered(seat, 3)[2] == "recall: lantern", "it is the same conversation"


@scenario
def an_owner_binds_a_conversation_to_a_project(seat: Seat) -> None:
    """spec: 16.12"""
    seat.say("/project shop")
    sees(seat, "works on the project shop, in a copy of its own")
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Write here.txt words\nSAY written")
    answered(seat, 1)
    seat.say("/diff")
    sees(seat, "+words")
    seat.say("/project none")
    sees(seat, "This session has no project")
    restart(seat)
    seat.say("RECALL")
    assert answered(seat, 2)[1] == "recall: lantern", "it is the same conversation"


@scenario
def an_owner_is_told_what_is_not_well(seat: Seat) -> None:
    """spec: 16.13"""
    seat.say("/doctor")
    told = sees(seat, "Well: settings", "carrel doctor")
    assert str(seat.gateway.home) not in told.split("Well:")[1], "what is well is only named"
