"""What grows while turns go by, from samples: pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

WARM_UP = 0.2
"""The share of all turns after which things have found their size."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A gateway after so many turns. memory: resident MiB. store: bytes on the disk."""

    turns: int
    memory: float
    descriptors: int
    threads: int
    store: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Per 1,000 turns MiB, per turn bytes; descriptors and threads as usual, first and last."""

    memory: float
    store: float
    descriptors: tuple[int, int]
    threads: tuple[int, int]


def growth(samples: Sequence[Sample]) -> Growth:
    """Least squares over what came after the warm-up; ValueError when that is one sample."""
    last = samples[-1].turns
    warm = [one for one in samples if one.turns >= WARM_UP * last]
    if len(warm) < 2:  # noqa: PLR2004 - a line
        raise ValueError("too few samples to say how anything grows")
    turns = [one.turns for one in warm]
    memory = statistics.linear_regression(turns, [one.memory for one in warm]).slope
    store = statistics.linear_regression(turns, [one.store for one in warm]).slope
    quarter = max(len(warm) // 4, 1)
    first, end = warm[:quarter], warm[-quarter:]
    descriptors, threads = (
        (_usual(first, name), _usual(end, name)) for name in ("descriptors", "threads")
    )
    return Growth(1000 * memory, store, descriptors, threads)


def _usual(samples: Sequence[Sample], name: str) -> int:
    return int(statistics.median_high(getattr(one, name) for one in samples))
