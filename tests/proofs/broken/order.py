"""Nobody joins a turn, and who comes last goes first."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import queueing


def apply() -> None:
    real = queueing._waits

    def wait(before, prompt):
        after, effects = real(before, prompt)
        return replace(after, waiting=(prompt, *before.waiting)), effects

    queueing._waits = wait
    queueing._may_join = lambda *_: False
