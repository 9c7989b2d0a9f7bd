"""Keeps what must run for ever running, within a budget, one failure never another's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from carrel.core.errors import ConfigError, Unavailable
from carrel.ports.clock import Clock
from carrel.tasks import Tasks

State = Literal["up", "retrying", "down"]

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
BUDGET, WINDOW = 20, 3600.0

log = structlog.get_logger(__name__)


class Supervisor:
    """Runs named things; one that fails is started again after a growing wait.

    Unavailable is the world's affair and is tried for ever, said once. Twenty other failures
    within an hour, or a ConfigError (which time will not mend), and it stays down; its state and
    last error are there to be shown. The others go on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks = Tasks("supervisor")
        self._states: dict[str, tuple[State, str]] = {}

    def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run `run` from now on."""
        self._states[name] = ("up", "")
        self._tasks.start(self._keep(name, run), name)

    @property
    def states(self) -> dict[str, tuple[State, str]]:
        """For each name, how it is and the last error in one sentence."""
        return dict(self._states)

    async def close(self) -> None:
        """End everything."""
        await self._tasks.close()

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        failures: deque[float] = deque(maxlen=BUDGET)
        wait = FIRST_WAIT
        while True:
            began = self._clock.monotonic()
            error = await self._once(name, run)
            now = self._clock.monotonic()
            if now - began > LONGEST_WAIT:
                failures.clear()
                wait = FIRST_WAIT
            if not isinstance(error, Unavailable):
                failures.append(now)
            spent = len(failures) == BUDGET and now - failures[0] < WINDOW
            if spent or isinstance(error, ConfigError):
                log.error("stays down", what=name, error=str(error))
                self._states[name] = ("down", str(error))
                return
            self._states[name] = ("retrying", str(error))
            await self._clock.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
            self._states[name] = ("up", str(error))

    async def _once(self, name: str, run: Callable[[], Awaitable[None]]) -> Exception:
        try:
            await run()
        except Unavailable as error:
            if self._states[name] != ("up", str(error)):
                log.warning("not to be had, tried again", what=name, error=str(error))
            return error
        except ConfigError as error:
            return error
        except Exception as error:
            log.exception("failed, to be started again", what=name)
            return error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return RuntimeError("it was cancelled from within")
        return RuntimeError("it ended by itself")
