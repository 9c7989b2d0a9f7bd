"""Scenarios of the agent's own commands and skills."""

from __future__ import annotations

from tests.acceptance.scenarios import restart, scenario
from tests.acceptance.seats import Seat, answered, sees, work


@scenario
def the_agent_s_own_commands_run_and_what_would_break_carrel_s_hold_does_not(seat: Seat) -> None:
    """spec: 16.11"""
    seat.say("remember the word lantern\nSAY m1")
    answered(seat, 1)
    here = work(seat) / ".claude"
    (here / "commands").mkdir(parents=True, exist_ok=True)
    (here / "commands" / "greet.md").write_text(
        "---\ndescription: Greets\n---\nSAY hello $ARGUMENTS\n"
    )
    restart(seat)
    seat.say("/run greet Mia")
    assert answered(seat, 2)[1] == "hello Mia"
    seat.say("/run clear")
    sees(seat, "/clear is not run here: /new begins a fresh conversation.")
    seat.say("/run config theme=dark")
    sees(seat, "/config is for a terminal")
    seat.say("/run")
    sees(seat, "greet: Greets")
    if hasattr(seat, "suggested"):
        assert any("Greets" in one for one in seat.suggested("/run gre"))
        assert seat.suggested("/run clear") == []
    seat.say("RECALL")
    assert answered(seat, 3)[2] == "recall: lantern", "it is the same conversation"
