"""Who comes last goes first."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import session


def apply() -> None:
    real = session._wait

    def wait(before, prompt):
        after, effects = real(before, prompt)
        return replace(after, waiting=(prompt, *before.waiting)), effects

    session._wait = wait
