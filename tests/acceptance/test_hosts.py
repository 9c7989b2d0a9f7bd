"""Two hosts on one PostgreSQL: one leads, the other stands by. A fake Discord, the real CLI.

spec: 21.1 21.2 21.3
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from proofs.hosts import reached_by
from proofs.wires import wired
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import wait_for
from tests.acceptance.hosts import LEASE, START, Host, alive, homes, lead, stand_by
from tests.acceptance.thorough import thorough

from carrel.stores.postgres.tenancy import NOT_RENEWED
from carrel.testing.postgres import cluster

pytestmark = pytest.mark.cli

STORE = "carrel.stores.postgres.store:PostgresStore"


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one", "two") as one:
        yield one


@pytest.fixture
def hosts(
    tmp_path: Path, api_url: str, discord: DiscordProcess, database_url: str
) -> Iterator[tuple[Host, Host]]:
    """Two hosts that share a database and the sessions' folder; nothing runs yet."""
    both = homes(tmp_path, api_url)
    everywhere(tmp_path).mkdir(parents=True, mode=0o700)
    for host in both:
        discord.furnish(host, shared(database_url, tmp_path))
    yield both
    for host in both:
        host.close()


def everywhere(folder: Path) -> Path:
    """Where the sessions' folders are, for both."""
    return folder / "everywhere" / "sessions"


def alone(url: str) -> str:
    """Each has its own sessions."""
    return f'[store]\nurl = "{url}"\nlease_seconds = {LEASE}'


def shared(url: str, folder: Path) -> str:
    return f'{alone(url)}\nfolder = "{everywhere(folder).parent}"'


def at_work(host: Host, discord: DiscordProcess) -> frozenset[tuple[int, str]]:
    """Have it begin a turn that takes longer than the test; its agents."""
    discord.says("one", "SLOW 2000 50\nSAY m1")
    wait_for(lambda: host.control().get("/status")["live"] and host.family())
    return host.family()


