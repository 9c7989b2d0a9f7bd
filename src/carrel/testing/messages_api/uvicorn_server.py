"""A uvicorn server that lives inside someone else's program."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class GuestServer(uvicorn.Server):
    """Serves without taking the signals: those belong to the program around it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield

    @classmethod
    def quiet(cls, app: ASGIApp, grace_s: int) -> Self:
        """Build one that logs nothing and waits `grace_s` seconds for open requests at the end."""
        return cls(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                log_level="critical",
                timeout_graceful_shutdown=grace_s,
            )
        )
