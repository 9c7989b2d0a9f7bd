"""The live channel of one page: first everything as it stands, then what changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field

from carrel.core.errors import CarrelError
from carrel.core.messages import Gone, Inbound, Mark, Outbound, Progress
from carrel.core.model import MessageId
from carrel.platforms.console import ConsolePlatform, Item, Subscription, place
from carrel.ports.store import Store
from carrel.runtime import edits
from carrel.web.fragments import Fragments, appended, dom_id
from carrel.web.sse import PING, event, heard

_RERUN = "/rerun "


@dataclass(frozen=True, slots=True)
class Live:
    """Where pages get their events from."""

    hub: ConsolePlatform
    store: Store
    fragments: Fragments

    async def log(self, name: str, limit: int) -> tuple[str, int]:
        """A conversation's newest things as HTML, and how many there are."""
        history = await self.store.history(place(name), limit)
        cards = self.hub.cards(name)
        # a long history takes a while to render, and everyone else's work goes on
        html = await asyncio.to_thread(self.fragments.log, edits.folded(history), cards)
        return html, len(history)

    async def events(self, limits: dict[str, int]) -> AsyncIterator[bytes]:
        """For each conversation a `snapshot` of its newest things, then `show` and `more`.

        Subscribed before the snapshot is taken, so that nothing falls between; what comes in
        both ways has the same ids. Ends when the reader is too slow: it connects again.
        """
        try:
            async with self.hub.subscribe(*limits) as subscription:
                for name, limit in limits.items():
                    html, _ = await self.log(name, limit)
                    yield event("snapshot", {"c": name, "html": html})
                async for chunk in self._changes(subscription):
                    yield chunk
        except CarrelError as error:
            yield event("trouble", {"text": str(error)})

    async def _changes(self, subscription: Subscription) -> AsyncIterator[bytes]:
        cards = _Cards()
        async for item in heard(subscription):
            if item is not None and (again := await self._asked_again(item, cards)) is not None:
                yield again
            # one after another, so that the order stays
            yield PING if item is None else await asyncio.to_thread(self._change, item, cards)

    async def _asked_again(self, item: Item, cards: _Cards) -> bytes | None:
        """A command that has become the message that it had asked for is shown as that."""
        if isinstance(item, Inbound) and item.text.startswith(_RERUN):
            cards.reruns.add(item.message_id)
        if isinstance(item, Inbound) or not isinstance(item.body, Mark):
            return None
        message = item.body.message
        said = await self.store.said(message) if message in cards.reruns else None
        if said is None or said.text.startswith(_RERUN):
            return None
        cards.reruns.discard(message)
        fragment = self.fragments.of(said)
        return event("show", {"c": item.conversation.channel, **asdict(fragment), "kind": "said"})

    def _change(self, item: Item, cards: _Cards) -> bytes:
        name = item.conversation.channel
        if isinstance(item, Outbound) and (more := cards.more(item)) is not None:
            return event("more", {"c": name, "id": dom_id(item.nonce), "text": more})
        fragment = self.fragments.of(item)
        return event("show", {"c": name, **asdict(fragment), "kind": _kind(item)})


@dataclass(slots=True)
class _Cards:
    """What this page has of the running cards, so that only what was added is sent."""

    shown: dict[str, Progress] = field(default_factory=dict)
    reruns: set[MessageId] = field(default_factory=set)

    def more(self, outbound: Outbound) -> str | None:
        match outbound.body:
            case Progress() as progress:
                before = self.shown.get(outbound.nonce)
                self.shown[outbound.nonce] = progress
                return appended(before, progress)
            case Gone():
                self.shown.pop(outbound.nonce, None)
        return None


def _kind(item: Item) -> str:
    if isinstance(item, Inbound):
        return "edited" if item.edited else "said"
    return item.body.kind
