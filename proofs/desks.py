"""Many sessions, each with a secret of its own in everything that it has."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carrel.core.model import SessionKey
from proofs.talking import Talk

FORMS = ("desk-{}", "Desk-{}", "desk.{}", "DESK-{}", "desk--{}")
"""Names that a file system, a URL or a careless rule might take for one another."""

PATIENCE_S = 90.0
FILES = ("work/secret.txt", "memory/MEMORY.md", "inbox/secret.txt", "outbox/secret.txt")
PLANT = "TOOL Bash: echo {0} > secret.txt; echo {0} > ../memory/MEMORY.md\nSAY my secret is {0}"


@dataclass(slots=True)
class Desk:
    """One session: its conversation's name, its secret, and its folder once it has one."""

    name: str
    canary: str = field(default_factory=lambda: f"canary-{secrets.token_hex(8)}")
    root: Path = field(default_factory=Path)
    address: str = ""

    @property
    def key(self) -> SessionKey:
        """Its session's key."""
        return SessionKey(self.address)

    @property
    def transcript(self) -> Path:
        """Its engine conversation."""
        return next(self.root.glob("engine/projects/*/*.jsonl"))

    @property
    def secrets(self) -> tuple[Path, ...]:
        """Every file in which its secret stands."""
        return (*(self.root / name for name in FILES), self.transcript)

    def names(self, sibling: Desk) -> dict[str, str]:
        """What an escape from here to a sibling is filled in with."""
        return {
            "OWN": str(self.root),
            "SIBLING": str(sibling.root),
            "NAME": sibling.root.name,
            "SECRET": str(sibling.root / FILES[0]),
            "TRANSCRIPT": str(sibling.transcript),
            "TALK": sibling.transcript.stem,
            "SESSIONS": str(sibling.root.parent),
        }


def desks(count: int) -> tuple[Desk, ...]:
    """So many sessions, by names that are easily mistaken for one another."""
    return tuple(Desk(FORMS[n % len(FORMS)].format(n // len(FORMS))) for n in range(count))


def say(talk: Talk, said: Sequence[tuple[Desk, str]]) -> None:
    """Say something at several desks at once, and wait until each has its answer."""
    before = {desk.name: talk.ends(desk.name) for desk, _ in said}
    for desk, text in said:
        talk.say(desk.name, text)
    until = time.monotonic() + PATIENCE_S
    for desk, text in said:
        while talk.ends(desk.name) == before[desk.name]:
            if time.monotonic() > until:
                raise TimeoutError(f"{desk.name} has no answer to {text!r}")
            time.sleep(0.02)


def plant(talk: Talk, place: Path, batch: Sequence[Desk]) -> None:
    """Have each session write its secret down, by the real CLI; add what comes from outside.

    place: the folder in which `sessions` is.
    """
    say(talk, [(desk, PLANT.format(desk.canary)) for desk in batch])
    places = {key: root for root, key in folders(place)}
    for desk in batch:
        desk.address = talk.address(desk.name)
        desk.root = places[desk.key]
        for name in ("inbox", "outbox"):
            (desk.root / name / "secret.txt").write_text(desk.canary, encoding="utf-8")
        for path in desk.secrets:
            if desk.canary not in path.read_text(encoding="utf-8"):
                raise RuntimeError(f"the secret of {desk.name} is not in {path}")


def folders(place: Path) -> Iterator[tuple[Path, str]]:
    """Every session's folder, and the key that is written in it."""
    for path in (place / "sessions").glob("*/session"):
        yield path.parent, path.read_text(encoding="utf-8")
