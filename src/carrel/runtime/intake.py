"""The one way in: admit, route, store, and only then acknowledge and act."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace

import structlog

from carrel.core import commands
from carrel.core.admission import NotAdmitted, People, admit
from carrel.core.errors import Full, Unavailable
from carrel.core.events import Expected, PersonEvent, Prompted
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender
from carrel.core.routing import Rules, resolve
from carrel.ports.clock import Clock
from carrel.ports.platform import Verdict
from carrel.ports.store import Store
from carrel.runtime.registry import Registry
from carrel.runtime.tasks import Tasks

COUNTED = 1000
"""In so many conversations at once the messages of bots are counted."""

log = structlog.get_logger(__name__)


class Intake:
    """Platforms, schedules and the command line all come through here."""

    def __init__(
        self, store: Store, registry: Registry, rules: Rules, people: People, clock: Clock,
        max_text: int, *, steers: bool,
    ) -> None:  # fmt: skip
        self._store, self._registry, self._clock = store, registry, clock
        self._rules, self._people, self._max_text, self._steers = rules, people, max_text, steers
        self._tasks = Tasks("intake")
        self._exchanges: OrderedDict[str, int] = OrderedDict()
        self._closed = False

    def close(self) -> None:
        """Take nothing in any more; platforms are told to come again."""
        self._closed = True

    async def accept(self, inbound: Inbound) -> Verdict:
        """Store `inbound` if it may be heard, and set its session in motion.

        Once begun it is carried through, even if the caller goes away. Raises Unavailable when
        the store is away: nothing was stored, and the platform gives it again.
        """
        if self._closed:
            raise Unavailable("The gateway is stopping; send it again in a moment.")
        route = resolve(inbound.conversation, self._rules)
        exchanges = self._exchanges.get(inbound.conversation.address, 0)
        admitted = admit(inbound, self._people, route.trigger, self._max_text, exchanges)
        if isinstance(admitted, NotAdmitted):
            return Verdict(admitted.outcome, admitted.reason)
        self._count(inbound)
        if route.waiting == "steer" and not self._steers:
            route = replace(route, waiting="queue")
        return await asyncio.shield(self._tasks.start(self._take_in(inbound, route), inbound.id))

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        """Somebody who may be heard begins to write: have the session's engine ready."""
        heard = self._people.role(sender) is not None
        route = resolve(conversation, self._rules)
        if heard and route.trigger != "never" and not self._closed:
            await self._registry.tell(route.key, Expected(conversation))

    def obey(self, inbound: Inbound) -> PersonEvent | None:
        """The event of a command that was stored before a restart, if it still may be heard."""
        route = resolve(inbound.conversation, self._rules)
        admitted = admit(inbound, self._people, route.trigger, self._max_text)
        call = commands.find(inbound.text)
        if call is None or isinstance(admitted, NotAdmitted):
            return None
        return commands.event_of(call, inbound, admitted.role)

    def _count(self, inbound: Inbound) -> None:
        """How many messages of bots were heard there since a person last spoke."""
        address = inbound.conversation.address
        count = self._exchanges.pop(address, 0)
        if inbound.sender.is_bot:
            self._exchanges[address] = count + 1
        while len(self._exchanges) > COUNTED:
            self._exchanges.popitem(last=False)

    async def _take_in(self, inbound: Inbound, route: Route) -> Verdict:
        event = self.obey(inbound)
        command = event is not None
        try:
            now = self._clock.now()
            accepted = await self._store.accept(inbound, route, now, command=command)
        except Full:
            log.error("disk full, message refused", source=inbound.source)
            return Verdict("refused", "The disk is full; nothing was stored. Free some space.")
        if accepted.duplicate:
            return Verdict("duplicate")
        await self._registry.tell(route.key, event or Prompted(inbound.prompt(route.waiting)))
        return Verdict("accepted")
