"""What people are called: Slack's messages name them by their ids only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from carrel.core.errors import Unavailable
from carrel.platforms.slack.wire import Wire
from carrel.ports.platform import Refusal

KEPT = 5_000


class People:
    """Names that were asked for once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._names: OrderedDict[str, str] = OrderedDict()

    async def name(self, person: str) -> str:
        """A person's name; their id where Slack does not tell. A name is no reason to wait."""
        if person not in self._names:
            try:
                found = await self._wire.call("users.info", user=person)
            except (Refusal, Unavailable):
                return person
            self._keep(person, name_of(found["user"]))
        return self._names[person]

    def known(self, person: str, otherwise: str) -> str:
        """A person's name without asking."""
        return self._names.get(person, otherwise)

    def _keep(self, person: str, name: str) -> None:
        self._names[person] = name
        while len(self._names) > KEPT:
            self._names.popitem(last=False)


def name_of(user: Mapping[str, Any]) -> str:
    """As they are shown in Slack."""
    profile = user.get("profile") or {}
    found = profile.get("display_name") or profile.get("real_name") or user.get("real_name")
    return str(found or user.get("name") or user.get("id", "somebody"))
