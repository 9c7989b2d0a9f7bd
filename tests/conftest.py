"""What holds for every test: no network, nothing of this machine's people, the same every time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from carrel.testing.network_guard import no_network

SECRETS = ("ANTHROPIC_", "CLAUDE", "CARREL_", "AWS_", "GOOGLE_", "DISCORD_", "SLACK_", "TELEGRAM_")

settings.register_profile(
    "quick",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True)
settings.register_profile("long", settings.get_profile("quick"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--whole`: every scenario on every platform; without it Slack has the core of them."""
    parser.addoption("--whole", action="store_true", help="every scenario on every platform")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with no_network():
        yield


@pytest.fixture(autouse=True)
def _nobody_is_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty home for each test, and no log-in in the environment."""
    home = tmp_path / "nobody"
    home.mkdir()
    for name in os.environ:
        if name.startswith(SECRETS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CARREL_HOME", str(home / ".carrel"))
