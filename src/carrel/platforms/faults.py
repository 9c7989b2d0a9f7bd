"""What any network may refuse, where it matters to whoever asked."""

from __future__ import annotations

from carrel.ports.platform import Refusal


class Unknown(Refusal):
    """What was to be changed is not there any more."""


class Unchanged(Refusal):
    """It stands there already."""


class Forbidden(Refusal):
    """The bot may not write there."""
