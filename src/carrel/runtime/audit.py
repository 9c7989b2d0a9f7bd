"""The audit log: who was heard, what was decided, what the operator did. Never anybody's words.

A line says who by their address on the platform, which nobody can choose as they can a name.
"""

from __future__ import annotations

from collections import OrderedDict

import structlog

from carrel.core.commands import Call
from carrel.core.events import ApprovalAnswered, GuestSettled
from carrel.core.messages import Inbound
from carrel.core.model import Approval, Role, Session, at_least
from carrel.ports.clock import Clock
from carrel.telemetry import AUDIT

QUIET_SECONDS = 3600.0
REMEMBERED = 1000
"""Strangers; one who writes on and on must not push everything else out of the log."""

audit = structlog.get_logger(AUDIT)


class Door:
    """Notes who was heard and who was not; of a stranger in one place, once an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._strangers: OrderedDict[tuple[str, str], float] = OrderedDict()

    def heard(self, inbound: Inbound, role: Role, call: Call | None) -> None:
        """Somebody is heard; a command is named, what follows it is not."""
        told = {"role": role, "message": inbound.message_id, **_place(inbound)}
        if call is None:
            audit.info("heard", **told)
            return
        allowed = at_least(role, call.command.role)
        audit.info("command" if allowed else "command refused", name=call.command.name, **told)

    def stranger(self, inbound: Inbound) -> None:
        """Somebody is not heard."""
        place = _place(inbound)
        key, now = (place["who"], place["where"]), self._clock.monotonic()
        noted = self._strangers.get(key)
        if noted is not None and now - noted < QUIET_SECONDS:
            return
        self._strangers.pop(key, None)
        self._strangers[key] = now
        while len(self._strangers) > REMEMBERED:
            self._strangers.popitem(last=False)
        audit.info("not heard", why="a stranger", **place)


def answered(session: Session, event: ApprovalAnswered) -> None:
    """Somebody answers a request: which one, by the hash of all that it asked for."""
    found = next((one for one in session.approvals if one.id == event.approval), None)
    late = found is None or found.verdict is not None
    audit.info(
        "answer too late" if late else "request answered",
        session=session.key,
        request=event.approval,
        decision=event.verdict.decision,
        scope=event.verdict.scope,
        message=event.command,
        **_asked(found),
    )


def guest(session: Session, event: GuestSettled) -> None:
    """An owner decides about a guest's message."""
    found = next((one for one in session.guests if one.id == event.message), None)
    audit.info(
        "guest decided too late" if found is None else "guest decided",
        session=session.key,
        choice=event.choice,
        said=event.message,
        message=event.command,
        **({} if found is None else {"guest": found.person}),
    )


def _asked(approval: Approval | None) -> dict[str, str]:
    return {} if approval is None else {"tool": approval.tool, "digest": approval.digest}


def _place(inbound: Inbound) -> dict[str, str]:
    sender = f"{inbound.sender.platform}:{inbound.sender.id}"
    return {"who": sender, "where": inbound.conversation.address}
