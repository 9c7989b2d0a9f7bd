"""Two hosts without a common folder, whose sessions are mirrored in their PostgreSQL.

A fake Discord, the real CLI. Their homes lie at different paths. spec: 21.13 21.14
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import wait_for
from tests.acceptance.hosts import LEASE, START, Host, homes, lead, stand_by

pytestmark = pytest.mark.cli

MIRRORS = "carrel.stores.postgres.mirrors:PostgresMirrors"
DRAFT = "carrel.workspaces.drafts:Draft"


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one", "two") as one:
        yield one


@pytest.fixture
def hosts(
    tmp_path: Path, api_url: str, discord: DiscordProcess, database_url: str
) -> Iterator[tuple[Host, Host]]:
    """Each has its own sessions; nothing runs yet."""
    both = homes(tmp_path, api_url)
    store = f'[store]\nurl = "{database_url}"\nlease_seconds = {LEASE}\nmirror = true'
    for host in both:
        discord.furnish(host, store)
    yield both
    for host in both:
        host.close()


def answered(discord: DiscordProcess, count: int, channel: str = "one") -> str:
    """The last of so many answers, once they are there."""
    wait_for(lambda: len(discord.answers(channel)) >= count, LEASE + START)
    assert len(discord.answers(channel)) == count
    return discord.answers(channel)[-1]


def told(discord: DiscordProcess, host: Host, channel: str = "one") -> int:
    """How often it is said there that the files came from this host."""
    texts = [json.dumps(message) for message in discord.messages(channel)]
    return sum(f"The files of this session were on {host.id}" in text for text in texts)


def only(host: Host, pattern: str) -> Path:
    (found,) = host.home.glob(f"sessions/*/{pattern}")
    return found


def test_each_host_goes_on_where_the_other_was_killed(
    hosts: tuple[Host, Host], discord: DiscordProcess, model_log: Path
) -> None:
    first, second = hosts
    lead(first)
    stand_by(second)
    discord.says("one", "/mode auto")
    noted = "remember the word lantern\nTOOL Bash: echo made > kept.txt\nSAY it is noted"
    discord.says("one", noted)
    answered(discord, 1)
    (only(first, "work") / "unsaid.txt").write_text("nobody was told of it")
    first.kill()
    wait_for(second.leads, LEASE + START)
    discord.says("one", "remember the word anchor\nTOOL Bash: cat kept.txt > seen.txt\nRECALL")
    assert answered(discord, 2) == "recall: lantern"
    assert told(discord, first) == 1
    transcript = only(second, "engine/projects/*/*.jsonl").read_text()
    assert transcript.count('"text":"it is noted"') == 1, "its last words were safe with the rest"
    asked = [line for line in model_log.read_text().splitlines() if "RECALL" in line][-1]
    assert str(only(second, "memory")) in asked, "the agent is told where its memory lies now"
    assert str(first.home) not in asked + transcript
    assert only(second, "work/seen.txt").read_text() == "made\n"
    assert not list(second.home.glob("sessions/*/work/unsaid.txt"))
    stand_by(first)
    second.kill()
    wait_for(first.leads, LEASE + START)
    discord.says("one", "TOOL Bash: cat seen.txt > again.txt\nRECALL")
    assert answered(discord, 3) == "recall: lantern anchor"
    assert told(discord, second) == 1
    assert only(first, "work/again.txt").read_text() == "made\n"
    assert not list(first.home.glob("sessions/*/work/unsaid.txt"))
    assert list(first.home.glob("trash/*/work/unsaid.txt")), "what was never mirrored is not lost"
    assert first.hosts()[first.id]["sessions"] == 1
    assert first.terminate() == 0


@pytest.mark.parametrize("moment", ["before#2", "after#2"])
def test_killed_while_it_keeps_the_other_answers_it_once(
    hosts: tuple[Host, Host], discord: DiscordProcess, moment: str
) -> None:
    first, second = hosts
    first.start(kill_at=f"{moment} {MIRRORS}.commit")
    wait_for(first.leads, START)
    stand_by(second)
    discord.says("one", "/mode auto")
    discord.says("one", "remember the word lantern")
    answered(discord, 1)
    discord.says("one", "TOOL Bash: echo again >> count.txt\nRECALL")
    assert first.ended() == -signal.SIGKILL
    assert answered(discord, 2) == "recall: lantern"
    assert only(second, "work/count.txt").read_text() == "again\n"
    assert second.terminate() == 0


def test_killed_while_it_lays_out_the_next_one_does_it(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    first, second = hosts
    lead(first)
    discord.says("one", "remember the word lantern")
    answered(discord, 1)
    assert first.terminate() == 0
    for place in ("before", "after"):
        second.start(kill_at=f"{place} {DRAFT}.put")
        wait_for(second.leads, START)
        discord.says("one", "RECALL")
        assert second.ended() == -signal.SIGKILL
    lead(second)
    discord.says("one", "RECALL")
    assert answered(discord, 3) == "recall: lantern"
    assert told(discord, first) == 1
    assert second.terminate() == 0


def test_what_is_too_large_is_said_once_and_waits_for_its_host(
    hosts: tuple[Host, Host], discord: DiscordProcess
) -> None:
    """spec: 21.16"""
    first, second = hosts
    lead(first)
    stand_by(second)
    discord.says("one", "/mode auto")
    discord.says("one", "remember the word lantern\nTOOL Bash: truncate -s 600M large")
    answered(discord, 1)
    discord.says("one", "RECALL")
    answered(discord, 2)
    assert said(discord, "Its files cannot be mirrored: they are larger than 512 MiB.") == 1
    first.kill()
    wait_for(second.leads, LEASE + START)
    discord.says("one", "RECALL")
    wait_for(lambda: said(discord, f"The files of this session are on {first.id}"), START)
    assert len(discord.answers("one")) == 2
    assert second.terminate() == 0


def said(discord: DiscordProcess, text: str) -> int:
    """How many messages say it."""
    return sum(text in json.dumps(message) for message in discord.messages("one"))
