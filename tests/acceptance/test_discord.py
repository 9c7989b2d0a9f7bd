"""Discord as people have it: the gateway as a process, the real CLI, a fake Discord on the wire.

spec: 2.4 2.9 3.3 4.4 6.2 10.3
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.hosts import LEASE
from tests.acceptance.spread import SPREAD
from tests.acceptance.thorough import thorough

CHANNELS = ("one", "two", "three", "four", "five")
AUTO = '[defaults]\nmode = "auto"'

pytestmark = pytest.mark.cli


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, *CHANNELS) as one:
        yield one


def everything_is_answered_once(discord: DiscordProcess, expected: dict[str, list[str]]) -> None:
    for channel, texts in expected.items():
        wait_for(lambda c=channel, all_=texts: len(discord.answers(c)) >= len(all_), 60)
        assert [key(text) for text in discord.answers(channel)] == texts, channel
    marked = [key(line["content"]) for line in discord.shown() if "\n-# " in line["content"]]
    assert max(Counter(marked).values()) == 1, "nothing was shown twice, not even for a moment"


def key(answer: str) -> str:
    """The number that a message asks to be said: `m12`."""
    return re.search(r"m\d+", answer).group()


@pytest.mark.parametrize("after", [pytest.param(1.0, marks=thorough), 6.0])
def test_twenty_messages_a_kill_and_a_restart_are_twenty_answers_in_order(
    gateway: GatewayProcess, discord: DiscordProcess, after: float
) -> None:
    """2 s to the first token; killed after 1 s, and after 6 s."""
    discord.furnish(gateway)
    gateway.start()
    expected: dict[str, list[str]] = {channel: [] for channel in CHANNELS}
    for number in range(20):
        channel = CHANNELS[number % len(CHANNELS)]
        discord.says(channel, f"SLOW 2000 1\nSAY m{number}")
        expected[channel].append(f"m{number}")
    time.sleep(after)
    gateway.kill()
    wait_for(lambda: not gateway.survivors(), 10)
    began = time.monotonic()
    gateway.start()
    assert time.monotonic() - began < (4 + LEASE if SPREAD else 4), "ready again"
    everything_is_answered_once(discord, expected)
    assert gateway.terminate() == 0
    wait_for(lambda: not gateway.survivors(), 5)


def test_five_messages_sent_while_down_are_answered(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    discord.furnish(gateway)
    gateway.start()
    discord.says("one", "SAY m0")
    wait_for(lambda: discord.answers("one"))
    gateway.kill()
    for number in range(1, 6):
        discord.says("one", f"SAY m{number}")
    discord.says("two", "SAY m6")
    gateway.start()
    everything_is_answered_once(
        discord, {"one": [f"m{number}" for number in range(6)], "two": ["m6"]}
    )


def test_a_burst_in_each_of_two_channels_is_answered_in_order(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    discord.furnish(gateway)
    gateway.start()
    for number in range(12):
        discord.says(CHANNELS[number % 2], f"SAY m{number}")
    everything_is_answered_once(
        discord,
        {CHANNELS[n]: [f"m{number}" for number in range(n, 12, 2)] for n in (0, 1)},
    )


def test_a_message_costs_one_call_of_the_model(
    gateway: GatewayProcess, discord: DiscordProcess, model_log: Path
) -> None:
    """In a channel, in a thread that is made for it, and where the bot must be mentioned."""
    discord.furnish(gateway, '[defaults]\nanswer = "mention"')
    gateway.start()
    before = len(model_log.read_text().splitlines()) if model_log.exists() else 0
    discord.says("one", "this is for somebody else")
    bot = discord.told["bot"]
    started = discord.says("one", f"<@{bot}> SAY m1")
    wait_for(lambda: discord.answers("one") == ["m1"])
    thread = discord.ask(
        "starts_thread",
        person=discord.person("ada"),
        channel=discord.channel("one"),
        message=started["id"],
        name="aside",
    )["thread"]
    for number in (2, 3):
        discord.says(thread, f"<@{bot}> SAY m{number}")
        wait_for(lambda n=number: len(discord.answers(thread)) == n - 1)
    asked = map(json.loads, model_log.read_text().splitlines()[before:])
    calls = [one["prompt"] for one in asked if one["path"] == "/v1/messages"]
    assert [key(prompt) for prompt in calls] == ["m1", "m2", "m3"]


def test_channel_b_cannot_read_what_channel_a_has(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    """By Bash, by Read, by @mention: all three succeed with today's gateways."""
    discord.furnish(gateway, AUTO)
    gateway.start()
    discord.says("one", "TOOL Write secret.txt the old oak\nSAY written")
    wait_for(lambda: discord.answers("one") == ["written"])
    secret = next(gateway.home.glob("sessions/*/work/secret.txt"))
    assert secret.read_text() == "the old oak"
    for attempt in (f"TOOL Bash: cat {secret}; true", f"TOOL Read {secret}", f"@{secret} look"):
        before = len(discord.answers("two"))
        discord.says("two", attempt)
        wait_for(lambda n=before: len(discord.answers("two")) == n + 1)
    assert "old oak" not in "".join(discord.answers("two"))
    discord.says("one", f"TOOL Read {secret}")
    wait_for(lambda: len(discord.answers("one")) == 2)
    assert "old oak" in discord.answers("one")[1]


