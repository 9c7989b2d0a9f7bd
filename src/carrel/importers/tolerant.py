"""Values out of files that may hold anything: never an exception, always a value or a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 300
"""Characters of a word that is carried or shown; whatever is longer is no id and no name."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's JSON; `fault` says in a few words why there is none."""

    value: object = None
    fault: str = ""


def parsed(data: bytes) -> Parsed:
    """The JSON of a file."""
    try:
        return Parsed(json.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return Parsed(fault="it is no UTF-8 text")
    except RecursionError:
        return Parsed(fault="it is nested too deeply")
    except ValueError:
        return Parsed(fault="it is no whole JSON; it was cut off or damaged")


def table(value: object) -> Mapping[str, object]:
    """A JSON object with clean keys; anything else is an empty one."""
    return {clean(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def word(value: object) -> str:
    """A string or a whole number as a clean string; "" for anything else.

    Old files hold ids as bare numbers.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST:
        return str(value)
    found = clean(value).strip() if isinstance(value, str) else ""
    return found if len(found) <= LONGEST else ""


def words(value: object) -> tuple[str, ...]:
    """The words of a list, each once, in order."""
    found = map(word, value) if isinstance(value, list) else ()
    return tuple(dict.fromkeys(one for one in found if one))


def number(value: object, most: float) -> float | None:
    """A number from 0 to `most`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def clean(text: str) -> str:
    """`text` in which everything can be written and shown: no half characters, no controls."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() else "?" for one in whole)


def prose(data: bytes) -> str:
    """A text file as it can be read: what is no UTF-8 is replaced, line ends are made plain."""
    text = data.decode("utf-8-sig", "replace").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")
