"""Runs `carrel` with one place mined: the process that reaches it is killed with -9 there.

The place is `module:Class.method` with `before`, `after`, or `after#n` for the n-th time.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import signal
import sys


def mine(place: str) -> None:
    when, _, target = place.partition(" ")
    moment, _, number = when.partition("#")
    module_name, _, path = target.partition(":")
    owner = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _mined(getattr(owner, name), moment, int(number or 1)))


def _mined(function, moment: str, number: int):
    calls = 0

    def reached() -> bool:
        nonlocal calls
        calls += 1
        return calls == number

    @functools.wraps(function)
    async def later(*args, **kwargs):
        hit = reached()
        if hit and moment == "before":
            die()
        result = await function(*args, **kwargs)
        if hit:
            die()
        return result

    @functools.wraps(function)
    def now(*args, **kwargs):
        hit = reached()
        if hit and moment == "before":
            die()
        result = function(*args, **kwargs)
        if hit:
            die()
        return result

    return later if inspect.iscoroutinefunction(function) else now


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    mine(sys.argv.pop(1))
    from carrel.__main__ import main

    main()
