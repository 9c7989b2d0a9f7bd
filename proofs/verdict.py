"""Whether everything that was said has exactly one end, judged by what people saw. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from proofs.plan import Kind
from proofs.witness import Shown, Witness

End = Literal["answered", "stopped", "failed", "without an end"]
Fault = Literal["lost", "duplicated", "unmarked", "out of order"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said, where it was answered if at all, in the order in which it was said."""

    message: str
    place: str
    token: str
    kind: Kind
    run: int

    @property
    def must_end(self) -> bool:
        """Commands that stop or renew show their effect, not always a word of their own."""
        return self.kind in {"prompt", "approval", "status"}


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not be, of `what`, and the bot's messages that show it. run: which one asked."""

    fault: Fault
    what: str
    run: int | None = None
    seen: tuple[Shown, ...] = ()

    def line(self) -> str:
        """As it is told."""
        seen = "; ".join(f"line {one.line}: {one.content[:60]!r}" for one in self.seen)
        return f"{self.fault}: {self.what} ({seen or 'nothing shown'})"


def has_ended(asked: Asked, witness: Witness) -> bool:
    """Whether nothing is owed any more."""
    if not asked.must_end:
        return True
    return end_of(asked, witness) != "without an end"


def end_of(asked: Asked, witness: Witness) -> End:
    """How a message ended, as people saw it."""
    if witness.ends(asked.message, asked.token):
        return "answered"
    signs, tongue = witness.signs[asked.message], witness.tongue
    if tongue.failed in signs:
        return "failed"
    return "stopped" if tongue.stopped in signs else "without an end"


def violations(asked: Sequence[Asked], witness: Witness) -> list[Violation]:
    """Everything that is wrong once nothing more is to come."""
    return [
        *(_of("lost", one) for one in asked if not has_ended(one, witness)),
        *(found for one in asked for found in _twice(one, witness)),
        *_shown_again(witness),
        *_out_of_order(asked, witness),
    ]


def _of(fault: Fault, asked: Asked, seen: Iterable[Shown] = ()) -> Violation:
    return Violation(fault, f"{asked.token} in {asked.place}", asked.run, tuple(seen))


def _twice(asked: Asked, witness: Witness) -> Iterator[Violation]:
    """A second copy of the same thing must be marked; a second, different end must not be."""
    ends = witness.ends(asked.message, asked.token)
    copies = _copies(ends)
    if copies:
        yield _of("unmarked", asked, copies)
    different = _first_of_each(ends)
    if len(different) > 1:
        yield _of("duplicated", asked, different)


def _shown_again(witness: Witness) -> Iterator[Violation]:
    """Notices and cards answer nobody's token; one nonce is one thing all the same."""
    first: dict[tuple[str, str], Shown] = {}
    ends = {one.line for many in witness.by_token.values() for one in many}
    for one in witness.shown:
        earlier = first.setdefault((one.place, one.nonce), one)
        if one.nonce and earlier is not one and not one.marked and one.line not in ends:
            yield Violation("unmarked", f"nonce {one.nonce}", None, (earlier, one))


def _copies(ends: Iterable[Shown]) -> list[Shown]:
    """Those that repeat an earlier one, by its nonce or its words, and do not say so."""
    seen: set[tuple[str, str]] = set()
    found = []
    for one in ends:
        names = {("nonce", one.nonce), ("words", one.content)} - {("nonce", "")}
        if names & seen and not one.marked:
            found.append(one)
        seen |= names
    return found


def _first_of_each(ends: Iterable[Shown]) -> list[Shown]:
    """The ends that are no copies of one another."""
    return [one for one in ends if not one.marked and one not in _copies(ends)]


def _out_of_order(asked: Sequence[Asked], witness: Witness) -> Iterator[Violation]:
    """In a conversation, what was said first is answered first, or together with what follows."""
    by_place: dict[str, list[tuple[Asked, Shown]]] = defaultdict(list)
    for one in asked:
        ends = witness.ends(one.message, one.token)
        if ends and one.kind in {"prompt", "approval"}:
            by_place[one.place].append((one, ends[0]))
    for answered in by_place.values():
        for (_, before), (one, end) in pairwise(answered):
            if end.line < before.line:
                yield _of("out of order", one, (end, before))


def counted(found: Iterable[Violation]) -> Counter[Fault]:
    """How many of each."""
    return Counter(violation.fault for violation in found)
