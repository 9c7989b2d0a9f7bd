"""How long nobody leads when the host that led is gone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.figures import Measured, Say, middle, spread
from bench.listening import Talk
from bench.processes import (
    CARREL,
    KEY,
    Gateway,
    Lines,
    environment,
    fake_model,
    gateway,
    running,
    scratch,
)
from carrel.cli.control import Control
from carrel.core.errors import CarrelError
from carrel.testing.postgres import cluster
from carrel.web.standing_by import STANDS_BY

TIMES = 3
PATIENCE_S = 30.0


def measure(say: Say) -> Measured:
    """takeover_s: from kill -9 of the host that leads until the other one serves.

    Two hosts on one PostgreSQL with the lease as it is by default, 15 s, which is in it: nobody may
    lead before it is over. Median of three. Beside the table: until the other one's first answer.
    """
    served, answered = [], []
    with scratch() as folder, fake_model() as url, cluster(durable=True) as server:
        for number in range(1, TIMES + 1):
            say(f"two hosts, the {number}. time")
            store = server.create(f"hosts-{number}")
            times = _gone(folder / str(number), url, store)
            served.append(times[0])
            answered.append(times[1])
    beside = f"the leader killed, until the other's first answer, s: {spread(answered, 1)}"
    return Measured({"takeover_s": middle(served)}, (beside,))


def _gone(folder: Path, url: str, store: str) -> tuple[float, float]:
    """Seconds until the other host serves, and until it has answered a message."""
    (folder / "shared" / "sessions").mkdir(parents=True, mode=0o700)
    shared = {"CARREL_STORE__URL": store, "CARREL_STORE__FOLDER": str(folder / "shared")}
    with (
        gateway(folder / "one", url, **shared) as leader,
        _standing_by(folder / "two", url, shared) as other,
    ):
        Talk(leader.home, "desk").turn("hello")
        began = time.monotonic()
        os.kill(leader.pid, signal.SIGKILL)
        other.until("http://")
        ready = time.monotonic() - began
        served = Gateway(folder / "two", other.process.pid, ready)
        Talk(served.home, "desk").turn("hello again")
        return ready, time.monotonic() - began


@contextmanager
def _standing_by(home: Path, url: str, shared: dict[str, str]) -> Iterator[Lines]:
    home.mkdir(parents=True)
    model = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
    env = environment(home, CARREL_CONSOLE__PORT="0", **model, **shared)
    with running([CARREL, "up"], env) as lines:
        _wait_until_it_waits(home)
        yield lines


def _wait_until_it_waits(home: Path) -> None:
    """Look, for at most half a minute."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with suppress(CarrelError):
            if Control(home).get("/status")["login"] == STANDS_BY:
                return
        time.sleep(0.05)
    raise RuntimeError("the second host does not stand by")
