"""What an import says about each thing that it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Standing = Literal["carried", "there", "failed", "left", "next"]
"""`there`: carried before. `failed`: somebody will miss it. `left`: it has no use in Carrel."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: a thing, how it stands, and one sentence on why."""

    standing: Standing
    what: str
    said: str
