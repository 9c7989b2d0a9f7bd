"""The gateway on PostgreSQL: a fake Discord on the wire, the real CLI, a real server.

spec: 2.1 2.2 2.4
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.spread import alone

from carrel.testing.postgres import Cluster, cluster

pytestmark = [pytest.mark.cli, alone]

STORE = "carrel.stores.postgres.store:PostgresStore"
PASSWORD = "not-asked-for"


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one", "two") as one:
        yield one


@pytest.fixture
def settled(gateway: GatewayProcess, discord: DiscordProcess, database_url: str) -> GatewayProcess:
    """A home whose rows are in a database of its own."""
    discord.furnish(gateway, f'[store]\nurl = "{database_url}"')
    return gateway


def test_an_answer_is_given_and_kept(
    settled: GatewayProcess, discord: DiscordProcess, postgres: Cluster, database_url: str
) -> None:
    settled.start()
    discord.says("one", "remember: SAY m1")
    discord.says("two", "SAY m2")
    wait_for(lambda: discord.answers("one") and discord.answers("two"))
    assert settled.terminate() == 0
    assert not list(settled.home.glob("carrel.db*"))
    written = "".join(path.read_text() for path in settled.home.glob("logs/*"))
    assert PASSWORD not in written + (settled.home / "stderr.txt").read_text()

    name = database_url.partition("@/")[2].partition("?")[0]
    rows = postgres.run("SELECT state, count(*) FROM inbox GROUP BY state", name)
    assert rows == [("done", 2)]


@pytest.mark.parametrize(
    "place",
    [f"after {STORE}.accept", f"before#2 {STORE}.save"],
    ids=["accepted", "before it is finished"],
)
def test_killed_between_accept_and_finish_it_answers_once(
    settled: GatewayProcess, discord: DiscordProcess, place: str
) -> None:
    settled.start(kill_at=place)
    discord.says("one", "SAY m1")
    assert settled.ended() == -9
    wait_for(lambda: not settled.survivors(), 5)
    settled.start()
    discord.says("one", "SAY m2")
    wait_for(lambda: len(discord.answers("one")) >= 2)
    assert settled.terminate() == 0
    assert discord.answers("one") == ["m1", "m2"]
    shown = [line["content"] for line in discord.shown() if "\n-# " in line["content"]]
    assert len(shown) == 2, "nothing was shown twice"


def test_a_server_that_restarts_in_the_middle_of_a_turn_is_not_noticed(
    gateway: GatewayProcess, discord: DiscordProcess
) -> None:
    with cluster(durable=True) as server:
        discord.furnish(gateway, f'[store]\nurl = "{server.create("carrel")}"')
        gateway.start()
        discord.says("one", "SLOW 300 20\nSAY m1")
        wait_for(lambda: gateway.control().get("/status")["live"])
        server.stop(signal.SIGQUIT)
        discord.says("two", "SAY m2")
        server.start()
        wait_for(lambda: discord.answers("one") and discord.answers("two"), 60)
        assert (discord.answers("one"), discord.answers("two")) == (["m1"], ["m2"])
        assert gateway.terminate() == 0
