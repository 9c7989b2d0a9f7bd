"""Codes that let a stranger in, once: how they look, and how many wrong ones are borne."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No two of these look alike."""

GROUPS, GROUP = 3, 4
LIFE = 600.0
"""Seconds that a code may be used."""

PERSON_TRIES, ALL_TRIES = 5, 20
WINDOW = 3600.0
"""Seconds within which wrong codes are counted, and for which nobody is heard after too many."""

EVERYBODY = ""

_CODE = re.compile(rf"carrel(?:-[{ALPHABET}]{{{GROUP}}}){{{GROUPS}}}")


def written(letters: str) -> str:
    """The code of twelve letters out of the alphabet, as people read it."""
    groups = (letters[n : n + GROUP] for n in range(0, GROUPS * GROUP, GROUP))
    return "-".join(("carrel", *groups))


def given(text: str) -> str | None:
    """The code that a message is, and nothing else; None for any other. Phones write capitals."""
    code = text.strip().lower()
    return code if _CODE.fullmatch(code) else None


def digest(code: str) -> str:
    """What is stored in place of a code: it has 59 random bits, so that no salt is needed."""
    return hashlib.sha256(code.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong codes of late, each with its time (seconds of any clock that does not jump).

    `locks`: who is not heard before which time; EVERYBODY locks them all out.
    """

    wrong: tuple[tuple[float, str], ...] = ()
    locks: tuple[tuple[str, float], ...] = ()

    def locked(self, who: str, now: float) -> bool:
        """Whether no code of theirs is looked at."""
        return any(one in (EVERYBODY, who) and now < until for one, until in self.locks)

    def left(self, now: float) -> float:
        """Seconds for which somebody is locked out; 0 where nobody is."""
        return max((until - now for _, until in self.locks if now < until), default=0.0)

    def after_wrong(self, who: str, now: float) -> Tries:
        """One more wrong code. Who is locked out now has an empty count afterwards."""
        wrong = (*(one for one in self.wrong if now - one[0] < WINDOW), (now, who))
        locks = tuple(one for one in self.locks if now < one[1])
        if len(wrong) >= ALL_TRIES:
            return Tries((), (*locks, (EVERYBODY, now + WINDOW)))
        if sum(one == who for _, one in wrong) >= PERSON_TRIES:
            return Tries(wrong, (*locks, (who, now + WINDOW)))
        return Tries(wrong, locks)
