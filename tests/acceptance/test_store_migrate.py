"""`carrel store migrate`: a home moves to PostgreSQL and back, and talks go on where they were.

spec: 19.3
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
from tests.acceptance.gateway_process import KILLER, GatewayProcess, wait_for
from tests.acceptance.spread import alone

pytestmark = alone

DONE = "rows are there, each looked at on both sides"
POSTGRES = "carrel.stores.postgres.moving:PostgresSide"
SQLITE = "carrel.stores.moving_sqlite:SqliteSide"


@pytest.fixture
def gateway(gateway: GatewayProcess) -> GatewayProcess:
    """The engine plays no part here."""
    gateway.extra["CARREL_ENGINE__NAME"] = "scripted"
    return gateway


def migrate(gateway: GatewayProcess, *words: str, kill_at: str = "") -> subprocess.CompletedProcess:
    program = [str(KILLER), kill_at] if kill_at else ["-m", "carrel"]
    return subprocess.run(
        [sys.executable, *program, "store", "migrate", *words],
        env={"PATH": os.environ["PATH"], "CARREL_HOME": str(gateway.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def talked(gateway: GatewayProcess, text: str, identity: str) -> list[str]:
    """Start, say something, wait for its answer, stop; all answers so far."""
    gateway.start()
    before = len(gateway.answers())
    gateway.say(text, "a", identity)
    wait_for(lambda: len(gateway.answers()) > before)
    answers = gateway.answers()
    assert gateway.terminate() == 0
    return answers


def test_a_home_moves_there_and_back_and_every_talk_goes_on(
    gateway: GatewayProcess, database_url: str
) -> None:
    file, toml = gateway.home / "carrel.db", gateway.home / "carrel.toml"
    assert talked(gateway, "one", "m1") == ["echo: one"]
    before = hashlib.sha256(file.read_bytes()).digest()
    toml.write_text(f'[store]\nurl = "{database_url}"\n')

    for place in (f"after#2 {POSTGRES}.fill", f"after {POSTGRES}.go_on_from"):
        assert migrate(gateway, "sqlite", "postgres", kill_at=place).returncode == -9
    moved = migrate(gateway, "sqlite", "postgres")
    assert (moved.returncode, moved.stderr) == (0, "")
    assert DONE in moved.stdout
    assert DONE in migrate(gateway, "sqlite", "postgres").stdout, "a second time changes nothing"
    assert hashlib.sha256(file.read_bytes()).digest() == before

    assert talked(gateway, "two", "m2") == ["echo: one", "echo: two"]
    gateway.start()
    refused = migrate(gateway, "postgres", "sqlite")
    assert (refused.returncode, refused.stdout) == (78, "")
    assert "Another gateway" in refused.stderr
    assert gateway.terminate() == 0

    for place in (f"after#2 {SQLITE}.fill", f"after {SQLITE}.go_on_from"):
        assert migrate(gateway, "postgres", "sqlite", kill_at=place).returncode == -9
        assert hashlib.sha256(file.read_bytes()).digest() == before
    assert DONE in migrate(gateway, "postgres", "sqlite").stdout
    toml.write_text("")
    assert talked(gateway, "three", "m3") == ["echo: one", "echo: two", "echo: three"]


def test_what_cannot_be_moved_says_why(gateway: GatewayProcess) -> None:
    refused = migrate(gateway, "sqlite", "postgres")
    assert refused.returncode == 78
    assert "`url` in `[store]`" in refused.stderr
    refused = migrate(gateway, "sqlite", "sqlite")
    assert refused.returncode == 78
    assert "two different ones" in refused.stderr
