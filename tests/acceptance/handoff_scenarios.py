"""A session goes over to a terminal and comes back. The program there is the real one."""

from __future__ import annotations

import re

from tests.acceptance.gateway_process import wait_for
from tests.acceptance.scenarios import UNTIL, busy, go_on, scenario
from tests.acceptance.seats import Seat, answered, offered, sees
from tests.acceptance.terminals import AttachedTerminal

ATTACH = re.compile(r"carrel attach ([\w:%.-]+\w)")


def attached(seat: Seat) -> AttachedTerminal:
    """A terminal that continues the seat's session, by the words that /handoff gives."""
    seat.say("/handoff")
    (name,) = wait_for(lambda: ATTACH.findall(seat.seen()))[-1:]
    terminal = AttachedTerminal(seat.gateway, name)
    terminal.start()
    terminal.ready()
    sees(seat, "Continued in a terminal since")
    return terminal


@scenario
def a_terminal_continues_the_conversation_and_gives_it_back(seat: Seat) -> None:
    """spec: 16.1 16.2 16.5"""
    seat.say("remember the word lantern")
    answered(seat, 1)
    terminal = attached(seat)
    terminal.asks("RECALL", "recall: lantern")
    terminal.asks("remember the word anchor", "remember the word anchor")
    seat.say("RECALL")
    seat.say("/status")
    sees(seat, "continued in a terminal", "1 waiting")
    assert len(seat.answers()) == 1, "what is said meanwhile waits"
    terminal.leaves()
    assert answered(seat, 2)[1] == "recall: lantern anchor"
    assert "Take it back" not in seat.labels()
    sees(seat, "The terminal is left")


@scenario
def a_session_is_taken_back_from_a_terminal_at_work(seat: Seat) -> None:
    """spec: 16.3"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    terminal = attached(seat)
    terminal.types(UNTIL)
    wait_for(lambda: [*seat.gateway.home.glob(f"sessions/*{seat.name}*/work/begun")])
    seat.say("SAY m1")
    seat.press("Take it back")
    assert answered(seat, 1) == ["m1"]
    assert "taken back" in terminal.last_words()
    assert terminal.ended() == 0
    assert len(engines(seat)) == 1, "one process on the conversation: the chat's"


@scenario
def a_killed_terminal_is_noticed_and_the_queue_goes_on(seat: Seat) -> None:
    """spec: 16.4"""
    terminal = attached_fresh(seat)
    terminal.asks("remember the word lantern", "remember the word lantern")
    seat.say("RECALL")
    terminal.kill()
    assert answered(seat, 2)[1] == "recall: lantern"
    sees(seat, "The terminal is left")


@scenario
def a_kill_of_the_gateway_leaves_the_session_where_it_is(seat: Seat) -> None:
    """spec: 16.4 16.6"""
    terminal = attached_fresh(seat)
    terminal.asks("remember the word lantern", "remember the word lantern")
    seat.gateway.kill()
    seat.gateway.start()
    seat.say("RECALL")
    seat.say("/status")
    sees(seat, "continued in a terminal", "1 waiting")
    terminal.asks("RECALL", "recall: lantern")
    seat.gateway.kill()
    terminal.kill()
    seat.gateway.start()
    assert answered(seat, 2)[1] == "recall: lantern", "nothing has it any more"
    sees(seat, "The terminal is left")


@scenario
def a_terminal_waits_for_the_running_turn(seat: Seat) -> None:
    """spec: 16.1"""
    busy(seat)
    seat.say("/handoff")
    (name,) = wait_for(lambda: ATTACH.findall(seat.seen()))[-1:]
    terminal = AttachedTerminal(seat.gateway, name)
    terminal.start()
    terminal.sees("Waiting until nothing runs")
    other = AttachedTerminal(seat.gateway, name)
    other.start()
    other.sees("Another terminal")
    assert other.ended() == 1
    seat.say("SAY m2")
    offered(seat, "⚡ Steer now")
    go_on(seat)
    terminal.ready()
    assert seat.answers() == ["m1"]
    seat.say("/new")
    sees(seat, "take it back first")
    terminal.leaves()
    assert answered(seat, 2) == ["m1", "m2"]


@scenario
def what_may_follow_a_command_is_offered(seat: Seat) -> None:
    """spec: 16.9"""
    seat.say("/mode auto")
    sees(seat, "The mode is auto")
    seat.say("remember the word lantern\nTOOL Bash: mkdir -p src/core docs")
    answered(seat, 1)
    assert seat.suggested("/files s") == ["src", "docs"], "first what begins so"
    assert seat.suggested("/files src/") == ["src/core"]
    assert any(one.startswith("init: ") for one in seat.suggested("/run ini"))
    assert seat.suggested("/run clear") == []
    seat.say("/new")
    sees(seat, "A fresh conversation begins")
    (label,) = seat.suggested("/resume ")
    assert "lantern" in label
    assert seat.suggested("/resume nothing-like-it") == []
    assert "default" in seat.suggested("/model ")


@scenario
def a_conversation_is_sent_as_a_page_without_its_secrets(seat: Seat) -> None:
    """spec: 16.10"""
    seat.say("SAY the word is lantern <b> sk-test-the-real-key-0123456789 end")
    answered(seat, 1)
    seat.say("/export")
    found = seat.gateway.home.glob
    (file,) = wait_for(lambda: [*found(f"sessions/*{seat.name}*/outbox/conversation-*.html")])
    wait_for(lambda: "The conversation." in seat.seen())
    text = file.read_text()
    assert "lantern &lt;b&gt; [secret] end" in text
    assert "the-real-key" not in text
    assert "<script" not in text


def attached_fresh(seat: Seat) -> AttachedTerminal:
    """A session must have been spoken in before there is one."""
    seat.say("SAY m1")
    answered(seat, 1)
    return attached(seat)


def engines(seat: Seat) -> list[str]:
    """Processes of the agent's program in the seat's session."""
    survivors = seat.gateway.survivors()
    return [one for one in survivors if "claude" in one.split()[0] and seat.name in one]
