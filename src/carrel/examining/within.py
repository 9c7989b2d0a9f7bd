"""What can be found out from inside a gateway that runs, for an owner who is not at its machine.

The agent is not rehearsed, and nothing asks a chat network beside the gateway's own connection to
it: another asking could take what is said there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from carrel.core.jobs import PLATFORM
from carrel.engines.claude.engine import UPSTREAM
from carrel.examining import machine, securing
from carrel.examining.local import local_findings
from carrel.ports.clock import Clock
from carrel.ports.platform import Finding, Platform
from carrel.settings.live import LiveSettings

WAITING = "Look at the network and at its token; it is tried again by itself."


@dataclass(frozen=True, slots=True)
class Examination:
    """What an examination looks at. `service`: the model's, where it is not the usual one.

    `platforms` and `live` are as they are when it is made, each time.
    """

    home: Path
    environ: Mapping[str, str]
    service: str | None
    platforms: Mapping[str, Platform]
    live: LiveSettings
    clock: Clock

    async def findings(self) -> tuple[Finding, ...]:
        """Everything that is found, each thing once."""
        settings = self.live.current
        found = (
            *(Finding("carrel.toml", well=False, said=one) for one in self.live.notices),
            *await local_findings(self.home, settings, self.environ),
            machine.room(self.home, settings.limits.free_bytes),
            *await machine.service(self.service or UPSTREAM, self.clock),
            *self._connections(),
        )
        known = {one.what for one in found}
        safe = await asyncio.to_thread(securing.examine, self.home, settings)
        return (*found, *(one for one in safe if one.what not in known))

    def _connections(self) -> Iterator[Finding]:
        """How the gateway's own connections are; the jobs' place has none."""
        for name, platform in self.platforms.items():
            if name == PLATFORM:
                continue
            if not platform.listening:
                yield Finding(name, well=False, said="it does not listen", mend=WAITING)
            elif not platform.troubles:
                yield Finding(name, well=True, said="ok, it listens")
            for trouble in platform.troubles:
                yield Finding(name, well=False, said=trouble)
