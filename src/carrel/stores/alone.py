"""What a store that nobody shares says of its hosts."""

from __future__ import annotations

from carrel.core.errors import Refused
from carrel.ports.hosts import ALONE, HostInfo, Offer
from carrel.ports.mirrors import MirrorStore


class Alone:
    """The port's part about hosts, for a store of one home."""

    @property
    def host(self) -> str:
        """It needs no name."""
        return ALONE

    @property
    def epoch(self) -> int:
        """There is no lead."""
        return 0

    async def hosts(self) -> tuple[HostInfo, ...]:
        """Nobody shares it."""
        return ()

    async def drain(self, host: str) -> None:
        """There is no other to be asked."""
        raise Refused(f"No host {host} shares this store. `carrel stop` ends this gateway.")

    async def offers(self) -> tuple[Offer, ...]:
        """Nobody has room for it."""
        return ()

    @property
    def mirrors(self) -> MirrorStore | None:
        """Nobody else would look for them."""
        return None
