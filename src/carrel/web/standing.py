"""How the gateway stands, asked anew each time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from carrel import __version__
from carrel.core.days import day_of
from carrel.runtime.registry import Registry
from carrel.runtime.supervisor import Supervisor
from carrel.runtime.tools import Tools
from carrel.web.status import StatusInfo, stands


@dataclass(frozen=True, slots=True)
class Standing:
    """Gives a StatusInfo when called. `began` in unix seconds; `notices` may change."""

    registry: Registry
    tools: Tools
    supervisor: Supervisor
    began: float
    demo: bool
    notices: Callable[[], tuple[str, ...]]
    zone: str

    def __call__(self) -> StatusInfo:
        """The snapshot of this moment."""
        tools, registry, room = self.tools, self.registry, self.tools.room
        troubles = (room.trouble,) if room is not None and room.trouble else ()
        return StatusInfo(
            version=__version__,
            pid=os.getpid(),
            since=self.began,
            sessions=registry.awake,
            live=tools.seats.held,
            waiting=registry.waiting,
            platforms=tuple(
                stands(name, state, tools.platforms.get(name))
                for name, state in self.supervisor.states.items()
            ),
            notices=(*self.notices(), *troubles),
            login=tools.engine.name,
            demo=self.demo,
            running=registry.running,
            day_began=day_of(tools.clock.now(), ZoneInfo(self.zone)).start,
        )
