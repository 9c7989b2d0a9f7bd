"""The one way in: admit, route, store, and only then acknowledge and act."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import structlog

from carrel.core import commands, completing, editing, guests, pairing
from carrel.core.admission import Admitted, NotAdmitted, People, admit
from carrel.core.errors import Full, Unavailable
from carrel.core.events import (
    Amended,
    Event,
    Expected,
    GuestCame,
    Missed,
    PersonEvent,
    Prompted,
    Retracted,
    Vanished,
)
from carrel.core.messages import Inbound
from carrel.core.model import (
    RANKS,
    Conversation,
    MessageId,
    Role,
    Route,
    Sender,
    Session,
    SessionKey,
)
from carrel.core.routing import Rules, resolve
from carrel.ports.clock import Clock
from carrel.ports.platform import Verdict
from carrel.ports.store import Store
from carrel.runtime import edits
from carrel.runtime.audit import Door
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.registry import Registry
from carrel.tasks import Tasks

COUNTED = 1000
"""In so many conversations at once the messages of bots are counted."""

WAITING = ("queued", "held")
ENDED = ("done", "stopped", "superseded", "failed")

TAKEN = "the agent has it just now; edit it again when it is answered"

log = structlog.get_logger(__name__)


class Intake:
    """Platforms, schedules and the command line all come through here.

    `aimed`: what is said in one place about what another has shown there, as said in that other.
    """

    def __init__(
        self, store: Store, registry: Registry, rules: Rules, guestbook: Guestbook,
        clock: Clock, max_text: int, *, steers: bool,
        aimed: Callable[[Inbound], Inbound] = lambda said: said,
    ) -> None:  # fmt: skip
        self._store, self._registry, self._clock = store, registry, clock
        self._rules, self._guestbook, self._max_text = rules, guestbook, max_text
        self._steers, self._aimed = steers, aimed
        self._tasks = Tasks("intake")
        self._door = Door(clock)
        self._exchanges: OrderedDict[str, int] = OrderedDict()
        self._closed = False

    def renew(self, rules: Rules, people: People, max_text: int) -> None:
        """What comes from now on is heard and routed by these."""
        self._rules, self._max_text, self._guestbook.listed = rules, max_text, people

    @property
    def _people(self) -> People:
        return self._guestbook.people

    def close(self) -> None:
        """Take nothing in any more; platforms are told to come again."""
        self._closed = True

    async def accept(self, inbound: Inbound) -> Verdict:
        """Store `inbound` if it may be heard, and set its session in motion.

        Once begun it is carried through, even if the caller goes away. Raises Unavailable when
        the store is away: nothing was stored, and the platform gives it again.
        """
        said, inbound = inbound, self._aimed(inbound)
        route = self._route(inbound.conversation)
        admitted = self._admit(inbound, route)
        if isinstance(admitted, NotAdmitted):
            return await self._not_heard(inbound, admitted)
        if said is not inbound:
            route, admitted = self._where_shown(said, route, admitted)
        call = commands.find(inbound.text)
        if admitted.role == "guest" and not (call and call.command.role == "guest"):
            return await self._of_guest(inbound, route, call)
        self._door.heard(inbound, admitted.role, call)
        self._count(inbound)
        event = self._event(inbound, route, admitted)
        return await self._stored(inbound, route, event)

    async def hold(self, inbound: Inbound) -> Verdict:
        """Store what was said so long ago that a person is asked before it is answered.

        A command that nobody heard in time is not obeyed at all. Raises as `accept` does.
        """
        route = self._route(inbound.conversation)
        admitted = self._admit(inbound, route)
        if isinstance(admitted, NotAdmitted):
            return await self._not_heard(inbound, admitted)
        if commands.find(inbound.text) is not None:
            return Verdict("ignored", "a command that came too late")
        if admitted.role == "guest":
            return await self._of_guest(inbound, route, None)
        self._door.heard(inbound, admitted.role, None)
        return await self._stored(inbound, route, Missed(inbound.prompt(route.waiting)))

    async def amend(self, inbound: Inbound) -> Verdict:
        """Change what still waits; of what has its end, offer to ask it anew. Raises as `accept`.

        What the engine has at this moment is left alone. What is accepted is stored.
        """
        state = await self._store.state(inbound.source, inbound.id)
        if state not in (*WAITING, *ENDED):
            return Verdict("ignored", TAKEN if state == "running" else "it is no message")
        route = self._route(inbound.conversation)
        admitted = self._admit(inbound, replace(route, trigger="all"))
        if isinstance(admitted, NotAdmitted):
            return Verdict(admitted.outcome, admitted.reason)
        if admitted.role == "guest":
            return Verdict("ignored", "what an owner decides about stays as it was said")
        if state in ENDED:
            return await self._offer_anew(inbound, route, admitted)
        await self._registry.heed(route.key, Amended(inbound.prompt(route.waiting)))
        said = await self._store.said(inbound.message_id)
        is_changed = said is not None and said.text == inbound.text
        return Verdict("accepted") if is_changed else Verdict("ignored", TAKEN)

    async def _offer_anew(self, inbound: Inbound, route: Route, admitted: Admitted) -> Verdict:
        """Networks tell of an edit again and again; what is a command was obeyed."""
        said = await self._store.said(inbound.message_id)
        if said is None or any(map(commands.find, (said.text, inbound.text))):
            return Verdict("ignored", "there is nothing to be asked anew")
        before = edits.last(
            await self._store.history(said.conversation, edits.FAR), said.message_id
        )
        if inbound.text == (said.text if before is None else editing.words_of(before)):
            return Verdict("duplicate")
        edit = editing.edition(inbound, before)
        self._door.heard(edit, admitted.role, commands.find(edit.text))
        return await self._stored(edit, route, self._event(edit, route, admitted))

    async def retract(self, source: str, message: str, conversation: Conversation) -> None:
        """Drop what still waits. Raises as `accept` does."""
        if await self._store.state(source, message) in WAITING:
            identity = MessageId(f"{source}/{message}")
            await self._registry.heed(self._route(conversation).key, Retracted(identity))

    async def vanish(self, conversation: Conversation) -> None:
        """End the sessions of a conversation that was deleted, and of all that lay within it."""
        inside = await self._store.sessions_within(conversation.platform, conversation.channel)
        for place in (conversation, *inside):
            for reminder in await self._store.reminders(place):
                await self._store.settle_reminder(reminder, "cancelled", self._clock.now())
            key = self._route(place).key
            if await self._store.session(key) is not None:
                own = key == SessionKey(place.address)
                await self._registry.tell(key, Vanished(place, own=own))

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        """Somebody who may be heard begins to write: have the session's engine ready."""
        if self._role(sender, conversation) not in (None, "guest") and self.answers(conversation):
            key = resolve(conversation, self._rules).key
            await self._registry.tell(key, Expected(conversation))

    async def complete(
        self, conversation: Conversation, sender: Sender, command: str, argument: str, typed: str
    ) -> tuple[tuple[str, str], ...]:
        """What may follow in an argument, for who may use the command there."""
        role = self._role(sender, conversation) if self.answers(conversation) else None
        wanted = completing.argument_of(command, argument, role)
        if wanted is None or not wanted.completed:
            return ()
        if command == "run":
            await self.expect(conversation, sender)  # so that it can tell at the next letter
        found = await self._completions(resolve(conversation, self._rules), command, typed)
        return tuple((one.label, one.value) for one in completing.fitting(found, typed))

    async def _completions(
        self, route: Route, command: str, typed: str
    ) -> tuple[completing.Completion, ...]:
        if await self._store.session(route.key) is None:
            return ()
        session = await self._registry.look(route.key)
        shared = await self._store.shared_grants(route.project) if route.project else ()
        folders = await self._registry.folders(route, typed) if command == "files" else ()
        own = await self._registry.commands(route.key) if command == "run" else ()
        session = replace(session, shared=shared)
        return completing.completions(session, route, command, folders, own)

    def answers(self, conversation: Conversation) -> bool:
        """Whether anything that is said there may be answered."""
        return not self._closed and resolve(conversation, self._rules).trigger != "never"

    def obey(self, inbound: Inbound) -> PersonEvent | None:
        """The event of a command that was stored before a restart, if it still may be heard."""
        route = resolve(inbound.conversation, self._rules)
        admitted = self._admit(inbound, route)
        call = commands.find(inbound.text)
        if call is None or isinstance(admitted, NotAdmitted):
            return None
        return commands.event_of(call, inbound, admitted.role, route)

    def _where_shown(
        self, said: Inbound, route: Route, admitted: Admitted
    ) -> tuple[Route, Admitted]:
        """Who answers elsewhere than it was asked has no more to say than in either place."""
        approvers = resolve(said.conversation, self._rules).approvers
        role = self._people.role(said.sender, approvers) or "guest"
        named = approvers if route.approvers is None else route.approvers
        return replace(route, approvers=named), Admitted(min(role, admitted.role, key=RANKS.index))

    def _role(self, sender: Sender, conversation: Conversation) -> Role | None:
        return self._people.role(sender, resolve(conversation, self._rules).approvers)

    def _route(self, conversation: Conversation) -> Route:
        if self._closed:
            raise Unavailable("The gateway is stopping; send it again in a moment.")
        route = resolve(conversation, self._rules)
        if route.waiting == "steer" and not self._steers:
            return replace(route, waiting="queue")
        return route

    def _admit(self, inbound: Inbound, route: Route) -> Admitted | NotAdmitted:
        exchanges = self._exchanges.get(inbound.conversation.address, 0)
        return admit(inbound, self._people, route, self._max_text, exchanges)

    async def _not_heard(self, inbound: Inbound, why: NotAdmitted) -> Verdict:
        if self._role(inbound.sender, inbound.conversation) in (None, "guest"):
            code = pairing.given(inbound.text) if inbound.conversation.direct else None
            if code is not None and not inbound.sender.is_bot:
                return await self._guestbook.attempt(inbound, code)
            self._door.stranger(inbound)
        return Verdict(why.outcome, why.reason)

    async def _of_guest(
        self, inbound: Inbound, route: Route, call: commands.Call | None
    ) -> Verdict:
        """What a guest says waits for an owner, as far as there is room.

        Of anything else there is no row, and no more in the log than of a stranger.
        """
        if why := await self._unheard(inbound, route, call):
            self._door.stranger(inbound)
            return Verdict("refused", why)
        self._door.heard(inbound, "guest", None)
        route = replace(route, waiting="queue")
        waits = guests.as_material(inbound)
        return await self._stored(waits, route, GuestCame(waits.prompt(route.waiting)))

    async def _unheard(self, inbound: Inbound, route: Route, call: commands.Call | None) -> str:
        """Why this is not taken of a guest; empty if it may wait."""
        if call is not None:
            return f"/{call.command.name} is not for guests."
        known = await self._store.session(route.key) is not None
        session = await self._registry.look(route.key) if known else Session(route.key)
        return guests.refusal(inbound, session)

    def _count(self, inbound: Inbound) -> None:
        """How many messages of bots were heard there since a person last spoke."""
        address = inbound.conversation.address
        count = self._exchanges.pop(address, 0)
        if inbound.sender.is_bot:
            self._exchanges[address] = count + 1
        while len(self._exchanges) > COUNTED:
            self._exchanges.popitem(last=False)

    def _event(self, inbound: Inbound, route: Route, admitted: Admitted) -> PersonEvent:
        call = commands.find(inbound.text)
        if call is None:
            return Prompted(inbound.prompt(route.waiting))
        return commands.event_of(call, inbound, admitted.role, route)

    async def _stored(self, inbound: Inbound, route: Route, event: Event) -> Verdict:
        work = self._take_in(inbound, route, event)
        return await asyncio.shield(self._tasks.start(work, inbound.id))

    async def _take_in(self, inbound: Inbound, route: Route, event: Event) -> Verdict:
        held = isinstance(event, Missed | GuestCame)
        command = not (held or isinstance(event, Prompted))
        try:
            now = self._clock.now()
            accepted = await self._store.accept(inbound, route, now, command=command, held=held)
        except Full:
            log.error("disk full, message refused", source=inbound.source)
            return Verdict("refused", "The disk is full; nothing was stored. Free some space.")
        if not accepted.duplicate or (held and await self._is_held(inbound)):
            # what is held starts nothing: a session that sleeps would not ask about it by itself
            await self._registry.tell(route.key, event)
        return Verdict("duplicate" if accepted.duplicate else "accepted")

    async def _is_held(self, inbound: Inbound) -> bool:
        return await self._store.state(inbound.source, inbound.id) == "held"
