"""The next release comes host by host, on one PostgreSQL and one folder. The real CLI.

The next release is this code with another version and one more step of the schema, which adds.
spec: 21.17
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from proofs.hosts import FOUND
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.gateway_process import wait_for
from tests.acceptance.hosts import LEASE, START, Host, homes, lead, stand_by

import carrel
from carrel.stores.statements import load_migrations

pytestmark = pytest.mark.cli

NEXT = f"{carrel.__version__}.post1"
STEP = """
ALTER TABLE session ADD COLUMN tomorrow TEXT NOT NULL DEFAULT '';
CREATE TABLE of_tomorrow (id TEXT PRIMARY KEY);
"""


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one") as one:
        yield one


@pytest.fixture
def hosts(
    tmp_path: Path, api_url: str, discord: DiscordProcess, database_url: str
) -> Iterator[tuple[Host, Host]]:
    """Each runs agents for the other; nothing runs yet."""
    both = homes(tmp_path, api_url)
    folder = tmp_path / "everywhere"
    (folder / "sessions").mkdir(parents=True, mode=0o700)
    shared = f'url = "{database_url}"\nlease_seconds = {LEASE}\nfolder = "{folder}"'
    for host in both:
        discord.furnish(host, f'[store]\n{shared}\nlisten = "127.0.0.1:0"')
    yield both
    for host in both:
        host.close()


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to put before what is installed."""
    folder = tmp_path_factory.mktemp("next")
    there = folder / "carrel"
    copytree(Path(carrel.__file__).parent, there, ignore=ignore_patterns("__pycache__"))
    init = there / "__init__.py"
    init.write_text(init.read_text().replace(f'"{carrel.__version__}"', f'"{NEXT}"'))
    number = load_migrations()[-1].number + 1
    for steps in there.glob("stores/sql/**/migrations"):
        (steps / f"{number:04}_next.sql").write_text(STEP)
    return folder


def upgrade(host: Host, release: Path) -> None:
    """What it runs from its next start on."""
    host.extra["PYTHONPATH"] = str(release)


def answered(discord: DiscordProcess, *texts: str) -> None:
    wait_for(lambda: len(discord.answers("one")) >= len(texts), LEASE + START)
    assert tuple(discord.answers("one")) == texts


def test_a_release_comes_host_by_host_and_no_turn_is_cut_off(
    hosts: tuple[Host, Host], discord: DiscordProcess, next_release: Path
) -> None:
    old, new = hosts
    lead(old)
    discord.says("one", "remember the word lantern\nSAY it is noted")
    answered(discord, "it is noted")
    upgrade(new, next_release)
    stand_by(new)
    assert NEXT in new.command("--version").stdout
    discord.says("one", "SLOW 100 20\nSAY m2")
    wait_for(lambda: old.hosts()[old.id]["live"] == 1)
    assert FOUND not in (old.home / "logs" / "carrel.log").read_text()
    drained = new.command("drain", old.id)
    assert (drained.returncode, old.ended()) == (0, 0), drained
    wait_for(new.leads, LEASE + START)
    discord.says("one", "RECALL")
    answered(discord, "it is noted", "m2", "recall: lantern")
    refused(old)
    upgrade(old, next_release)
    stand_by(old)
    wait_for(lambda: FOUND in (new.home / "logs" / "carrel.log").read_text(), START)
    new.kill()
    wait_for(old.leads, LEASE + START)
    discord.says("one", "SAY m4")
    answered(discord, "it is noted", "m2", "recall: lantern", "m4")
    assert old.terminate() == 0


def refused(old: Host) -> None:
    """It does not start any more, and says what to do."""
    old.start()
    assert old.ended() == os.EX_CONFIG
    assert "install the newer Carrel again" in old.said
