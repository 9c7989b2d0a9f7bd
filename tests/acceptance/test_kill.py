"""kill -9 at every step of the straight line: one answer a message, and nobody left behind.

spec: 2.1 2.2 2.3 2.4 4.1 8.1 9.2 10.3
"""

from __future__ import annotations

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.thorough import spared

WORDS = "TOOL Bash: echo one\nSLOW 20 5"
ENDS = "the quick brown fox"
"""The answer, also of a model that is asked to go on after a cut-off tool."""

STEPS = {
    "1 the platform hands it in": "before carrel.runtime.intake:Intake.accept",
    "2 it was admitted": "after carrel.runtime.intake:admit",
    "3 before it is stored": "before carrel.stores.sqlite:SqliteStore.accept",
    "3 stored, not acknowledged": "after carrel.stores.sqlite:SqliteStore.accept",
    "4 the command was looked for": "after carrel.runtime.intake:commands.find",
    "5 routed": "after carrel.runtime.intake:resolve",
    "6 the actor is told": "before carrel.runtime.registry:Registry.tell",
    "6 the actor loads": "after carrel.stores.sqlite:SqliteStore.claim",
    "7 decided, not saved": "before carrel.stores.sqlite:SqliteStore.save",
    "7 saved, nothing done": "after carrel.stores.sqlite:SqliteStore.save",
    "8 the engine opens": "before carrel.engines.claude.engine:ClaudeEngine.open",
    "8 the engine is open": "after carrel.engines.claude.engine:ClaudeEngine.open",
    "8 the prompt is sent": "after carrel.engines.claude.live:LiveClaude.prompt",
    "9 the first progress": "before carrel.core.view:fold",
    "9 in the middle of the answer": "after#3 carrel.core.view:fold",
    "10 a card is about to be sent": "before carrel.stores.sqlite:SqliteStore.sending",
    "10 an answer is about to be sent": "before#4 carrel.stores.sqlite:SqliteStore.sending",
    "11 shown, no receipt yet": "after carrel.platforms.console.hub:ConsolePlatform.send",
    "11 the receipt is noted": "after carrel.stores.sqlite:SqliteStore.sent",
    "12 the turn has ended, not saved": "before#2 carrel.stores.sqlite:SqliteStore.save",
    "12 the turn has ended, and is saved": "after#2 carrel.stores.sqlite:SqliteStore.save",
}

ALIKE = {
    "2 it was admitted",
    "4 the command was looked for",
    "5 routed",
    "6 the actor is told",
    "8 the engine opens",
    "9 the first progress",
    "10 a card is about to be sent",
}
"""A kill there finds the store as one a step away does."""


@pytest.mark.cli
@pytest.mark.parametrize("place", spared(STEPS, STEPS.keys() - ALIKE))
def test_killed_there_it_answers_once_after_a_restart(gateway: GatewayProcess, place: str) -> None:
    gateway.start(kill_at=place)
    taken = gateway.try_say(WORDS, "a", "m1")
    assert gateway.ended() == -9
    wait_for(lambda: not gateway.survivors(), 5)

    gateway.start()
    if not taken:
        gateway.say(WORDS, "a", "m1")
    wait_for(lambda: len(gateway.answers()) == 1)
    gateway.say(WORDS, "a", "m1")
    gateway.say("second", "a", "m2")
    wait_for(lambda: len(gateway.answers()) >= 2)
    answers = gateway.answers()
    assert len(answers) == 2, answers
    assert answers[0].startswith(ENDS)
    assert answers[1] == "echo: second"
    said = [item for item in gateway.control().get("/conversations/a/history") if item["inbound"]]
    assert [item["inbound"]["id"] for item in said] == ["m1", "m2"]
    assert {item["state"] for item in said} == {"done"}
    assert gateway.terminate() == 0
    wait_for(lambda: not gateway.survivors(), 5)


FORK = {
    "nothing is there": "before carrel.platforms.console.hub:ConsolePlatform.plan_side",
    "its folders are there": "before carrel.workspaces.folders:FolderWorkspaces.copy",
    "its files are there": "after carrel.workspaces.folders:FolderWorkspaces.copy",
    "its conversation is there": "after carrel.engines.claude.engine:ClaudeEngine.copy",
    "its row is there": "after carrel.stores.sqlite:SqliteStore.beget",
    "people are let in": "after carrel.platforms.console.hub:ConsolePlatform.open_side",
    "it is said there": "after carrel.stores.sqlite:SqliteStore.say",
}


@pytest.mark.cli
@pytest.mark.parametrize("place", spared(FORK, ("its conversation is there", "it is said there")))
def test_killed_there_a_side_thread_is_begun_once_and_whole(
    gateway: GatewayProcess, place: str
) -> None:
    """spec: 14.4"""
    gateway.start()
    gateway.say("remember the word lantern", "a", "m1")
    wait_for(lambda: len(gateway.answers()) == 1)
    (work,) = gateway.home.glob("sessions/*/work")
    (work / "kept.txt").write_text("kept")
    assert gateway.terminate() == 0

    gateway.start(kill_at=place)
    gateway.try_say("/fork", "a", "f1")
    assert gateway.ended() == -9
    gateway.start()
    wait_for(lambda: any("A side thread" in b.get("text", "") for b in gateway.shown()))
    (name,) = {row["conversation"]["channel"] for row in sessions(gateway)} - {"a"}
    gateway.say("RECALL", name, "m2")
    assert wait_for(lambda: gateway.answers(name)) == ["recall: lantern"]
    assert len([*gateway.home.glob("sessions/*/work/kept.txt")]) == 2
    assert sum("goes on from" in body["text"] for body in gateway.shown(name)) == 1


def sessions(gateway: GatewayProcess) -> list[dict]:
    return gateway.control().get("/sessions", limit="9")


REWIND = {
    "its engine is closed": "before carrel.runtime.rewinding:rewound",
    "its conversation is copied": "after carrel.engines.claude.engine:ClaudeEngine.copy",
    "one file is put back": "after carrel.workspaces.snapshots:Snapshots.restore",
    "all files are put back": "after carrel.workspaces.history:FolderHistory.go_back",
    "all is done, not said": "before carrel.core.rewinding:rewound",
}


@pytest.mark.cli
@pytest.mark.parametrize("place", spared(REWIND, ("one file is put back", "all is done, not said")))
def test_killed_there_it_has_gone_back_whole(gateway: GatewayProcess, place: str) -> None:
    """What was said meanwhile waits for it. spec: 14.9"""
    gateway.start()
    gateway.say("/mode auto", "a", "c1")
    gateway.say("remember the word lantern\nTOOL Bash: echo 1 > a; echo 1 > b", "a", "m1")
    wait_for(lambda: len(gateway.answers()) == 1)
    gateway.say("remember the word wick\nTOOL Bash: echo 2 > a; echo 2 > b", "a", "m2")
    wait_for(lambda: len(gateway.answers()) == 2)
    assert gateway.terminate() == 0

    gateway.start(kill_at=place)
    gateway.try_say("/rewind 2 both", "a", "r1")
    gateway.try_say("TOOL Bash: cat a b > seen\nRECALL", "a", "m3")
    assert gateway.ended() == -9
    gateway.start()
    gateway.say("TOOL Bash: cat a b > seen\nRECALL", "a", "m3")
    wait_for(lambda: len(gateway.answers()) == 3)
    assert gateway.answers()[2] == "recall: lantern"
    (work,) = gateway.home.glob("sessions/*/work")
    assert (work / "seen").read_text() == "1\n1\n"
    assert any("It is before 2." in body.get("text", "") for body in gateway.shown())
