"""A small map that outlives the process, in a JSON file of the platform's own folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import structlog

from carrel.core.errors import Unavailable

log = structlog.get_logger(__name__)


def read(file: Path) -> dict[str, int]:
    """What was kept; nothing where there is no such file, or none that can be read. Blocks."""
    try:
        return {str(key): int(value) for key, value in json.loads(file.read_text("utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        log.error("what was kept is not known any more", file=str(file), error=str(error))
        return {}


def write(file: Path, what: Mapping[str, int]) -> None:
    """Keep it: it is on disk when this returns. Raises Unavailable. Blocks shortly."""
    half = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with half.open("w", encoding="utf-8") as opened:
            opened.write(json.dumps(what))
            opened.flush()
            os.fsync(opened.fileno())
        half.replace(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error
