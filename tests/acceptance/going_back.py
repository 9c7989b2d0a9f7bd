"""Scenarios of going back and aside; with them the table is whole."""

from __future__ import annotations

from dataclasses import replace

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.scenarios import busy, go_on, restart, scenario
from tests.acceptance.seats import Seat, answered, offered, sees, work


def again(seat: Seat) -> Seat:
    """The same seat, after somebody sat at another."""
    return replace(seat)  # type: ignore[type-var] # every seat is a dataclass


@scenario
def a_side_thread_has_the_whole_context_and_leaves_the_other_alone(seat: Seat) -> None:
    """spec: 14.1 14.2 14.3"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: echo first > kept.txt\nSAY m1")
    answered(seat, 1)
    here = work(seat)
    seat.say("remember the word wick\nTOOL Bash: until [ -e go ]; do sleep 0.05; done\nSAY m2")
    seat.say("/fork aside")
    sees(seat, "A side thread goes on from here")
    side = seat.side()
    sees(side, "all that was said there")
    side.say("/mode auto")
    sees(side, "The mode is auto")
    side.say("TOOL Bash: cat kept.txt; echo other > kept.txt\nRECALL")
    assert answered(side, 1) == ["recall: lantern"], "the running turn is left out"
    (here / "go").touch()
    seat = again(seat)
    seat.say("RECALL")
    assert answered(seat, 3)[2] == "recall: lantern wick"
    assert (here / "kept.txt").read_text() == "first\n", "what is here goes on untouched"
    others = [path for path in here.parent.parent.glob("*/work/kept.txt") if path.parent != here]
    assert "other\n" in [path.read_text() for path in others]


@scenario
def one_can_go_back_to_before_a_turn_and_undo_that(seat: Seat) -> None:
    """spec: 14.5 14.6 14.7"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: echo one > kept.txt; echo x > old.txt\nSAY m1")
    answered(seat, 1)
    seat.say(
        "remember the word wick\nTOOL Bash: echo two > kept.txt; rm old.txt; touch new\nSAY m2"
    )
    answered(seat, 2)
    here = work(seat)
    (here / "mine.txt").write_text("a person's own")
    seat.say("/rewind")
    labels = wait_for(lambda: [one for one in seat.labels() if one.startswith("2. ")])
    seat.press(labels[0])
    sees(seat, "Back to before 2", "~ kept.txt", "~ old.txt", "- new")
    assert (here / "kept.txt").read_text() == "two\n", "it is only shown"
    seat.press("Conversation and files")
    sees(seat, "It is before 2.")
    assert (here / "kept.txt").read_text() == "one\n"
    assert (here / "old.txt").read_text() == "x\n"
    assert not (here / "new").exists()
    assert (here / "mine.txt").exists(), "what others did is left alone"
    seat.press("Undo")
    sees(seat, "Undone; it is as it was.")
    assert (here / "kept.txt").read_text() == "two\n"
    assert (here / "new").exists()
    seat.say("RECALL")
    assert answered(seat, 3)[2] == "recall: lantern wick"
    seat.say("/rewind 2 both")
    wait_for(lambda: seat.seen().count("It is before 2.") == 2)
    seat.say("RECALL")
    assert answered(seat, 4)[3] == "recall: lantern"
    seat.say("/resume")
    wait_for(lambda: [one for one in seat.labels() if "lantern" in one])


@scenario
def going_back_waits_for_nobody_at_work(seat: Seat) -> None:
    """spec: 14.7"""
    busy(seat)
    seat.say("/rewind 1 both")
    sees(seat, "The agent is at work there")
    go_on(seat)
    assert answered(seat, 1) == ["m1"]


@scenario
def an_edited_message_can_be_run_again_from_where_it_stood(seat: Seat) -> None:
    """spec: 14.10"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: echo one > kept.txt\nSAY m1")
    answered(seat, 1)
    asked = "remember the word wick\nTOOL Bash: echo two > kept.txt; touch new\nSAY m2"
    seat.say(asked)
    answered(seat, 2)
    here = work(seat)
    seat.edit(asked, "TOOL Bash: cat kept.txt > seen.txt\nRECALL")
    sees(seat, "was edited after its end", "~ kept.txt", "- new")
    assert (here / "kept.txt").read_text() == "two\n", "it is only shown"
    restart(seat)
    seat.press("Run again from here")
    assert answered(seat, 3)[2] == "recall: lantern"
    assert (here / "seen.txt").read_text() == "one\n"
    assert not (here / "new").exists()
    wait_for(lambda: "Run again from here" not in seat.labels())


@scenario
def what_waits_can_go_on_in_a_side_thread(seat: Seat) -> None:
    """spec: 14.11"""
    busy(seat)
    here = work(seat)
    seat.say("SAY m2")
    offered(seat, "🌿 Side thread")
    seat.press("🌿 Side thread")
    sees(seat, "That goes on in a side thread from here")
    side = seat.side()
    sees(side, "SAY m2")
    assert answered(side, 1) == ["m2"], "while the turn here goes on"
    (here / "go").touch()
    seat = again(seat)
    assert answered(seat, 1) == ["m1"]
    seat.say("SAY m3")
    assert answered(seat, 2) == ["m1", "m3"], "it is not answered here"
