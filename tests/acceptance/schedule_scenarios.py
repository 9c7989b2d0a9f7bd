"""What a person can do with reminders and schedules, told for a seat of any platform."""

from __future__ import annotations

import json

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.scenarios import restart, scenario
from tests.acceptance.seats import Seat, answered, sees


@scenario
def the_agent_makes_a_reminder_that_a_person_allows_and_it_outlives_a_kill(seat: Seat) -> None:
    """spec: 13.10 13.11"""
    wish = {"action": "make", "when": "in 15s", "text": "look\nSAY the bins"}
    seat.say(f"TOOL mcp__carrel__schedule {json.dumps(wish)}")
    sees(seat, "Schedule: make in 15s")
    seat.press("Allow")
    assert "Noted as" in answered(seat, 1)[0]
    seat.say("/schedule")
    sees(seat, "look SAY the bins: once")
    restart(seat)
    assert answered(seat, 2)[1] == "the bins"
    seat.say("/schedule")
    sees(seat, "Nothing is said here by itself")
    assert len(seat.answers()) == 2


@scenario
def a_schedule_is_made_run_paused_and_cancelled_in_chat(seat: Seat) -> None:
    """spec: 13.12"""
    seat.say("/schedule every 1h look\nSAY m1")
    sees(seat, "Noted as")
    seat.say("/schedule")
    seat.press("Run look SAY m1")
    assert answered(seat, 1) == ["m1"]
    seat.press("Pause look SAY m1")
    sees(seat, "Paused: look SAY m1.")
    seat.say("/schedule")
    sees(seat, "paused: A person paused it.")
    seat.press("Resume look SAY m1")
    sees(seat, "Goes on: look SAY m1.")
    seat.press("Cancel look SAY m1")
    sees(seat, "Cancelled: look SAY m1.")


@scenario
def a_schedule_with_nothing_to_report_is_silent(seat: Seat) -> None:
    """spec: 13.9"""
    quiet = "TOOL mcp__carrel__nothing_to_report {}\nSAY quiet"
    seat.say(f"/schedule every 1h look\n{quiet}")
    sees(seat, "Noted as")
    seat.say("/schedule")
    (label,) = wait_for(lambda: [one for one in seat.labels() if one.startswith("Run")])
    seat.press(label)
    sees(seat, "Said now")

    def listed() -> bool:
        seat.say("/schedule")
        return "): done" in seat.seen()

    wait_for(listed)
    seat.say("SAY m1")
    assert answered(seat, 1) == ["m1"], "the schedule's turn has said nothing"
