"""What must outlive the process of people who were let in while Carrel ran."""

from __future__ import annotations

from typing import Protocol

from carrel.core.admission import Invited
from carrel.core.messages import Outbound


class PeopleStore(Protocol):
    """The part of a store that knows whom an owner let in. Every method is one transaction.

    All raise as the store's do. Invite, a record, adds to it too.
    """

    async def invited(self) -> tuple[Invited, ...]:
        """Everybody who was let in, the first one first."""
        ...

    async def uninvite(self, address: str) -> bool:
        """The person is no member any more; False if they were none."""
        ...

    async def offer_pairing(self, digest: str, until: float, at: float) -> None:
        """A code with this hash lets one person in until `until` (unix seconds)."""
        ...

    async def pair(self, digest: str, person: Invited, told: Outbound) -> bool:
        """Use the code up and let the person in, who is told; all of it or nothing.

        False where no code has this hash, or its time was over at `person.at`.
        """
        ...
