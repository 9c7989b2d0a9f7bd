"""Talks to the running gateway over its control socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carrel.core.errors import Refused, Unavailable
from carrel.settings import places

TIMEOUT = 10.0


class Control:
    """The gateway of one home, as the command line sees it."""

    def __init__(self, home: Path) -> None:
        import httpx2

        self._home = home
        socket = places.control_socket(home)
        if not socket.exists():
            raise self._absent()
        places.require_own(socket.parent)
        self._client = httpx2.Client(
            transport=httpx2.HTTPTransport(uds=str(socket)),
            base_url="http://carrel",
            timeout=TIMEOUT,
        )
        self._errors = httpx2.TransportError

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON answer. Raises Unavailable when no gateway runs, Refused with its sentence."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, **fields: Any) -> Any:
        """Post JSON, return the JSON answer. Raises as `get` does."""
        return self._ask("POST", path, json=fields)

    def events(self, path: str) -> Iterator[Any]:
        """Server-sent events, each one's data as JSON, until the gateway ends the stream."""
        try:
            with self._client.stream("GET", path, timeout=None) as answer:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield json.loads(line.removeprefix("data:"))
        except self._errors as error:
            raise self._absent() from error

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        try:
            answer = self._client.request(method, path, **what)
        except self._errors as error:
            raise self._absent() from error
        if answer.is_error:
            raise Refused(_sentence(answer.text))
        return answer.json()

    def _absent(self) -> Unavailable:
        return Unavailable(f"No gateway runs on {self._home}; start one with `carrel up`.")


def connect() -> Control:
    """The gateway of this environment's home."""
    return Control(places.home_of(places.environment()))


def _sentence(text: str) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:200]
