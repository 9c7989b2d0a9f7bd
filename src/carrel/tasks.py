"""The one place that starts tasks: each has a name, an owner that keeps it, and is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Tasks:
    """A nursery: tasks started here are kept until they end, and ended with `close`.

    A task that fails is logged and takes nothing else down; whoever needs its result awaits it.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `work` beside the caller, under `<owner>/<name>`."""
        task = asyncio.create_task(  # noqa: TID251 - this is the one place
            work, name=f"{self._owner}/{name}"
        )
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel what runs and wait until it has ended, with what it started at the last."""
        mine = asyncio.current_task()
        while tasks := [task for task in self._running if task is not mine]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)
