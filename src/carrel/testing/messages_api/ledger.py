"""What the fake Messages API remembers: the requests it got."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carrel.testing.messages_api.conversation import Conversation, read
from carrel.testing.messages_api.model import Json

SESSION_HEADER = "x-claude-code-session-id"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request: header names in lower case, decoded body, monotonic seconds of its arrival."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json
    at: float

    @property
    def conversation(self) -> Conversation:
        """The body read as a conversation."""
        return read(self.body)

    @property
    def prompt(self) -> str:
        """The newest typed text, without reminders."""
        return self.conversation.prompt

    @property
    def session(self) -> str:
        """The engine's id of the session that sent this, or nothing."""
        return self.headers.get(SESSION_HEADER, "")

    @property
    def key(self) -> str:
        """The credential it came with: the API key or the bearer token, or nothing."""
        return self.headers.get("x-api-key", "") or self.headers.get(
            "authorization", ""
        ).removeprefix("Bearer ")

    def line(self) -> str:
        """The request as one JSON line; tools by name only, as their schemas are most of it."""
        body = (
            {**self.body, "tools": sorted(self.conversation.tools)}
            if "tools" in self.body
            else self.body
        )
        parts = {"at": self.at, "method": self.method, "path": self.path, "session": self.session}
        return json.dumps(
            {**parts, "prompt": self.prompt, "headers": dict(self.headers), "body": body}
        )


@dataclass(slots=True)
class Ledger:
    """The last `limit` requests, how many there were, and every one as a line of `log`."""

    limit: int = 1000
    log: Path | None = None
    requests: deque[Recorded] = field(init=False)
    total: int = 0

    def __post_init__(self) -> None:
        self.requests = deque(maxlen=self.limit)

    def add(self, request: Recorded) -> None:
        """Remember a request. Raises OSError if the log cannot be written."""
        self.requests.append(request)
        self.total += 1
        if self.log:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(request.line() + "\n")

    def messages(self) -> Iterator[Recorded]:
        """The requests for a message, oldest first."""
        return (request for request in self.requests if request.path == "/v1/messages")
