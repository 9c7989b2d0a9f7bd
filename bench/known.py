"""What known sessions cost a gateway that does nothing with them."""

from __future__ import annotations

import time

from bench.figures import Measured, Say
from bench.proc import rss
from bench.processes import Gateway, fake_model, gateway, scratch
from bench.rows import make_rows

COUNTS = (1_000, 10_000)
SETTLED_S = 1.0


def measure(say: Say) -> Measured:
    """known_1000_mb, known_10000_mb: resident memory with that many sessions in the store.

    A process of its own makes the rows through the store port: for each session a message that
    was accepted, taken into a turn, answered and settled. Then `carrel up` on that home; RSS one
    second after the link. Beside the table: how long each start took, and RSS after one listing.
    """
    figures, also = {}, []
    with scratch() as folder, fake_model() as url:
        for count in COUNTS:
            say(f"{count:,} sessions")
            home = folder / str(count)
            make_rows(home, count)
            with gateway(home, url) as running:
                time.sleep(SETTLED_S)
                figures[f"known_{count}_mb"] = rss(running.pid)
                also.append(_line(running, count))
    return Measured(figures, tuple(also))


def _line(running: Gateway, count: int) -> str:
    running.control().get("/sessions", limit=1000)
    listed = rss(running.pid)
    return f"{count:,} sessions: ready in {running.ready:.2f} s; {listed:.1f} MiB once listed"
