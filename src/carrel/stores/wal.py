"""SQLite's write-ahead log, read raw: it drops damaged commits without a word, we must not.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_MAGIC: Final = (0x377F0682, 0x377F0683)
_WORD: Final = 0xFFFFFFFF
_MAX_FRAME_AT: Final = 16


def frames_read(shm: Path) -> int:
    """How many frames SQLite took from the log: the last one in its index, after recovery."""
    return int.from_bytes(_head(shm, _MAX_FRAME_AT + 4)[_MAX_FRAME_AT:], _byte_order(shm))


def commits_were_dropped(wal: Path, page_size: int, read: int) -> bool:
    """Whether commits that were on the disk lie behind the `read` frames that SQLite took.

    A single one may be torn: it was being written when the power failed, and nobody was told
    that it was stored. Of two, the first was on the disk before the second began.
    """
    log = wal.read_bytes()
    if len(log) < _HEADER + _FRAME_HEADER:
        return False
    sound = _is_sound(log[:_HEADER])
    salts = log[16:24] if sound else log[_HEADER + 8 : _HEADER + 16]
    dropped = sum(1 for _ in _commits(log, salts, page_size, read))
    return dropped > 1 or (dropped == 1 and not sound)


def _commits(log: bytes, salts: bytes, page_size: int, read: int) -> Iterator[int]:
    """Where the commits of this generation of the log are, from frame `read` on."""
    size = _FRAME_HEADER + page_size
    for at in range(_HEADER + read * size, len(log) - size + 1, size):
        if log[at + 8 : at + 16] == salts and any(log[at + 4 : at + 8]):
            yield at


def _is_sound(header: bytes) -> bool:
    magic = int.from_bytes(header[:4], "big")
    order: Literal["big", "little"] = "big" if magic & 1 else "little"
    first = second = 0
    for at in range(0, 24, 8):
        first = (first + int.from_bytes(header[at : at + 4], order) + second) & _WORD
        second = (second + int.from_bytes(header[at + 4 : at + 8], order) + first) & _WORD
    written = (int.from_bytes(header[24:28], "big"), int.from_bytes(header[28:32], "big"))
    return magic in _MAGIC and (first, second) == written


def _byte_order(shm: Path) -> Literal["big", "little"]:
    """The index is in the machine's order; its version number tells which that is."""
    return "little" if _head(shm, 1) != b"\0" else "big"


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)
