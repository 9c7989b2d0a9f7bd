"""Listing a thousand sessions."""

from __future__ import annotations

import time

from bench.figures import Measured, Say, middle, spread
from bench.processes import CARREL, Gateway, environment, fake_model, gateway, run, scratch
from bench.rows import make_rows

SESSIONS = 1_000
COMMANDS = 9
REQUESTS = 20


def measure(say: Say) -> Measured:
    """list_1000_ms: `carrel sessions --limit 1000 --json`, from spawn to exit.

    The whole command, on a gateway that knows 1,000 sessions; median of nine. Beside the table:
    the server's part alone, the same request over a connection that is open.
    """
    with scratch() as folder, fake_model() as url:
        make_rows(folder / "home", SESSIONS)
        with gateway(folder / "home", url) as home:
            say(f"{COMMANDS} listings")
            command = [CARREL, "sessions", "--limit", str(SESSIONS), "--json"]
            whole = [run(command, environment(home.home)) for _ in range(COMMANDS + 1)][1:]
            served = _requests(home)
    return Measured(
        {"list_1000_ms": middle(whole)},
        (
            f"list 1,000 sessions, the whole command, ms: {spread(whole)}",
            f"list 1,000 sessions, the server's part, ms: {spread(served, 1)}",
        ),
    )


def _requests(home: Gateway) -> list[float]:
    """Milliseconds of each request on one connection; the first opens it and is left out."""
    control, times = home.control(), []
    for _ in range(REQUESTS + 1):
        began = time.perf_counter()
        rows = control.get("/sessions", limit=SESSIONS)
        times.append(1000 * (time.perf_counter() - began))
        if len(rows) != SESSIONS:
            raise RuntimeError(f"{len(rows)} sessions were listed")
    return times[1:]
