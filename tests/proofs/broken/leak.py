"""A hundred thousand bytes are kept of every turn."""

from __future__ import annotations

from carrel.core import turns

KEPT: list[bytearray] = []


def apply() -> None:
    real = turns._last_words

    def last_words(*given):
        KEPT.append(bytearray(100_000))
        return real(*given)

    turns._last_words = last_words
