"""What the operator can do and see beside talking: jobs, terminals, failed messages, costs."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from carrel.ports.clock import Clock
from carrel.ports.store import Store
from carrel.runtime.job_desk import JobDesk
from carrel.runtime.letters import DeadLetters
from carrel.runtime.registry import Registry
from carrel.runtime.terminals import TerminalDesk
from carrel.runtime.tools import Tools
from carrel.web.dead_letters import letter_routes
from carrel.web.glance import glance_routes
from carrel.web.people import people_routes
from carrel.web.schedules import schedule_routes
from carrel.web.status import StatusInfo
from carrel.web.terminals import terminal_routes
from carrel.web.usage import usage_route


def operator_routes(
    store: Store,
    registry: Registry,
    jobs: JobDesk,
    tools: Tools,
    status: Callable[[], StatusInfo],
    clock: Clock,
) -> list[Route]:
    """The control socket's routes for all of it."""
    return [
        *schedule_routes(jobs),
        *letter_routes(DeadLetters(store, registry, clock)),
        *terminal_routes(TerminalDesk(store, registry, tools)),
        *glance_routes(status, jobs, store),
        *people_routes(tools.guestbook),
        usage_route(tools.accounts),
    ]
