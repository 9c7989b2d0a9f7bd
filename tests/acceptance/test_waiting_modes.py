"""Each waiting mode with the real CLI: fifty messages into a running turn, and one end of each."""

from __future__ import annotations

import random
import re
import time

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for

MESSAGES = 50
ENDS = {"done", "stopped", "superseded", "failed"}

pytestmark = pytest.mark.cli


@pytest.mark.parametrize("mode", ["steer", "queue", "collect", "interrupt"])
def test_fifty_messages_at_random_moments_come_to_one_end_each(
    gateway: GatewayProcess, mode: str
) -> None:
    """spec: 2.3 8.1"""
    gateway.extra |= {"CARREL_DEFAULTS__WAITING": mode, "CARREL_DEFAULTS__BURST": "0.7"}
    gateway.start()
    moments = random.Random(mode)  # noqa: S311 - a seed, no secret
    gateway.say("SLOW 20 100\nSAY m0", identity="m0")
    for number in range(1, MESSAGES + 1):
        time.sleep(moments.expovariate(1 / 0.08))
        pace = "SLOW 20 20\n" if number % 7 == 0 else ""
        gateway.say(f"{pace}SAY m{number}", identity=f"m{number}")
    wait_for(lambda: set(states(gateway).values()) <= ENDS, 60)
    ended = states(gateway)
    assert len(ended) == MESSAGES + 1
    said = re.findall(r"\bm\d+\b", "\n".join(gateway.answers()))
    for message, state in ended.items():
        assert said.count(message) == (state == "done"), (message, state)
    refused = [body for body in gateway.shown() if "was not taken" in body.get("text", "")]
    assert len(refused) == [*ended.values()].count("failed"), "what was not taken is said"
    numbers = [int(message[1:]) for message in said]
    assert numbers == sorted(numbers) or mode == "steer", "in the order in which they came"


def states(gateway: GatewayProcess) -> dict[str, str]:
    history = gateway.control().get("/conversations/a/history", limit=1000)
    heard = [item for item in history if item["inbound"]]
    return {item["inbound"]["id"]: item["state"] for item in heard}
