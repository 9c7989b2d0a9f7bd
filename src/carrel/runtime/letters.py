"""Messages that failed: listed for the operator, tried again, or let go of."""

from __future__ import annotations

from carrel.core.errors import Refused
from carrel.core.events import LetterSettled
from carrel.ports.clock import Clock
from carrel.ports.store import DeadLetter, Store
from carrel.runtime.audit import audit
from carrel.runtime.registry import Registry

MOST = 1000


class DeadLetters:
    """What the store knows of them, and the way back into their sessions."""

    def __init__(self, store: Store, registry: Registry, clock: Clock) -> None:
        self._store, self._registry, self._clock = store, registry, clock

    async def listing(self) -> tuple[DeadLetter, ...]:
        """All of the last 30 days, the newest first, a thousand at the most."""
        return await self._store.dead_letters(MOST)

    async def settle(self, message: str, *, again: bool) -> None:
        """Try it again, or let go of it. Raises Refused where no such message has failed.

        Raises Unavailable where its session cannot be told now.
        """
        for one in await self.listing():
            if one.inbound.message_id == message:
                prompt = one.inbound.prompt("queue")
                audit.info("letter tried again" if again else "letter dropped", message=message)
                event = LetterSettled(prompt, again, self._clock.now())
                await self._registry.ask(one.key, event)
                return
        raise Refused(f"No message {message!r} has failed; `carrel dead-letters` lists them.")
