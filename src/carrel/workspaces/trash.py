"""Where folders go that somebody may still want back: beside the others, for a month."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from carrel.core.errors import Unavailable

PRIVATE = 0o700


def throw(folder: Path, trash: Path) -> None:
    """Move `folder` into `trash` under a name of its own; nothing happens where it is not.

    Raises Unavailable when it cannot be moved; then it stands where it stood.
    """
    target = trash / f"{folder.name}-{secrets.token_hex(4)}"
    try:
        trash.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        folder.rename(target)
        os.utime(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(f"{folder} cannot be moved to the trash: {error.strerror}.") from error


def empty(trash: Path, before: float) -> int:
    """Delete for ever what was thrown away before `before` (unix seconds); returns how much."""
    if not trash.is_dir():
        return 0
    old = [entry for entry in trash.iterdir() if entry.lstat().st_mtime < before]
    for entry in old:
        shutil.rmtree(entry, ignore_errors=True)
    return sum(not entry.exists() for entry in old)
