"""What a gateway weighs at most while it works, looked at from beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bench.proc import pss, tree

AGENT = "claude"
"""The name of the agent's processes in the table of processes."""

SHARE = 0.04
"""How much of one processor weighing may take: for each look the kernel adds up all pages."""

EVERY_S = 0.25
"""Seconds between two looks at the table of processes; at most as often everything is weighed."""


@dataclass(slots=True)
class Peak:
    """The most that was seen: MiB (PSS) of the whole tree, and agent processes in it."""

    pss_mb: float = 0.0
    agents: int = 0

    def count(self, root: int) -> None:
        """See how many agents there are now."""
        self.agents = max(self.agents, sum(process.name == AGENT for process in tree(root)))

    def weigh(self, root: int) -> None:
        """See what there is now; a process that ends meanwhile counts as nothing."""
        weight = 0.0
        for process in tree(root):
            with suppress(OSError, RuntimeError):
                weight += pss(process.pid)
        self.pss_mb = max(self.pss_mb, weight)


@contextmanager
def peak_of(root: int) -> Iterator[Peak]:
    """Look again and again, while the block runs, at a process and everything below it."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        weigh_at = 0.0
        while True:
            peak.count(root)
            if time.monotonic() >= weigh_at:
                began = time.thread_time()
                peak.weigh(root)
                weigh_at = time.monotonic() + (time.thread_time() - began) / SHARE
            if over.wait(EVERY_S):
                return peak.weigh(root)

    thread = threading.Thread(target=watch, name="peak", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
