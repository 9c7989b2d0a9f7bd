"""Each try of a send has a nonce of its own, and nobody looks for an earlier one."""

from __future__ import annotations

from itertools import count

from carrel.platforms.discord import showing
from carrel.platforms.discord.sending import Sender


def apply() -> None:
    real, numbers = showing.nonce, count(1)
    showing.nonce = lambda name: real(f"{name}.{next(numbers)}")

    async def found(*_given):
        return None

    Sender._found = found
