"""How soon a gateway is there, and what it weighs then."""

from __future__ import annotations

import time

from bench.figures import Measured, Say, middle, spread
from bench.proc import pss, rss
from bench.processes import fake_model, gateway, scratch

STARTS = 5
SETTLED_S = 1.0


def measure(say: Say) -> Measured:
    """ready_s, idle_mb: from spawning `carrel up` until it prints the console's link, and then.

    A home without a session; its very first start is left out (it makes the store) and reported
    beside the table. ready_s: median of five starts. idle_mb: resident memory (RSS) of the
    gateway one second after, median of the same five; PSS is beside the table.
    """
    ready, resident, shared = [], [], []
    with scratch() as folder, fake_model() as url:
        for number in range(STARTS + 1):
            with gateway(folder / "home", url) as home:
                time.sleep(SETTLED_S)
                ready.append(home.ready)
                resident.append(rss(home.pid))
                shared.append(pss(home.pid))
            say(f"start {number}: ready after {home.ready:.2f} s")
    return Measured(
        {"ready_s": middle(ready[1:]), "idle_mb": middle(resident[1:])},
        (
            f"ready, s: {spread(ready[1:], 2)}; first start of a home {ready[0]:.2f}",
            f"idle, MiB: RSS {spread(resident[1:], 1)}; PSS {spread(shared[1:], 1)}",
        ),
    )
