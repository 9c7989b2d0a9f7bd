"""A message on Discord and its answer: in a session that lives, in a new one, after typing."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.discord_ledger import Ledger, Said
from bench.discord_world import World, connected, fake_discord
from bench.figures import Measured, Say, middle, percentile, spread
from bench.processes import fake_model, scratch

GATEWAYS = 2
NEW = 3
"""Conversations of a kind in each gateway: all of them live at once under the default of 8."""

WARM = 12
TYPING_S = 1.0
PAUSE_S = 0.2
QUIET_S = 1.0
"""Between two conversations: a CLI that has just begun is busy for a while after its answer."""

Kinds = dict[str, list[tuple[Ledger, Said]]]
"""What was said, by kind, each with the ledger that knows when."""

KEYS = ("warm", "cold", "typed")


def measure(say: Say) -> Measured:
    """discord_warm_ms, discord_cold_ms, discord_typed_ms: MESSAGE_CREATE to the answer shown.

    The gateway as a process with the real CLI behind real walls, the fake Discord without rate
    limits and the fake model on loopback, each in a process of its own. Both moments come from the
    fake Discord's ledger: the event handed to the bot's connection, and the answer there for
    people to see; a progress card is none. warm: in a session that lives, 24 turns one after
    another, 0.2 s apart. cold: the first message in a channel, which starts the engine; six. typed:
    the same one second after the person was seen typing in that channel; six. Medians, in two
    gateways. A gateway's very first message, which loads the engine's library, is told beside the
    table, as are p95 and the first that people see: typing, a reaction or a message.
    """
    kinds: Kinds = {"very first": [], "warm": [], "cold": [], "typed": []}
    with scratch() as folder, fake_model() as url:
        for number in range(1, GATEWAYS + 1):
            say(f"gateway {number}: {2 * NEW + 1} new conversations, {WARM} warm turns")
            where = folder / str(number)
            with fake_discord(where, 2 * NEW + 1) as world, connected(where / "home", url, world):
                _gateway(world, kinds)
        figures = {f"discord_{kind}_ms": middle(_all(kinds, kind, Ledger.answer)) for kind in KEYS}
    return Measured(figures, tuple(_line(kinds, kind) for kind in kinds))


def _gateway(world: World, kinds: Kinds) -> None:
    """All kinds of messages, each noted."""
    first, *others = world.channels
    time.sleep(QUIET_S)
    kinds["very first"].append(_turn(world, first, "good morning"))
    for channel in others[:NEW]:
        kinds["cold"].append(_turn(world, channel, "hello"))
    for channel in others[NEW:]:
        world.types(channel)
        time.sleep(TYPING_S)
        kinds["typed"].append(_turn(world, channel, "hello after typing"))
    for number in range(WARM):
        kinds["warm"].append(_turn(world, first, f"hello {number}", PAUSE_S))


def _turn(world: World, channel: str, text: str, pause: float = QUIET_S) -> tuple[Ledger, Said]:
    said = world.turn(channel, text)
    time.sleep(pause)
    world.ledger.read()
    return world.ledger, said


def _all(kinds: Kinds, kind: str, of: Callable[[Ledger, Said], float]) -> list[float]:
    return [of(ledger, said) for ledger, said in kinds[kind]]


def _line(kinds: Kinds, kind: str) -> str:
    answers, signs, reactions = (
        _all(kinds, kind, of) for of in (Ledger.answer, Ledger.sign, Ledger.reaction)
    )
    return (
        f"Discord, {kind}, ms: answer {spread(answers)}, p95 {percentile(answers, 0.95):.0f}; "
        f"first sign {spread(signs)}; reaction {spread(reactions)}"
    )
