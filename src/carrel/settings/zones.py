"""Time zones, by their names in the IANA's list."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def zone(name: str) -> str:
    """The name, if there is such a zone. Raises ValueError with what is accepted."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("write a zone of the IANA's list, as `Europe/Berlin`") from None
    return name
