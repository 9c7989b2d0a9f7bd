"""What the tests of Discord share: a far side that notes what it is asked, and Discord's JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carrel.platforms.discord.atlas import Atlas
from carrel.platforms.discord.wire import Upload, Wire

ME, ADA, BOB = 1, 2, 3
OWN_ROLE, OTHER_ROLE = 11, 12
THREAD, CHANNEL, CATEGORY, SERVER, DIRECT = 20, 30, 40, 50, 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    what: str
    body: Any
    uploads: tuple[Upload, ...]
    query: Any


class FakeWire(Wire):
    """Notes every request, and answers what a test has laid ready; an error is raised."""

    def __init__(self, ready: Mapping[str, Any] | None = None) -> None:
        self.ready: dict[str, Any] = dict(ready or {})
        self.asked: list[Asked] = []

    async def call(
        self,
        method: str,
        path: str,
        ids: Mapping[str, str | int],
        body: Any = None,
        uploads: Sequence[Upload] = (),
        query: Any = None,
    ) -> Any:
        what = f"{method} {path.format_map(ids)}"
        self.asked.append(Asked(what, body, tuple(uploads), query))
        answer = self.ready.get(what)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def said(self) -> list[str]:
        """What was asked, in order."""
        return [one.what for one in self.asked]


def user(number: int = ADA, name: str = "ada", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "username": name, **more}


def message(number: int = 100, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": 0,
        "channel_id": str(CHANNEL),
        "author": user(),
        "content": text,
        **more,
    }


def file(number: int = 7, name: str = "a.png", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "filename": name, "size": 3, "url": f"https://cdn/{name}", **more}


def role(number: int, bot: int | None = None) -> dict[str, Any]:
    return {"id": str(number), "tags": {"bot_id": str(bot)}} if bot else {"id": str(number)}


def channel(number: int = CHANNEL, kind: int = 0, name: str = "general", **more: Any) -> Any:
    return {"id": str(number), "type": kind, "name": name, **more}


def server(**more: Any) -> dict[str, Any]:
    """A server with a category, a channel in it, and a thread of the bot's in that."""
    return {
        "id": str(SERVER),
        "name": "home",
        "roles": [role(OWN_ROLE, ME), role(OTHER_ROLE)],
        "channels": [
            channel(CATEGORY, 4, "work"),
            channel(parent_id=str(CATEGORY)),
        ],
        "threads": [channel(THREAD, 11, "ideas", parent_id=str(CHANNEL), owner_id=str(ME))],
        **more,
    }


def atlas() -> Atlas:
    known = Atlas(ME)
    known.add_server(server())
    return known
