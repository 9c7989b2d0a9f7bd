"""The first message of a session: the engine has to be started for it."""

from __future__ import annotations

import time

from bench.figures import Measured, Say, middle, spread
from bench.listening import Talk
from bench.processes import Gateway, fake_model, gateway, scratch
from carrel.cli.control import Control

GATEWAYS = 3
NEW = 4
TYPING_S = 2.0
"""From the first letter of a short message to its end."""

QUIET_S = 1.0
"""Between two conversations: a CLI that has just begun is busy for a while after its answer."""


def measure(say: Say) -> Measured:
    """first_message_ms: from posting a message to a new conversation to its first text.

    The gateway as a process, the real CLI, real walls, the fake model on loopback; the event
    stream is open before the post, and the engine before it has been idle for a second. Median of
    12 conversations, four in each of three gateways. The very first message of a gateway is not
    among them, because it loads the engine's library too: it is reported beside the table.

    first_message_typed_ms: the same, two seconds after the platform said that somebody types.
    """
    very_first, new, typed = [], [], []
    with scratch() as folder, fake_model() as url:
        for number in range(1, GATEWAYS + 1):
            say(f"gateway {number}: {NEW + 1} new conversations")
            with gateway(folder / f"home-{number}", url) as home:
                one, *others = [_first(home, f"desk-{n}") for n in range(NEW + 1)]
                typed += [_first(home, f"typed-{n}", typing=True) for n in range(NEW)]
            very_first.append(one)
            new += others
    return Measured(
        {"first_message_ms": middle(new), "first_message_typed_ms": middle(typed)},
        (
            f"first message of a session, ms: {spread(new)}",
            f"the same after typing, ms: {spread(typed)}",
            f"very first message of a gateway, ms: {spread(very_first)}",
        ),
    )


def _first(home: Gateway, name: str, *, typing: bool = False) -> float:
    """Milliseconds to the first text of a conversation that begins."""
    talk = Talk(home.home, name)
    if typing:
        Control(home.home).post(f"/conversations/{name}/typing")
        time.sleep(TYPING_S)
    times = talk.turn("hello")
    time.sleep(QUIET_S)
    return times.text
