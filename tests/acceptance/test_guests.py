"""Strangers on a fake Discord, with the real CLI: they ask, an owner taps; or they have a code.

spec: 5.2 5.8 5.9 5.10 5.11
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.seats import DiscordSeat, answered, offered, sees

pytestmark = pytest.mark.cli


@pytest.fixture
def discord(tmp_path: Path, gateway: GatewayProcess) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "open", "closed") as one:
        one.furnish(gateway, f'[conversations."discord:{one.channel("open")}"]\nguests = "ask"')
        gateway.start()
        yield one


def asks(discord: DiscordProcess, text: str, channel: str = "open") -> None:
    discord.says(channel, f"<@{discord.told['bot']}> {text}", "eve")


def stored(gateway: GatewayProcess) -> bytes:
    """Every byte that the gateway has on the disk of what was said."""
    names = [*gateway.home.glob("carrel.db*"), *gateway.home.glob("logs/*")]
    return b"".join(path.read_bytes() for path in names)


def carrel(gateway: GatewayProcess, *words: str) -> str:
    command = [sys.executable, "-m", "carrel", *words]
    environment = {**os.environ, "CARREL_HOME": str(gateway.home)}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, timeout=30
    ).stdout


def test_a_guest_waits_for_the_owner_who_lets_through_refuses_and_invites(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    seat = DiscordSeat(gateway, discord, "open")
    discord.says("open", "canary unaddressed", "eve")
    asks(discord, "canary elsewhere", "closed")
    asks(discord, "TOOL Write note.txt words")
    offered(seat, "Allow once", "Invite", "Refuse")
    assert "Eve is a guest" in sees(seat, "TOOL Write note.txt words")
    gateway.kill()
    gateway.start()
    seat.press("Refuse")
    sees(seat, "refused Eve's message")
    asks(discord, "SAY m2")
    seat.press("Allow once")
    (said,) = answered(seat, 1)
    assert said != "m2", "a guest's words are quoted, and direct nobody"
    asks(discord, "SAY m3")
    seat.press("Invite")
    answered(seat, 2)
    asks(discord, "SAY m4")
    assert answered(seat, 3)[2] == "m4"
    assert b"canary" not in stored(gateway)
    eve = f"discord:{discord.person('eve')}"
    assert eve in carrel(gateway, "people")
    carrel(gateway, "people", "remove", eve)
    assert "Nobody" in carrel(gateway, "people", "list")
    asks(discord, "SAY m5")
    offered(seat, "Allow once")
    assert "guest decided" in carrel(gateway, "audit")


def test_a_code_lets_a_stranger_in_from_a_direct_message(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    code = carrel(gateway, "pair").strip()
    bot = discord.told["bot"]
    direct = discord.ask("writes_to", person=discord.person("eve"), to=bot)["channel"]
    discord.says(direct, "canary hello", "eve")
    discord.says(direct, code, "eve")
    wait_for(lambda: "You are let in" in str(discord.messages(direct)))
    discord.says(direct, "SAY m1", "eve")
    wait_for(lambda: discord.answers(direct) == ["m1"])
    assert b"canary" not in stored(gateway)
    assert code.encode() not in stored(gateway)
    assert "a pairing code" in carrel(gateway, "people")


def test_who_is_named_for_one_place_may_approve_there_and_is_nobody_elsewhere(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    with discord_process(tmp_path, "open", "closed") as discord:
        here = f'[conversations."discord:{discord.channel("open")}"]'
        discord.furnish(gateway, f'{here}\napprovers = ["discord:{discord.person("eve")}"]')
        gateway.start()
        eve = DiscordSeat(gateway, discord, "open", "eve")
        discord.says("closed", "SAY canary elsewhere", "eve")
        DiscordSeat(gateway, discord, "open").say("TOOL Write note.txt words\nSAY done")
        eve.press("Allow")
        assert answered(eve, 1) == ["done"]
        assert "Eve" in sees(eve, "note.txt")
        assert discord.answers("closed") == []
        assert b"canary elsewhere" not in stored(gateway)
