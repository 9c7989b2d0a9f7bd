"""A uvicorn server that lives inside someone else's program."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class GuestServer(uvicorn.Server):
    """Serves without taking the signals: those belong to the program around it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield
