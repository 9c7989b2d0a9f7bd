"""Who has written to the bot and waits: their names and numbers, for whoever sets Carrel up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carrel.platforms.telegram.places import NAME
from carrel.platforms.telegram.reading import name_of
from carrel.platforms.telegram.wire import Wire
from carrel.ports.guide import Named

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Callers:
    """People, conversations and groups by their addresses."""

    people: tuple[Named, ...] = ()
    places: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()


async def callers(wire: Wire, seconds: int) -> Callers:
    """What lies at Telegram; nothing of it is confirmed. Raises Contested as `updates` does."""
    updates = await wire.updates(None, seconds)
    messages = [update["message"] for update in updates if "from" in update.get("message", {})]
    return Callers(_people(messages), _places(messages), _groups(messages))


def _people(messages: Iterable[Json]) -> tuple[Named, ...]:
    senders = {one["from"]["id"]: one["from"] for one in messages}
    return tuple(Named(f"{NAME}:{number}", _told(one)) for number, one in senders.items())


def _told(person: Json) -> str:
    at = f" (@{person['username']})" if person.get("username") else ""
    return f"{name_of(person)}{at}"


def _places(messages: Iterable[Json]) -> tuple[Named, ...]:
    """A private chat is called after its person."""
    chats = {one["chat"]["id"]: one["chat"] for one in messages}
    named = {number: str(one.get("title") or _told(one)) for number, one in chats.items()}
    return tuple(Named(f"{NAME}:{number}", name) for number, name in named.items())


def _groups(messages: Iterable[Json]) -> tuple[Named, ...]:
    chats = {one["chat"]["id"]: one["chat"] for one in messages}
    return tuple(
        Named(f"{NAME}:server:{number}", f"everybody in {one['title']}")
        for number, one in chats.items()
        if one.get("title")
    )
