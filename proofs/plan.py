"""One run of the chaos, drawn from its seed: what people do, what goes wrong, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["prompt", "approval", "stop", "new", "status"]
Waiting = Literal["queue", "steer", "collect", "interrupt"]
Fault = Literal[
    "kill",
    "stop",
    "start",
    "freeze",
    "reset",
    "close",
    "reconnect",
    "invalid session",
    "session gone",
    "refused",
    "event twice",
    "event malformed",
    "limited",
    "error before",
    "error after",
    "dropped before",
    "dropped after",
    "slow answer",
    "slow disk",
    "clock",
    "long freeze",
    "kill stand-by",
    "database",
    "cut",
]

PLACES: dict[str, Waiting] = {
    "one": "queue",
    "two": "queue",
    "three": "queue",
    "four": "steer",
    "five": "collect",
    "six": "interrupt",
}
"""The channels of the fake Discord, and what a message does there while a turn runs."""

DIRECT = "direct"
LASTS = 2.5
"""Seconds in which everything of a run happens; its answers may come later."""

LEASE_S = 4.0
"""How long a host leads without a sign of life, where several share a database."""

DOWN: tuple[Fault, ...] = ("kill", "kill", "kill", "stop")
DOWN_TOGETHER: tuple[Fault, ...] = (
    "kill",
    "kill",
    "stop",
    "long freeze",
    "kill stand-by",
    "database",
    "cut",
)
"""What ends a host, or may, where another one stands by."""
WIRE: tuple[Fault, ...] = (
    "freeze",
    "reset",
    "close",
    "reconnect",
    "invalid session",
    "session gone",
    "refused",
    "event twice",
    "event malformed",
    "limited",
    "error before",
    "error after",
    "dropped before",
    "dropped after",
    "slow answer",
    "slow disk",
    "clock",
)
WIRE_TOGETHER = tuple(fault for fault in WIRE if fault != "slow disk")
"""Hosts that share a database have no file that could be slow."""

SECONDS: dict[Fault, tuple[float, float]] = {
    "freeze": (0.2, 1.5),
    "limited": (0.2, 1.0),
    "slow answer": (0.2, 2.0),
    "slow disk": (0.5, 6.0),
    "clock": (-500.0, 500.0),
    "long freeze": (LEASE_S + 1, LEASE_S + 3),
    "database": (0.0, LEASE_S),
    "cut": (LEASE_S + 1, LEASE_S + 3),
}
"""How long a fault lasts, or how far the clock is set."""


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody writes. `token` is in the answer of whoever answers it."""

    at: float
    place: str
    token: str
    text: str
    kind: Kind = "prompt"


@dataclass(frozen=True, slots=True)
class Edits:
    """Somebody changes what they wrote."""

    at: float
    token: str
    text: str


@dataclass(frozen=True, slots=True)
class Opens:
    """Somebody begins a thread in a channel; `place` is what it is called."""

    at: float
    place: str
    parent: str


@dataclass(frozen=True, slots=True)
class Strikes:
    """Something goes wrong. `amount`: seconds, or how often, or a close code."""

    at: float
    fault: Fault
    amount: float = 0.0


