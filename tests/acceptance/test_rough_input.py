"""Input that is too much, and hosts that have too little: a refusal or a result, never a dead end.

spec: 8.5 10.4
"""

from __future__ import annotations

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.thorough import spared

from carrel.core.errors import Refused


def test_a_message_over_the_limit_is_refused_and_the_session_lives(gateway: GatewayProcess) -> None:
    gateway.start()
    with pytest.raises(Refused, match=r"1,000,000 characters|100,000"):
        gateway.say("x" * 1_000_000)
    with pytest.raises(Refused, match="empty"):
        gateway.say("   ")
    gateway.say("SAY still here")
    wait_for(lambda: gateway.answers() == ["still here"])


def test_a_line_of_five_megabytes_from_the_agent_is_shown(gateway: GatewayProcess) -> None:
    gateway.start()
    gateway.say("BIG 5000000")
    wait_for(gateway.answers, 60)
    wait_for(lambda: sum(map(len, gateway.answers())) >= 5_000_000)
    gateway.say("SAY still here")
    wait_for(lambda: gateway.answers()[-1] == "still here")


HARM = {name: name for name in ("deleted", "damaged", "emptied")}


@pytest.mark.parametrize("harm", spared(HARM, ("damaged", "deleted")))
def test_a_lost_transcript_is_said_and_the_turn_works_at_the_first_try(
    gateway: GatewayProcess, harm: str
) -> None:
    """spec: 7.4"""
    gateway.extra["CARREL_ENGINE__IDLE_SECONDS"] = "0.2"
    gateway.start()
    gateway.say("SAY before")
    wait_for(gateway.answers)
    wait_for(lambda: gateway.control().get("/status")["live"] == 0)
    for transcript in gateway.home.glob("sessions/*/engine/projects/*/*.jsonl"):
        transcript.write_bytes(b"\xff\x00 not a transcript" if harm == "damaged" else b"")
        if harm == "deleted":
            transcript.unlink()
    gateway.say("SAY after")
    wait_for(lambda: gateway.answers() == ["before", "after"])
    told = [body["text"] for body in gateway.shown() if body["kind"] == "notice"]
    assert ["context was lost" in text for text in told] == [True]


def test_more_conversations_than_places_take_turns(gateway: GatewayProcess) -> None:
    gateway.extra["CARREL_ENGINE__MAX_LIVE"] = "2"
    gateway.start()
    names = [f"desk-{n}" for n in range(6)]
    for name in names:
        gateway.say(f"SAY from {name}", name)
    most = 0
    for name in names:
        while gateway.answers(name) != [f"from {name}"]:
            most = max(most, gateway.control().get("/status")["live"])
    assert most <= 2 * len(gateway.engines)


def test_after_idle_there_is_no_process_and_the_word_is_still_known(
    gateway: GatewayProcess,
) -> None:
    gateway.extra["CARREL_ENGINE__IDLE_SECONDS"] = "0.2"
    gateway.start()
    gateway.say("remember the word lantern\nSAY yes")
    wait_for(gateway.answers)
    wait_for(lambda: not gateway.survivors())
    gateway.say("RECALL")
    wait_for(lambda: len(gateway.answers()) == 2)
    assert "lantern" in gateway.answers()[1]
