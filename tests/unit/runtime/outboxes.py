"""What the tests of the outbox share: a desk with a platform that can be told to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager

from carrel.core.effects import Say
from carrel.core.messages import Body, Notice, Outbound, Progress
from carrel.core.model import Conversation, SessionKey
from carrel.ports.platform import Receipt
from carrel.runtime.outbox import Outbox
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock
from carrel.testing.house import RecordingPlatform

A, B = Conversation("fake", "a"), Conversation("fake", "b")
KEY = SessionKey("default")


class Platform(RecordingPlatform):
    """Records every try; `answer` may raise, or wait, before a try is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.tries: list[tuple[str, str, bool]] = []
        self.answers_with: Callable[[Outbound], object] = lambda _: None

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        self.tries.append((outbound.nonce, text(outbound.body), again))
        waiting = self.answers_with(outbound)
        if isinstance(waiting, asyncio.Event):
            await waiting.wait()
        return await super().send(outbound, ref, again=again)

    def texts(self) -> list[str]:
        return [text(outbound.body) for outbound in self.sent]


def text(body: Body) -> str:
    return getattr(body, "text", body.kind)


def _body(body: Body | str) -> Body:
    return Notice(body) if isinstance(body, str) else body


class Desk:
    """An outbox on a store of its own."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store, self.clock, self.platform = store or MemoryStore(), ManualClock(), Platform()
        self.outbox = Outbox(self.store, {"fake": self.platform}, self.clock)

    async def say(self, nonce: str, body: Body | str, place: Conversation = A) -> None:
        await self.store_only(nonce, body, place)
        self.outbox.wake([Outbound(nonce, place, _body(body))])

    async def store_only(self, nonce: str, body: Body | str, place: Conversation = A) -> None:
        fence = (await self.store.claim(KEY, "test")).fence
        await self.store.save(fence, (Say(Outbound(nonce, place, _body(body))),), 1.0)

    def show(self, nonce: str, words: str) -> None:
        self.outbox.show(Outbound(nonce, A, Progress("t", text=words)))


@asynccontextmanager
async def desk(store: MemoryStore | None = None):
    one = Desk(store)
    await one.outbox.start()
    yield one
    await one.outbox.close()


def failing(*errors: Exception, when: str = "") -> Callable[[Outbound], None]:
    """Raises each error once, for bodies that say `when`."""
    left = list(errors)

    def answer(outbound: Outbound) -> None:
        if left and when in text(outbound.body):
            raise left.pop(0)

    return answer