Action = Says | Edits | Opens | Strikes


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: its actions in the order of time."""

    seed: int
    number: int
    actions: tuple[Action, ...]

    def lines(self) -> list[str]:
        """The plan as a person reads it."""
        return [_line(action) for action in self.actions]


def draw(seed: int, number: int, *, together: bool = False) -> Plan:
    """The plan of one run: the same for the same seed and number, whatever ran before.

    together: several hosts share a database.
    """
    chance = Random(f"{seed}/{number}")  # noqa: S311 - it is to be drawn again
    people = _conversations(chance, number)
    actions = sorted([*people, *_faults(chance, together=together)], key=lambda action: action.at)
    return Plan(seed, number, tuple(actions))


def greetings(places: Iterable[str]) -> Plan:
    """A plan in which one thing is said everywhere, and nothing goes wrong."""
    said = [Says(0.0, place, f"m0x{n}x", f"SAY m0x{n}x") for n, place in enumerate(places, 1)]
    return Plan(0, 0, tuple(said))


def _conversations(chance: Random, number: int) -> Iterator[Action]:
    tokens = (f"m{number}x{count}x" for count in range(1, 1000))
    places = chance.sample([*PLACES, DIRECT], chance.randint(2, 4))
    for place in places:
        yield from _conversation(chance, place, tokens)
    if chance.random() < 0.35:  # noqa: PLR2004 - about every third run
        thread, parent = f"thread-{number}", chance.choice(tuple(PLACES))
        began = chance.uniform(0, LASTS / 2)
        yield Opens(began, thread, parent)
        yield from _conversation(chance, thread, tokens, began)


def _conversation(
    chance: Random, place: str, tokens: Iterator[str], began: float = 0.0
) -> Iterator[Action]:
    """A burst, or messages some time apart; now and then one is edited, or a command."""
    burst = chance.random() < 0.4  # noqa: PLR2004 - as people do
    at = chance.uniform(began, LASTS / 2)
    for _ in range(chance.randint(1, 4)):
        said = _message(chance, place, next(tokens), at)
        yield said
        if said.kind == "prompt" and chance.random() < 0.1:  # noqa: PLR2004 - now and then
            yield Edits(at + chance.uniform(0.01, 0.5), said.token, f"{said.text} edited")
        at += chance.uniform(0.0, 0.02) if burst else chance.uniform(0.1, 0.8)


def _message(chance: Random, place: str, token: str, at: float) -> Says:
    kinds: tuple[Kind, ...] = ("prompt", "approval", "status", "new", "stop")
    may_use_tools = PLACES.get(place, "queue") == "queue"
    weights = (80, 8 if may_use_tools else 0, 5, 4, 3)
    kind = chance.choices(kinds, weights)[0]
    text = _prompt(chance, token, tools=may_use_tools) if kind == "prompt" else ""
    if kind == "approval":
        text = f"TOOL Write note.txt words\nSAY {token}"
    return Says(at, place, token, text or f"/{kind}", kind)


def _prompt(chance: Random, token: str, *, tools: bool) -> str:
    """What the fake model is asked to do; an answer of several parts says its token first."""
    say = f"SAY {token}"
    choices = [say, f"SLOW 30 20\nSAY {token} {'word ' * 20}", f"SAY {token} {'word ' * 360}"]
    if tools:
        choices += [f"TOOL Bash: echo {token}\n{say}", f"TOOL Bash: sleep 0.3\n{say}"]
    return chance.choices(choices, (50, 25, 10, 10, 5)[: len(choices)])[0]


def _faults(chance: Random, *, together: bool) -> Iterator[Strikes]:
    down, wire = (DOWN_TOGETHER, WIRE_TOGETHER) if together else (DOWN, WIRE)
    if chance.random() < 0.7:  # noqa: PLR2004 - most runs
        at = chance.uniform(0.1, LASTS)
        yield _fault(chance, at, down)
        away = chance.choice((0.0, 0.0, chance.uniform(0.1, 1.5)))
        # at once, so that it may lead again; while the next one starts; or once that one leads
        away += chance.choice((0.0, LEASE_S, LEASE_S + 2)) if together else 0
        yield Strikes(at + away, "start")
        if chance.random() < 0.2:  # noqa: PLR2004 - killed again, as likely as not while it starts
            again = at + chance.uniform(1.5, 3.0)
            yield Strikes(again, "kill")
            yield Strikes(again + 0.1, "start")
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        yield _fault(chance, chance.uniform(0.0, LASTS), wire)


def _fault(chance: Random, at: float, faults: Sequence[Fault]) -> Strikes:
    fault = chance.choice(faults)
    if fault in {*DOWN, "kill stand-by"}:
        return Strikes(at, fault)
    if fault == "close":
        return Strikes(at, fault, chance.choice((1000, 4000, 4001, 4005, 4007, 4009)))
    if fault in SECONDS:
        return Strikes(at, fault, round(chance.uniform(*SECONDS[fault]), 2))
    return Strikes(at, fault, chance.choice((1, 1, 2)))


def _line(action: Action) -> str:
    match action:
        case Says(at, place, _, text):
            told = " / ".join(text.splitlines())
            return f"{at:5.2f}  {place:10} says {told[:60]}"
        case Edits(at, token, _):
            return f"{at:5.2f}  {'':10} edits {token}"
        case Opens(at, place, parent):
            return f"{at:5.2f}  {parent:10} opens {place}"
        case Strikes(at, fault, amount):
            return f"{at:5.2f}  {'':10} FAULT {fault} {amount:g}"