def test_killed_with_twenty_messages_accepted_the_other_answers_each_once(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    first, second = hosts
    lead(first)
    stand_by(second)
    assert first.id in second.said
    for number in range(20):
        discord.says("one" if number % 2 else "two", f"SLOW 20 5\nSAY m{number}")
    wait_for(lambda: first.heard() == 20)
    before, agents = answered(discord), first.family()
    assert before < 20
    first.kill()
    killed = time.monotonic()
    wait_for(lambda: answered(discord) > before, LEASE + START)
    assert time.monotonic() - killed < 30, "it took over within 30 s"
    wait_for(lambda: answered(discord) == 20, 120)
    assert discord.answers("one") == [f"m{n}" for n in range(20) if n % 2]
    assert discord.answers("two") == [f"m{n}" for n in range(20) if not n % 2]
    assert not alive(agents)
    assert second.terminate() == 0


def answered(discord: DiscordProcess) -> int:
    return len(discord.answers("one")) + len(discord.answers("two"))


def test_frozen_for_longer_than_its_lease_a_host_is_ended_with_its_engines(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    """The kernel does not wait for whoever is stopped to go on."""
    first, second = hosts
    lead(first)
    stand_by(second)
    agents = at_work(first, discord)
    first.freeze()
    wait_for(second.leads, LEASE + START)
    assert first.ended() == -signal.SIGKILL
    wait_for(lambda: not alive(agents), 5)
    discord.says("two", "SAY m2")
    wait_for(lambda: discord.answers("two") == ["m2"], START)
    discord.says("one", "/stop")
    discord.says("one", "SAY m3")
    wait_for(lambda: discord.answers("one")[-1:] == ["m3"], START)
    assert second.terminate() == 0


@thorough
def test_cut_off_from_the_database_a_host_stops_in_time_and_says_why(
    hosts: tuple[Host, Host], discord: DiscordProcess, database_url: str, tmp_path: Path
) -> None:
    first, second = hosts
    with wired(1) as (wires,):
        discord.furnish(first, shared(reached_by(wires, database_url), tmp_path))
        lead(first)
        stand_by(second)
        agents = at_work(first, discord)
        wires.sever()
        cut = time.monotonic()
        assert first.ended() == os.EX_TEMPFAIL
        wait_for(lambda: not alive(agents), cut + LEASE - time.monotonic())
        wait_for(second.leads, LEASE + START)
        wires.mend()
    assert NOT_RENEWED in first.said
    discord.furnish(first, shared(database_url, tmp_path))
    stand_by(first)
    assert second.id in first.said


@thorough
def test_a_database_that_was_away_for_longer_than_the_lease_is_waited_for(
    hosts: tuple[Host, Host], discord: DiscordProcess, tmp_path: Path
) -> None:
    first, second = hosts
    with cluster(durable=True) as server:
        url = server.create("carrel")
        for host in hosts:
            discord.furnish(host, shared(url, tmp_path))
        lead(first)
        stand_by(second)
        discord.says("one", "SLOW 2000 2\nSAY m1")
        wait_for(lambda: first.control().get("/status")["live"])
        server.stop(signal.SIGQUIT)
        assert first.ended() == os.EX_TEMPFAIL
        discord.says("two", "SAY m2")
        server.start()
        wait_for(lambda: (discord.answers("one"), discord.answers("two")) == (["m1"], ["m2"]), 90)
        assert second.terminate() == 0


@thorough
def test_what_was_answered_and_not_sent_is_sent_before_anything_newer(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    first, second = hosts
    first.start(kill_at=f"after#3 {STORE}.save")
    wait_for(first.leads, START)
    stand_by(second)
    discord.says("one", "SAY m1")
    discord.says("one", "SAY m2")
    assert first.ended() == -signal.SIGKILL
    wait_for(lambda: len(discord.answers("one")) == 2, LEASE + START)
    assert discord.answers("one") == ["m1", "m2"]
    shown = [line["content"] for line in discord.shown() if "\n-# " in line["content"]]
    assert len(shown) == 2, "nothing was shown twice"
    assert second.terminate() == 0


def test_a_host_that_is_drained_finishes_its_turn_and_lets_the_other_lead(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    first, second = hosts
    lead(first)
    stand_by(second)
    roles = {name: row["role"] for name, row in first.hosts().items()}
    assert roles == {first.id: "leads", second.id: "stands by"}
    assert f"{first.id} leads" in second.command("status").stdout
    discord.says("one", "SLOW 200 20\nSAY m1")
    wait_for(lambda: first.hosts()[first.id]["live"] == 1)
    asked = second.command("drain", first.id)
    assert (asked.returncode, first.ended()) == (0, 0), asked
    assert discord.answers("one") == ["m1"], "its turn is over, and not cut off"
    discord.says("one", "SAY m2")
    wait_for(lambda: discord.answers("one") == ["m1", "m2"], START)
    found = second.hosts()
    assert (found[first.id]["role"], found[second.id]["role"]) == ("gone", "leads")
    assert found[second.id]["here"]
    assert "leads" in second.command("hosts").stdout
    assert second.command("drain", "nobody").returncode == 1


@thorough
def test_a_host_that_stands_by_ends_when_it_is_told(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    first, second = hosts
    lead(first)
    stand_by(second)
    assert second.command("stop").returncode == 0
    assert second.ended() == 0
    stand_by(second)
    assert second.terminate() == 0
    stand_by(second)
    assert first.command("drain", second.id).returncode == 0
    assert second.ended() == 0
    assert first.terminate() == 0


def test_a_word_that_was_remembered_on_one_host_is_recalled_on_the_other(
    hosts: tuple[Host, Host], discord: DiscordProcess, tmp_path: Path
) -> None:
    """spec: 21.6"""
    first, second = hosts
    sessions = everywhere(tmp_path)
    lead(first)
    stand_by(second)
    discord.says("one", "/mode auto")
    discord.says("one", "remember the word lantern\nTOOL Bash: echo made > kept.txt")
    wait_for(lambda: len(discord.answers("one")) == 1)
    (epoch,) = (int(path.read_text()) for path in sessions.glob("*/lock.epoch"))
    first.kill()
    wait_for(second.leads, LEASE + START)
    discord.says("one", "TOOL Bash: cat kept.txt > seen.txt\nRECALL")
    wait_for(lambda: len(discord.answers("one")) == 2, START)
    assert discord.answers("one")[1] == "recall: lantern"
    (seen,) = sessions.glob("*/work/seen.txt")
    assert seen.read_text() == "made\n"
    assert int(next(sessions.glob("*/lock.epoch")).read_text()) > epoch
    assert second.hosts()[second.id]["sessions"] == 1
    assert not list(second.home.glob("sessions/*"))
    assert second.terminate() == 0


def test_where_the_files_are_gone_with_their_host_people_are_told_and_choose(
    hosts: tuple[Host, Host], discord: DiscordProcess, database_url: str
) -> None:
    """spec: 21.7"""
    first, second = hosts
    for host in hosts:
        discord.furnish(host, alone(database_url))
    lead(first)
    stand_by(second)
    for channel in ("one", "two"):
        discord.says(channel, "remember the word lantern")
        wait_for(lambda channel=channel: len(discord.answers(channel)) == 1)
    first.kill()
    wait_for(second.leads, LEASE + START)
    for channel in ("one", "two"):
        discord.says(channel, "RECALL")
        wait_for(lambda channel=channel: told_whose(discord, channel, first.id), START)
    discord.says("one", "/rebuild")
    wait_for(lambda: len(discord.answers("one")) == 2, START)
    assert "lantern" not in discord.answers("one")[1]
    assert told_whose(discord, "two", first.id) == 1
    stand_by(first)
    assert second.terminate() == 0
    wait_for(lambda: len(discord.answers("two")) == 2, START)
    assert discord.answers("two")[1] == "recall: lantern", "its host leads again"
    found = first.hosts()
    assert (found[first.id]["sessions"], found[second.id]["sessions"]) == (1, 1)


def told_whose(discord: DiscordProcess, channel: str, host: str) -> int:
    """How often it is said there whose host is gone."""
    texts = [json.dumps(message) for message in discord.messages(channel)]
    return sum(f"The files of this session are on {host}" in text for text in texts)
