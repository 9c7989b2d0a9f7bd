"""One host leads and has no agent; two others run them. A fake Discord, the real CLI, PostgreSQL.

spec: 21.8 21.9 21.11 21.12
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.hosts import LEASE, START, Host, alive, lead
from tests.acceptance.thorough import thorough

pytestmark = pytest.mark.cli

CHANNELS = ("one", "two", "three", "four")
PLACES = 4
"""Of each host that runs agents: one alone can take over from the other without a wait."""


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, *CHANNELS) as one:
        yield one


@pytest.fixture
def hosts(
    tmp_path: Path, api_url: str, discord: DiscordProcess, database_url: str
) -> Iterator[tuple[Host, Host, Host]]:
    """Who leads, and two that run agents; all run, and the leader has found them."""
    common = tmp_path / "everywhere"
    (common / "sessions").mkdir(parents=True, mode=0o700)
    found = tuple(Host(tmp_path / name / "home", api_url) for name in ("lead", "left", "right"))
    for host, role in zip(found, ("platforms", "engines", "engines"), strict=True):
        discord.furnish(
            host,
            f'[gateway]\nrole = "{role}"\n[engine]\nmax_live = {PLACES}\n[store]\n'
            f'url = "{database_url}"\nlease_seconds = {LEASE}\nfolder = "{common}"\n'
            'listen = "127.0.0.1:0"\n',
        )
    leader, *others = found
    try:
        for host in others:
            host.start()
            wait_for(lambda host=host: "runs agents" in host.said, START)
        lead(leader)
        wait_for(lambda: linked(leader) == len(others), START)
        yield found
    finally:
        for host in found:
            host.close()


def linked(leader: GatewayProcess) -> int:
    """How many hosts the leader has found since it was started."""
    return (leader.home / "logs" / "carrel.log").read_text().count('"a host has room"')


def on(host: Host) -> frozenset[tuple[int, str]]:
    """The agents there."""
    return host.family()


def at_work(hosts: tuple[Host, Host, Host], discord: DiscordProcess) -> None:
    """Begin a turn in each channel that takes longer than a lease; both hosts have agents."""
    for channel in CHANNELS:
        discord.says(channel, f"SLOW 500\nSAY {long(channel)}")
    wait_for(lambda: all_listed(hosts[0]), START)
    _, left, right = hosts
    wait_for(lambda: on(left) and on(right), START)  # who is being opened is listed, too


def long(channel: str) -> str:
    """An answer of so many words that it takes longer than a lease."""
    return f"{channel} has {'much ' * 16}to say"


def in_turns(leader: Host) -> int:
    return leader.control().get("/status")["running"]


def test_sessions_are_spread_and_approvals_and_stops_go_to_where_they_run(
    hosts: tuple[Host, Host, Host], discord: DiscordProcess
) -> None:
    leader, left, right = hosts
    for channel in CHANNELS:
        discord.says(channel, f"remember the word {channel}")
    for channel in CHANNELS:
        wait_for(lambda channel=channel: len(discord.answers(channel)) == 1, START)
    assert not on(leader), "it runs none itself"
    assert on(left)
    assert on(right)
    listed = wait_for(lambda: all_listed(leader))
    assert [(row["role"], row["live"], row["places"]) for row in listed] == [
        ("leads", 0, 0), ("runs agents", 2, PLACES), ("runs agents", 2, PLACES),
    ]  # fmt: skip

    discord.says("one", "TOOL Write note.txt words\nSAY written")
    allow(discord, "one", wait_for(lambda: open_card(discord, "one")))
    wait_for(lambda: len(discord.answers("one")) == 2)
    (note,) = (leader.home.parents[1] / "everywhere" / "sessions").glob("*/work/note.txt")
    assert note.read_text() == "words"

    discord.says("two", "HANG")
    wait_for(lambda: in_turns(leader) == 1)
    discord.says("two", "/stop")
    wait_for(lambda: in_turns(leader) == 0)
    discord.says("two", "RECALL")
    wait_for(lambda: "recall: two" in discord.answers("two"))
    assert leader.terminate() == 0
    wait_for(lambda: not on(left) and not on(right), 5)


def all_listed(leader: Host) -> list[dict]:
    """The hosts with their agents, once all are counted: with the next signs of life."""
    rows = sorted(leader.hosts().values(), key=lambda row: row["role"])
    return rows if sum(row["live"] for row in rows) == len(CHANNELS) else []


def open_card(discord: DiscordProcess, channel: str) -> dict | None:
    """An approval that can still be answered."""
    held = discord.messages(channel)
    return next((one for one in held if one["components"] and "🔐" in one["content"]), None)


def allow(discord: DiscordProcess, channel: str, card: dict) -> None:
    discord.ask(
        "presses",
        person=discord.person("ada"),
        channel=discord.channel(channel),
        message=card["id"],
        custom_id=card["components"][0]["components"][0]["custom_id"],
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=thorough)])
def test_a_host_with_agents_that_is_killed_or_frozen_is_made_up_for_by_the_other(
    hosts: tuple[Host, Host, Host], discord: DiscordProcess, how: signal.Signals
) -> None:
    """Frozen for twice its lease it is ended, and nothing there goes on afterwards."""
    _, left, right = hosts
    at_work(hosts, discord)
    for channel in CHANNELS:
        discord.says(channel, f"SAY {channel} 2")
    gone = on(left)
    left.process.send_signal(how)
    struck = time.monotonic()
    wait_for(lambda: not alive(gone), LEASE)
    if how == signal.SIGSTOP:
        time.sleep(max(struck + 2 * LEASE - time.monotonic(), 0))
        left.thaw()
    assert left.ended() == -signal.SIGKILL
    wait_for(lambda: all(len(discord.answers(one)) == 2 for one in CHANNELS), 3 * START)
    for channel in CHANNELS:
        assert discord.answers(channel) == [long(channel), f"{channel} 2"]
    assert on(right)


def test_a_host_that_is_drained_finishes_its_turns_and_what_follows_runs_elsewhere(
    hosts: tuple[Host, Host, Host], discord: DiscordProcess
) -> None:
    leader, left, right = hosts
    for channel in CHANNELS[:2]:
        discord.says(channel, f"SLOW 200\nSAY {long(channel)}")
    wait_for(lambda: on(left) and on(right))
    asked = leader.command("drain", left.id)
    assert (asked.returncode, left.ended()) == (0, 0), asked
    for channel in CHANNELS[:2]:
        discord.says(channel, f"SAY {channel} 2")
    wait_for(lambda: all(len(discord.answers(one)) == 2 for one in CHANNELS[:2]), START)
    for channel in CHANNELS[:2]:
        assert discord.answers(channel) == [long(channel), f"{channel} 2"]
    assert leader.hosts()[left.id]["role"] == "gone"


@thorough
def test_the_leader_killed_the_next_one_finds_the_hosts_and_no_agent_of_the_one_before(
    hosts: tuple[Host, Host, Host], discord: DiscordProcess
) -> None:
    leader, left, right = hosts
    at_work(hosts, discord)
    agents = on(left) | on(right)
    leader.kill()
    wait_for(lambda: not alive(agents), LEASE)
    lead(leader)
    for host in (left, right):
        if host.process.poll() is not None:
            host.start()  # what was not closed in time was ended; its service starts it again
    wait_for(lambda: all(discord.answers(one) for one in CHANNELS), 3 * START)
    for channel in CHANNELS:
        assert discord.answers(channel) == [long(channel)]
