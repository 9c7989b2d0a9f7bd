"""Whom an owner let in while Carrel ran, and the codes by which strangers come in."""

from __future__ import annotations

import secrets
from dataclasses import replace

from carrel.core import pairing, view
from carrel.core.admission import Invited, People
from carrel.core.errors import Refused
from carrel.core.material import one_line
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.pairing import EVERYBODY, Tries
from carrel.ports.clock import Clock
from carrel.ports.platform import Verdict
from carrel.ports.store import Store
from carrel.runtime.audit import audit
from carrel.runtime.outbox import Outbox

BY_CODE = "a pairing code"
WELCOME = "You are let in: what you write here is for the agent. /help lists what else you can do."
UNKNOWN = "{who} was not let in by a press or a code; carrel.toml lists everybody else."


class Guestbook:
    """Who is heard: `listed` in carrel.toml, which may change, and who was let in since.

    Wrong codes are counted in memory only.
    """

    def __init__(self, store: Store, outbox: Outbox, clock: Clock, listed: People) -> None:
        self._store, self._outbox, self._clock = store, outbox, clock
        self.listed, self._invited = listed, frozenset[str]()
        self._tries = Tries()

    async def open(self) -> None:
        """Read who was let in before. Raises as the store does."""
        self._invited = frozenset(one.address for one in await self._store.invited())

    @property
    def people(self) -> People:
        """Who has which role."""
        return replace(self.listed, invited=self._invited)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the operator should know."""
        left = self._tries.left(self._clock.monotonic())
        if not left:
            return ()
        until = view.clock(self._clock.now() + left)
        return (f"Too many wrong pairing codes; somebody is locked out until {until}.",)

    def add(self, person: Invited) -> None:
        """The person's row was written."""
        self._invited |= {person.address}

    async def listing(self) -> tuple[Invited, ...]:
        """Everybody who was let in, the first one first. Raises as the store does."""
        return await self._store.invited()

    async def remove(self, who: str) -> None:
        """Their next message is a stranger's. Raises Refused where they were not let in."""
        if not await self._store.uninvite(who):
            raise Refused(UNKNOWN.format(who=who))
        self._invited -= {who}
        audit.info("person removed", who=who)

    async def mint(self) -> str:
        """A new code. Raises as the store does."""
        letters = (secrets.choice(pairing.ALPHABET) for _ in range(pairing.GROUPS * pairing.GROUP))
        code, now = pairing.written("".join(letters)), self._clock.now()
        await self._store.offer_pairing(pairing.digest(code), now + pairing.LIFE, now)
        audit.info("pairing code made")
        return code

    async def attempt(self, inbound: Inbound, code: str) -> Verdict:
        """A stranger says a code. Nobody is told of a wrong one but the operator."""
        who, now = inbound.sender.address, self._clock.monotonic()
        if self._tries.locked(who, now):
            return Verdict("ignored", "a code of somebody who is locked out")
        name = one_line(inbound.sender.name)
        person = Invited(who, name, BY_CODE, self._clock.now())
        told = Outbound(f"{inbound.message_id}.paired", inbound.conversation, Notice(WELCOME))
        if not await self._store.pair(pairing.digest(code), person, told):
            self._wrong(who, now)
            return Verdict("ignored", "a wrong code")
        self.add(person)
        self._outbox.wake((told,))
        audit.info("paired", who=who, where=inbound.conversation.address)
        return Verdict("ignored", "a code that let somebody in")

    def _wrong(self, who: str, now: float) -> None:
        self._tries = self._tries.after_wrong(who, now)
        audit.info("wrong pairing code", who=who)
        if self._tries.locked(who, now):
            everybody = self._tries.locked(EVERYBODY, now)
            audit.warning("pairing locked", who="everybody" if everybody else who)
