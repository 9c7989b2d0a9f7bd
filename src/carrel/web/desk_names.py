"""Names for new conversations: easy to say, to type and to tell apart."""

from __future__ import annotations

import secrets

_FIRST = (
    "amber brass calm cedar clear copper dusk early evening fern green hazel inky ivory juniper "
    "lamplit late linen maple morning mossy north oaken olive paper pale quiet rainy russet sage "
    "silver slate snowy still summer umber velvet walnut warm winter"
)
_SECOND = (
    "alcove almanac archive atlas badger bookend chapter codex desk dormouse finch folio gable "
    "garden heron index inkwell jackdaw ladder lamp lantern ledger margin moth nook notebook otter "
    "owl page pencil preface quill reader robin scroll shelf stair tome window wren"
)


def fresh_name() -> str:
    """Such as `quiet-heron-3f`: 400,000 of them, so that two rarely meet."""
    tail = secrets.token_hex(1)
    return f"{secrets.choice(_FIRST.split())}-{secrets.choice(_SECOND.split())}-{tail}"


def title(name: str) -> str:
    """How a conversation's name is shown: `quiet-heron-3f` becomes `Quiet heron`."""
    words = name.split("-")
    match words:
        case [first, second, _tail] if first in _FIRST.split() and second in _SECOND.split():
            return f"{first} {second}".capitalize()
        case _:
            return name
