"""One reader of what a conversation shows: bounded, so that a slow reader costs itself only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from carrel.core.messages import Inbound, Outbound

Item = Inbound | Outbound
"""What a conversation shows: what a person said, or what is shown in return."""


def name_of(item: Item) -> str:
    """What an item is shown under: an outbound's nonce, an inbound's message id.

    An edit stands for itself: it takes the place of no message that nobody has read yet.
    """
    if isinstance(item, Outbound):
        return item.nonce
    return f"{item.message_id} edited" if item.edited else item.message_id


class Subscription:
    """Yields each item once, and of several bodies under one nonce only the newest.

    It ends when it is closed, or when more than `room` things were waiting to be read: then
    some are missing and the reader must load the history again.
    """

    __slots__ = ("_more", "_over", "_room", "_waiting")

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: dict[str, Item] = {}
        self._more = asyncio.Event()
        self._over = False

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._over

    def put(self, item: Item) -> None:
        """Hand over one item; a reader that is too far behind is closed instead."""
        if self._over:
            return
        self._waiting[name_of(item)] = item
        self._more.set()
        if len(self._waiting) > self._room:
            self.close()

    def close(self) -> None:
        """End it; what was not read yet is dropped."""
        self._waiting.clear()
        self._over = True
        self._more.set()

    async def next(self) -> Item | None:
        """The next item, or None when it is over."""
        while not self._waiting:
            if self._over:
                return None
            self._more.clear()
            await self._more.wait()
        return self._waiting.pop(next(iter(self._waiting)))

    async def __aiter__(self) -> AsyncIterator[Item]:
        while (item := await self.next()) is not None:
            yield item
