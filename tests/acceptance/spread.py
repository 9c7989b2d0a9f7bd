"""The same gateway to every test, spread: it leads on PostgreSQL, and its agents run on two others.

`make acceptance HOSTS=3` is every test that has a gateway, on three hosts. spec: 21.8
"""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.hosts import LEASE, START, Host

from carrel.testing.postgres import Cluster

HOSTS = os.environ.get("HOSTS", "1")
if HOSTS not in {"1", "3"}:
    raise pytest.UsageError(f"HOSTS is 1 or 3, not {HOSTS}")

SPREAD = HOSTS == "3"
"""Whether the tests run on three hosts."""

alone = pytest.mark.skipif(SPREAD, reason="PostgreSQL and several hosts have no part in it")

PLACES = {
    "carrel.stores.sqlite:SqliteStore": "carrel.stores.postgres.store:PostgresStore",
    "carrel.engines.claude.engine:ClaudeEngine": "carrel.engines.elsewhere.engine:SpreadEngine",
    "carrel.engines.claude.live:LiveClaude": "carrel.engines.elsewhere.live:FarLive",
}
"""What does the same in a gateway that is spread: places where a test kills it."""


@dataclass(eq=False)
class SpreadGateway(GatewayProcess):
    """Leads. Its home is the common folder, where tests look for what agents have written."""

    url: str = ""
    others: list[Host] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.home / "sessions").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.extra |= self._shared("platforms")

    @property
    def engines(self) -> tuple[GatewayProcess, ...]:
        """Those whose children the agents are."""
        return tuple(self.others)

    def start(self, *, kill_at: str = "") -> None:
        """The other hosts are there already, or are started first."""
        if not self.others:
            self._start_others()
        for here, there in PLACES.items():
            kill_at = kill_at.replace(here, there)
        super().start(kill_at=kill_at)

    def close(self) -> None:
        """End all of them."""
        super().close()
        for host in self.others:
            host.close()

    def _start_others(self) -> None:
        beside = self.home.parent
        self.others = [Host(beside / name / "home", self.api_url) for name in ("left", "right")]
        for host in self.others:
            host.home.mkdir(parents=True)
            host.extra |= self.extra | self._shared("engines")
            _settle_in(self.home, host.home)
            host.start()
        wait_for(lambda: all(host.said for host in self.others), START)

    def _shared(self, role: str) -> dict[str, str]:
        return {
            "CARREL_GATEWAY__ROLE": role,
            "CARREL_STORE__URL": self.url,
            "CARREL_STORE__FOLDER": str(self.home),
            "CARREL_STORE__LEASE_SECONDS": str(LEASE),
            "CARREL_STORE__LISTEN": "127.0.0.1:0",
        }


def gateway_at(request: pytest.FixtureRequest, home: Path, api_url: str) -> GatewayProcess:
    """A gateway that is yet to be started; on three hosts it has a database of its own."""
    if not SPREAD:
        return GatewayProcess(home, api_url)
    server: Cluster = request.getfixturevalue("postgres")
    return SpreadGateway(home, api_url, url=server.create(f"d{uuid.uuid4().hex}"))


def _settle_in(leader: Path, home: Path) -> None:
    """The settings are the leader's."""
    if (said := leader / "carrel.toml").exists():
        shutil.copy(said, home)