def test_new_in_b_resets_b_and_a_remembers(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    discord.furnish(gateway)
    gateway.start()
    for channel in ("one", "two"):
        discord.says(channel, "remember the word lantern\nSAY yes")
        wait_for(lambda c=channel: discord.answers(c) == ["yes"])
    discord.ask(
        "uses", person=discord.person("ada"), channel=discord.channel("two"), command="/new"
    )
    wait_for(lambda: any("fresh" in one["content"] for one in discord.messages("two")))
    for channel in ("one", "two"):
        discord.says(channel, "RECALL")
        wait_for(lambda c=channel: len(discord.answers(c)) == 2)
    assert "lantern" in discord.answers("one")[1]
    assert "lantern" not in discord.answers("two")[1]


def open_cards(discord: DiscordProcess) -> list[dict]:
    """Approvals that can still be answered."""
    held = discord.messages("one")
    return [one for one in held if one["components"] and "🔐" in one["content"]]


def allow(discord: DiscordProcess, card: dict) -> None:
    discord.ask(
        "presses",
        person=discord.person("ada"),
        channel=discord.channel("one"),
        message=card["id"],
        custom_id=card["components"][0]["components"][0]["custom_id"],
    )


def test_an_approval_is_answered_by_a_button_and_a_kill_leaves_no_dead_one(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    """After a kill the agent asks again, or goes on without; either way every button lives."""
    discord.furnish(gateway)
    gateway.start()
    discord.says("one", "TOOL Write note.txt words\nSAY m1")
    wait_for(lambda: open_cards(discord))
    (card,) = open_cards(discord)
    assert "words" in card["embeds"][0]["description"]
    allow(discord, card)
    wait_for(lambda: discord.answers("one") == ["m1"])
    assert next(gateway.home.glob("sessions/*/work/note.txt")).read_text() == "words"
    discord.says("one", "TOOL Write more.txt words\nSAY m2")
    wait_for(lambda: open_cards(discord))
    gateway.kill()
    gateway.start()

    def answered() -> bool:
        if gateway.control().get("/status")["live"] and (cards := open_cards(discord)):
            allow(discord, cards[0])
        return len(discord.answers("one")) == 2

    wait_for(answered)
    assert any("Allowed by Ada" in one["content"] for one in discord.messages("one"))
    assert open_cards(discord) == []


def test_status_says_how_discord_is_and_what_it_lacks(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    discord.furnish(gateway)
    gateway.start()

    def row() -> dict:
        rows = gateway.control().get("/status")["platforms"]
        return next(one for one in rows if one["name"] == "discord")

    wait_for(lambda: row()["state"] == "up")
    discord.ask("fault", on="gateway", do="close", **{"with": {"code": 4014}})
    wait_for(lambda: "Message Content Intent" in row()["note"])
    gateway.say("SAY the console goes on", "desk")
    wait_for(lambda: gateway.answers("desk") == ["the console goes on"])
    wait_for(lambda: row()["state"] == "up", 20)
    token = discord.told["token"]
    log = (gateway.home / "logs" / "carrel.log").read_text()
    assert token not in log
    assert log.count("Message Content Intent") == 1
