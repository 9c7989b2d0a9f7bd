"""carrel.toml is changed while the gateway runs and a turn is at work."""

from __future__ import annotations

import json

import pytest
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import wait_for


@pytest.fixture
def discord(tmp_path):
    with discord_process(tmp_path, "one", "two") as running:
        yield running


def log_of(gateway) -> list[dict]:
    lines = (gateway.home / "logs" / "carrel.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_change_holds_for_the_next_message_and_no_turn_is_lost(gateway, discord) -> None:
    """spec: 17.1"""
    discord.furnish(gateway)
    gateway.start()
    file = gateway.home / "carrel.toml"
    discord.says("two", "SAY nobody listens", person="eve")
    discord.says("one", "SLOW 3000 1\nSAY still here")
    wait_for(lambda: gateway.control().get("/glance")["running"])
    eve = f'members = ["discord:{discord.person("eve")}"]\n[catch_up]\nevery = 400\n'
    file.write_text(file.read_text() + eve)
    wait_for(lambda: any(line["event"] == "settings" for line in log_of(gateway)))
    assert gateway.control().get("/glance")["running"] == 1, "it goes on"
    discord.says("two", "SAY welcome", person="eve")
    wait_for(lambda: discord.answers("two") == ["welcome"])
    wait_for(lambda: discord.answers("one") == ["still here"])
    (notice,) = gateway.control().get("/status")["notices"]
    assert "restart of Carrel: catch_up" in notice


def test_a_fault_changes_nothing_and_is_said_in_the_log_the_console_and_the_chat(
    gateway, discord
) -> None:
    """spec: 17.2"""
    one = discord.channel("one")
    discord.furnish(gateway, f'[schedules]\nnotify_to = "discord:{one}"')
    gateway.start()
    wait_for(lambda: gateway.control().get("/status")["platforms"])
    file = gateway.home / "carrel.toml"
    well = file.read_text()
    file.write_text(well.replace("owners", "ownres"))
    (notice,) = wait_for(lambda: gateway.control().get("/status")["notices"])
    for words in ("stays in force", "people.ownres", "Did you mean 'owners'?"):
        assert words in notice

    def said() -> str:
        return "".join(message["content"] for message in discord.messages("one"))

    wait_for(lambda: "stays in force" in said())
    assert any(line["event"] == "settings not taken over" for line in log_of(gateway))
    discord.says("one", "SAY as ever")
    wait_for(lambda: discord.answers("one") == ["as ever"])
    file.write_text(well)
    wait_for(lambda: "was read again" in said())
    assert gateway.control().get("/status")["notices"] == []
