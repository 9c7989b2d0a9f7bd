"""The memory store's part about people who were let in."""

from __future__ import annotations

from dataclasses import dataclass, field

from carrel.core.admission import Invited
from carrel.core.messages import Outbound
from carrel.stores.alone import Alone
from carrel.stores.memory_tables import Tables


@dataclass(slots=True)
class MemoryPeople(Alone):
    """Who was let in, and the codes that let people in, by their hash."""

    _tables: Tables = field(default_factory=Tables)

    async def invited(self) -> tuple[Invited, ...]:
        """Everybody who was let in, the first one first."""
        found = self._tables.people.values()
        return tuple(sorted(found, key=lambda one: (one.at, one.address)))

    async def uninvite(self, address: str) -> bool:
        """The person is no member any more."""
        return self._tables.people.pop(address, None) is not None

    async def offer_pairing(self, digest: str, until: float, at: float) -> None:
        """A code lets somebody in until then."""
        left = {one: end for one, end in self._tables.pairings.items() if end > at}
        self._tables.pairings = {**left, digest: until}

    async def pair(self, digest: str, person: Invited, told: Outbound) -> bool:
        """Use a code up."""
        if self._tables.pairings.get(digest, 0.0) <= person.at:
            return False
        del self._tables.pairings[digest]
        self._tables.people[person.address] = person
        self._tables.say(told, person.at)
        return True
