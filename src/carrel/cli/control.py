"""Talks to the running gateway over its control socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from carrel.core.errors import Refused, Unavailable
from carrel.settings import places

TIMEOUT = 30.0
FIRST_ERROR = 400
_OF_ADDRESSES = "/?&=%:+,@!$'()*;~"


class NoAnswer(Unavailable):
    """The gateway was reached and did not answer to the end: what was asked may be done."""

    def __init__(self) -> None:
        super().__init__("The gateway does not answer; what was asked may have been taken.")


# An HTTPException is an answer that breaks off; the others are OSErrors that no absence raises.
_SILENCE = (TimeoutError, ConnectionResetError, BrokenPipeError, HTTPException)


class Control:
    """The gateway of one home, as the command line sees it. `patience` in seconds."""

    def __init__(self, home: Path, patience: float = TIMEOUT) -> None:
        self._home, self._patience = home, patience
        self._socket = places.control_socket(home)
        if not self._socket.exists():
            raise self._absent()
        places.require_own(self._socket.parent)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON answer.

        Raises Unavailable when no gateway runs, NoAnswer when it is silent, Refused with its
        sentence.
        """
        return self._ask("GET", f"{path}?{urlencode(query)}")

    def post(self, path: str, **fields: Any) -> Any:
        """Post JSON, return the JSON answer. Raises as `get` does."""
        return self._ask("POST", path, json.dumps(fields))

    def events(self, path: str) -> Iterator[tuple[str, Any]]:
        """Server-sent events, each one's kind and data, until the gateway ends the stream."""
        connection, kind = _Connection(self._socket, timeout=None), ""
        with self._told(), closing(connection):
            answer = self._answer(connection, "GET", path)
            if answer.status >= FIRST_ERROR:
                raise Refused(_sentence(answer.read().decode()))
            for line in answer:
                if line.startswith(b"event:"):
                    kind = line.removeprefix(b"event:").strip().decode()
                elif line.startswith(b"data:"):
                    yield kind, json.loads(line.removeprefix(b"data:"))

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        connection = _Connection(self._socket, timeout=self._patience)
        with self._told(), closing(connection):
            answer = self._answer(connection, method, path, body)
            text = answer.read().decode()
        if answer.status >= FIRST_ERROR:
            raise Refused(_sentence(text))
        return json.loads(text)

    def _answer(
        self, connection: _Connection, method: str, path: str, body: str | None = None
    ) -> HTTPResponse:
        headers = {"Content-Type": "application/json"} if body else {}
        # a name that no address can hold is for the gateway to refuse, in its own words
        connection.request(
            method, quote(path, safe=_OF_ADDRESSES), body.encode() if body else None, headers
        )
        return connection.getresponse()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _SILENCE as error:
            raise NoAnswer from error
        except OSError as error:
            raise self._absent() from error

    def _absent(self) -> Unavailable:
        return Unavailable(f"No gateway runs on {self._home}; start one with `carrel up`.")


class _Connection(HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, path: Path, timeout: float | None) -> None:
        super().__init__("carrel", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the file instead of an address."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(os.fspath(self._path))


def connect() -> Control:
    """The gateway of this environment's home."""
    return Control(places.home_of(places.environment()))


def _sentence(text: str) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:200]
