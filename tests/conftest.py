"""What holds for every test: no network, nothing of this machine's people, the same every time."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from carrel.stores.postgres.address import address_of, connect
from carrel.stores.postgres.dialect import postgres_migrations
from carrel.stores.postgres.schema import make_ready
from carrel.testing.network_guard import no_network
from carrel.testing.postgres import Cluster, cluster

READY = "carrel_ready"
SECRETS = ("ANTHROPIC_", "CLAUDE", "CARREL_", "AWS_", "GOOGLE_", "DISCORD_", "SLACK_", "TELEGRAM_")

settings.register_profile(
    "quick",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=20)
settings.register_profile("long", settings.get_profile("quick"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with no_network():
        yield


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Places for homes; a `tmp_path` for each test would look through those of all before it."""
    all_of_them = tmp_path_factory.mktemp("homes")
    return (all_of_them / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _nobody_is_at_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home for each test, and no log-in in the environment."""
    home = next(_homes)
    home.mkdir()
    for name in os.environ:
        if name.startswith(SECRETS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CARREL_HOME", str(home / ".carrel"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for the whole run, with an empty store to copy from. Without one it fails."""
    with cluster() as server:
        address = address_of(server.create(READY))
        with closing(connect(address)) as connection:
            make_ready(connection, address, postgres_migrations())
        yield server


@pytest.fixture
def database_url(postgres: Cluster) -> Iterator[str]:
    """A database of the test's own."""
    name = f"d{uuid.uuid4().hex}"
    yield postgres.create(name, READY)
    postgres.drop(name)
