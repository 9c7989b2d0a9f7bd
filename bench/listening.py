"""One conversation of a running gateway, as `carrel chat` has it: said into, listened to."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from carrel.cli.control import Control
from carrel.core.errors import CarrelError

PATIENCE_S = 60.0
PAUSE_S = 0.15
"""Between turns: what one leaves to be done is done before the next is measured."""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds from the post: to its acknowledgement, to the first text, to the answer."""

    accepted: float
    text: float
    answer: float


class Talk:
    """A conversation and a thread that reads its events."""

    def __init__(self, home: Path, name: str) -> None:
        self._name = name
        self._control, self._events = Control(home), Control(home)
        self._heard: SimpleQueue[tuple[float, Any]] = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True, name=f"listen {name}").start()
        self._next()

    def turn(self, text: str) -> Times:
        """Say something, and wait for its answer. Nothing else may run in this conversation."""
        path = f"/conversations/{self._name}/messages"
        began = time.monotonic()
        self._control.post(path, id=uuid.uuid4().hex, text=text)
        accepted = time.monotonic()
        seen, body = self._next_text()
        first = seen
        while body["kind"] != "answer":
            seen, body = self._next_text()
        time.sleep(PAUSE_S)
        accepted, first, seen = (1000 * (moment - began) for moment in (accepted, first, seen))
        return Times(accepted, first, seen)

    def _next_text(self) -> tuple[float, Any]:
        """The next thing with words of the model in it: the card's text, or the answer."""
        while True:
            seen, event = self._next()
            body = event.get("body", {})
            if body.get("kind") == "notice":
                raise RuntimeError(f"the gateway said: {body['text']}")
            if body.get("kind") in {"progress", "answer"} and body["text"]:
                return seen, body

    def _next(self) -> tuple[float, Any]:
        return self._heard.get(timeout=PATIENCE_S)

    def _listen(self) -> None:
        with suppress(CarrelError):  # the gateway ended, as it is meant to
            for _, event in self._events.events(f"/conversations/{self._name}/events"):
                self._heard.put((time.monotonic(), event))
