"""What the agent may do unasked needs walls round it."""

from __future__ import annotations

from collections.abc import Iterator

from carrel.settings.tables import Settings

Fault = tuple[tuple[str, ...], str]
"""Where it stands in the file, and one sentence."""

NEEDS_WALLS = (
    'mode = "auto" needs walls round the sessions; set isolation = "strict" in [walls], '
    "or another mode here: ask, edit, plan."
)


def faults(settings: Settings) -> Iterator[Fault]:
    """Every place that lets the agent do everything unasked where nothing holds it in."""
    if settings.walls.isolation == "strict":
        return
    if settings.defaults.mode == "auto":
        yield ("defaults", "mode"), NEEDS_WALLS
    for address, place in settings.conversations.items():
        if place.mode == "auto":
            yield ("conversations", address, "mode"), NEEDS_WALLS
