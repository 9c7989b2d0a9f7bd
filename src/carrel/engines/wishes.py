"""What an engine's agent wants of Carrel, until Carrel has said what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from carrel.core.errors import Refused
from carrel.core.events import Wished
from carrel.core.model import TurnId
from carrel.core.wishes import Wish

PATIENCE = 30.0
"""Seconds. It is a few rows in the store."""

NO_WORD = "Carrel did not say what came of it; look with `list`."


class Wishes:
    """The open wishes of one live engine. `say` takes each on its way to the session."""

    def __init__(self, say: Callable[[Wished], None]) -> None:
        self._say = say
        self._open: dict[str, asyncio.Future[tuple[str, bool]]] = {}

    async def wish(self, turn: TurnId, call: str, wish: Wish) -> str:
        """What came of it. Raises Refused with the reason why nothing did."""
        future: asyncio.Future[tuple[str, bool]] = asyncio.get_running_loop().create_future()
        self._open[call] = future
        self._say(Wished(turn, call, wish))
        try:
            async with asyncio.timeout(PATIENCE):
                text, ok = await future
        except TimeoutError:
            raise Refused(NO_WORD) from None
        finally:
            self._open.pop(call, None)
        if not ok:
            raise Refused(text)
        return text

    def reply(self, call: str, text: str, *, ok: bool) -> None:
        """What came of a wish; unknown calls are ignored."""
        future = self._open.get(call)
        if future is not None and not future.done():
            future.set_result((text, ok))
