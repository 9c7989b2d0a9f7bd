"""Sessions' files as they were at the end of a turn, kept where every host finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from carrel.core.model import SessionKey

if TYPE_CHECKING:
    from carrel.ports.store import Fence  # a store says that it keeps mirrors, too


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: the hash of its bytes, and how many there are."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a link or a folder. `time`: when a file was changed, in ns since 1970.

    The pieces of a link are its target.
    """

    kind: Literal["file", "link", "folder"]
    mode: int
    time: int = 0
    pieces: tuple[Piece, ...] = ()


Listing = Mapping[bytes, Entry]
"""By their paths below the session's folder."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of a session. `number` rises with each change; 0: nothing.

    `whole`: no change was begun and not ended. `why` no mirror is kept of it; empty: one is.
    `place`: where the session's folder lay on the host that kept it.
    """

    number: int
    whole: bool = True
    why: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What makes a mirror the next one. `was`: the number of the one that it changes.

    `ahead`: pieces were sent before, and `dropped` names every one that is not needed. `place`:
    where the session's folder lies.
    """

    was: int
    entries: Listing
    gone: frozenset[bytes] = frozenset()
    pieces: Mapping[str, bytes] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    ahead: bool = False
    place: str = ""


class MirrorStore(Protocol):
    """Keeps mirrors. Every method is one transaction, and raises Unavailable as a store does.

    Those that take a fence raise Fenced where another owner has the session since.
    """

    async def standing(self, key: SessionKey) -> Standing:
        """What there is of a session."""
        ...

    async def listing(self, key: SessionKey) -> Listing:
        """All of its files, links and folders."""
        ...

    async def pieces(self, key: SessionKey) -> frozenset[str]:
        """The names of all its pieces, needed or not."""
        ...

    async def fetch(self, key: SessionKey, names: frozenset[str]) -> Mapping[str, bytes]:
        """Those of these pieces that there are."""
        ...

    async def send(self, fence: Fence, pieces: Mapping[str, bytes]) -> None:
        """Pieces of a change that is too large for one transaction; it is open from now on."""
        ...

    async def commit(self, fence: Fence, change: Change) -> int:
        """The number of the mirror that the change makes.

        0, and nothing is changed, where it changes another one than there is, or where an open
        change is not its own.
        """
        ...

    async def give_up(self, fence: Fence, why: str) -> bool:
        """Keep no mirror of the session, nor what there was; False where that was said before."""
        ...


class Mirror(Protocol):
    """Mirrors of this host's sessions."""

    async def keep(self, fence: Fence) -> str:
        """The session's files are safe as they are now; or why not, the first time; else empty.

        Raises Unavailable and Fenced as the store does.
        """
        ...

    async def knows(self, key: SessionKey) -> bool:
        """Whether a turn of the session has ever ended with files, mirrored or not."""
        ...

    async def restore(self, key: SessionKey) -> bool:
        """Lay the session's folder out as its mirror is.

        False where there is no whole one, or this host can never hold what is in it. What lies
        there goes to the trash. Raises Unavailable, with nothing changed, where that cannot be
        done now.
        """
        ...
