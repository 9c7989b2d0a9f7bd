"""What goes wrong on purpose on the WebSocket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from carrel.testing.discord.model import Json

Kind = Literal["lose", "double", "delay", "malform"]


@dataclass(slots=True)
class EventFault:
    """One fault of an event and how often it still strikes."""

    kind: Kind
    name: str
    left: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """What every connection is told at once."""

    do: Literal["close", "reset", "send"]
    code: int = 1000
    frame: Json | None = None


class GatewayFaults:
    """Faults of events still to come, and what happens to connections at once."""

    def __init__(self, tell: Callable[[Order], int], forget: Callable[[], None]) -> None:
        self.acks_muted = False
        self.refused = 0
        self._tell = tell
        self._forget = forget
        self._events: list[EventFault] = []

    def lose(self, name: str, *, times: int = 1) -> None:
        """Never send the next events of a name, nor replay them."""
        self._events.append(EventFault("lose", name, times))

    def double(self, name: str, *, times: int = 1) -> None:
        """Send the next events of a name twice."""
        self._events.append(EventFault("double", name, times))

    def delay(self, name: str, seconds: float, *, times: int = 1) -> None:
        """Send the next events of a name late; others overtake them."""
        self._events.append(EventFault("delay", name, times, seconds))

    def malform(self, name: str, *, times: int = 1) -> None:
        """Send the next events of a name without what a parser needs."""
        self._events.append(EventFault("malform", name, times))

    def close(self, code: int = 4000) -> int:
        """Close every connection; returns how many there were."""
        return self._tell(Order("close", code))

    def reset(self) -> int:
        """Reset every connection on TCP."""
        return self._tell(Order("reset"))

    def reconnect(self) -> int:
        """Ask every client to come back (op 7)."""
        return self._tell(Order("send", frame={"op": 7, "d": None}))

    def invalid_session(self, *, resumable: bool = False) -> int:
        """Tell every client op 9. Not resumable: what was not sent is gone for good."""
        if not resumable:
            self._forget()
        return self._tell(Order("send", frame={"op": 9, "d": resumable}))

    def forget_sessions(self) -> None:
        """Know no earlier connection any more: the next RESUME gets op 9."""
        self._forget()

    def mute_acks(self, *, muted: bool = True) -> None:
        """Leave heartbeats without an answer."""
        self.acks_muted = muted

    def refuse(self, *, times: int = 1) -> None:
        """Answer the next connections with 503 instead of a WebSocket."""
        self.refused = times

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._events.clear()
        self.acks_muted, self.refused = False, 0

    def strike(self, name: str) -> EventFault | None:
        """The fault that hits an event now; it is used up by one."""
        for fault in self._events:
            if fault.left > 0 and fault.name == name:
                fault.left -= 1
                return fault
        return None
