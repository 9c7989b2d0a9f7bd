"""Where approvers of one place can be named."""

from __future__ import annotations

from collections.abc import Iterator

from carrel.settings.freedom import Fault
from carrel.settings.tables import Settings

OF_MANY = (
    "a shared conversation has the session `default`, which is many places'; its approvers are "
    "those of [people]."
)


def faults(settings: Settings) -> Iterator[Fault]:
    """Every shared place that names approvers: others would have a say in the same session."""
    for address, place in settings.conversations.items():
        if place.approvers is not None and address in settings.shared:
            yield ("conversations", address, "approvers"), OF_MANY
