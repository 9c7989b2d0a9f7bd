"""Every scenario on Discord once more, with all agents on other hosts than the one that leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.acceptance.discord_process import discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.hosts import LEASE, START, Host, end
from tests.acceptance.scenarios import SCENARIOS
from tests.acceptance.seats import DiscordSeat
from tests.acceptance.test_agents_elsewhere import linked
from tests.acceptance.test_control_surface import MINE, NAMES, SHOP, Seats, bind
from tests.acceptance.thorough import thorough

from carrel.testing.postgres import cluster

pytestmark = [pytest.mark.cli, thorough]


LOGS_IN = frozenset(
    {
        "another_model_goes_on_by_itself_and_hands_over",
        "a_person_switches_the_model_while_a_limit_holds",
    }
)
"""Scenarios that give the leader another log-in; the one that counts is where the agent runs."""


@pytest.fixture(scope="module")
def seats(tmp_path_factory: pytest.TempPathFactory, api_url: str) -> Iterator[Seats]:
    """The leader's home is the common folder, so that a seat finds what an agent has written."""
    folder = tmp_path_factory.mktemp("elsewhere")
    gateway = GatewayProcess(folder / "lead" / "home", api_url)
    others = [Host(folder / name / "home", api_url) for name in ("left", "right")]
    with cluster() as server, discord_process(folder, *NAMES.values(), *SHOP) as discord:
        discord.furnish(
            gateway,
            f'[gateway]\nrole = "platforms"\n[store]\nurl = "{server.create("carrel")}"\n'
            f'folder = "{gateway.home}"\nlease_seconds = {LEASE}\nlisten = "127.0.0.1:0"\n',
        )
        (gateway.home / "sessions").mkdir(mode=0o700)
        bind(gateway, *(f"discord:{discord.channel(name)}" for name in MINE))
        said = (gateway.home / "carrel.toml").read_text()
        gateway.start()
        for other in others:
            discord.furnish(other)
            (other.home / "carrel.toml").write_text(said.replace('"platforms"', '"engines"'))
            other.start()
        wait_for(lambda: linked(gateway) == len(others), START)
        yield lambda name: DiscordSeat(gateway, discord, discord.channel(name))
        assert not Host.family(gateway), "no agent ran where it leads"
        gateway.kill()
        for other in others:
            end(other)


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - LOGS_IN))
def test_scenario(seats: Seats, name: str) -> None:
    """The scenario by this name. spec: 21.8"""
    SCENARIOS[name](seats(NAMES[name]))
