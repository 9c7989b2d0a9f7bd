"""Commands as a person types them."""

from __future__ import annotations

from bench.figures import Measured, Say, middle, spread
from bench.processes import CARREL, bare, environment, fake_model, gateway, run, scratch

TIMES = 11


def measure(say: Say) -> Measured:
    """version_ms, status_ms: `carrel --version` and `carrel status`, from spawn to exit.

    Medians of eleven, the first of twelve left out; `status` asks a gateway that runs and has no
    session. Beside the table: what this Python takes to start and end without doing anything.
    """
    with scratch() as folder, fake_model() as url, gateway(folder / "home", url) as home:
        env = environment(home.home)
        say(f"{TIMES} times each")
        version, status = (
            [run([CARREL, word], env) for _ in range(TIMES + 1)][1:]
            for word in ("--version", "status")
        )
        empty = [bare() for _ in range(TIMES + 1)][1:]
    return Measured(
        {"version_ms": middle(version), "status_ms": middle(status)},
        (
            f"carrel --version, ms: {spread(version)}; carrel status, ms: {spread(status)}",
            f"Python alone, ms: {spread(empty)}",
        ),
    )
