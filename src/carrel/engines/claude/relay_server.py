"""The relay's HTTP server: a guest in the gateway's process."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class RelayServer(uvicorn.Server):
    """Serves without taking the signals: those belong to the gateway."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield

    @classmethod
    def quiet(cls, app: ASGIApp) -> Self:
        """Build one that logs nothing and never waits for open requests at the end."""
        return cls(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                ws="none",
                timeout_graceful_shutdown=0,
            )
        )
