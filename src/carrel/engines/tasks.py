"""The one place where an engine starts a task: it is named, and whoever starts it keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


def start(work: Coroutine[object, object, Result], name: str) -> asyncio.Task[Result]:
    """Run `work` beside the caller, who keeps the task and ends it in its own `close`.

    A live engine outlives the call that opens it, so no group can hold its tasks.
    """
    return asyncio.get_running_loop().create_task(work, name=name)


async def stop(task: asyncio.Task[object] | None) -> None:
    """Cancel `task` and wait until it is gone; whatever it raised was its own affair."""
    if task is None or task is asyncio.current_task():
        return
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
