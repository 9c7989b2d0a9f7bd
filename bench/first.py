"""The first message of a session: the engine has to be started for it."""

from __future__ import annotations

from bench.figures import Measured, Say, middle, spread
from bench.listening import Talk
from bench.processes import fake_model, gateway, scratch

GATEWAYS = 3
NEW = 4


def measure(say: Say) -> Measured:
    """first_message_ms: from posting a message to a new conversation to its first text.

    The gateway as a process, the real CLI, real walls, the fake model on loopback; the event
    stream is open before the post. Median of 12 conversations, four in each of three gateways.
    The very first message of a gateway is not among them, because it loads the engine's library
    too: it is reported beside the table, median of three.
    """
    very_first, new = [], []
    with scratch() as folder, fake_model() as url:
        for number in range(1, GATEWAYS + 1):
            say(f"gateway {number}: {NEW + 1} new conversations")
            with gateway(folder / f"home-{number}", url) as home:
                very_first.append(Talk(home.home, "desk-0").turn("hello").text)
                talks = [Talk(home.home, f"desk-{n}") for n in range(1, NEW + 1)]
                new += [talk.turn("hello").text for talk in talks]
    return Measured(
        {"first_message_ms": middle(new)},
        (
            f"first message of a session, ms: {spread(new)}",
            f"very first message of a gateway, ms: {spread(very_first)}",
        ),
    )
