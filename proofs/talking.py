"""How something is said to a session, and what it has answered: by the console, or on a network."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from carrel.cli.control import Control
from proofs.town import Town
from proofs.witness import Ledger


class Talk(Protocol):
    """A way to speak in conversations, each by its desk's name."""

    def address(self, desk: str) -> str:
        """The conversation, which is its session's key too."""
        ...

    def say(self, desk: str, text: str) -> None:
        """Say something there."""
        ...

    def ends(self, desk: str) -> int:
        """How many answers and notices it has shown."""
        ...

    def shown(self, desk: str) -> str:
        """Everything that it shows."""
        ...


class ConsoleTalk:
    """By the control API. `control`: the way in of the gateway as it runs now."""

    def __init__(self, control: Callable[[], Control]) -> None:
        self._control = control

    def address(self, desk: str) -> str:
        """A conversation of the console is called what one likes."""
        return f"console:{desk}"

    def say(self, desk: str, text: str) -> None:
        """Post it."""
        path = f"/conversations/{desk}/messages"
        self._control().post(path, id=secrets.token_hex(8), text=text)

    def ends(self, desk: str) -> int:
        """By the history."""
        history = self._control().get(f"/conversations/{desk}/history", limit=1000)
        bodies = (item["outbound"]["body"] for item in history if item["outbound"])
        return sum(body["kind"] in {"answer", "notice"} for body in bodies)

    def shown(self, desk: str) -> str:
        """The whole history."""
        return json.dumps(self._control().get(f"/conversations/{desk}/history", limit=1000))


class TownTalk:
    """On a network's fake; every desk has a channel of its name."""

    def __init__(self, town: Town) -> None:
        self._town, self._ledger = town, Ledger(town.ledger)
        self._said = defaultdict[str, list[str]](list)

    def _place(self, desk: str) -> str:
        return str(self._town.told["channels"][desk])

    def address(self, desk: str) -> str:
        """By the channel's id."""
        return self._town.address(self._place(desk))

    def say(self, desk: str, text: str) -> None:
        """The owner writes."""
        self._town.says(self._place(desk), text)

    def ends(self, desk: str) -> int:
        """By what the bot shows without buttons."""
        return len(self._town.shown(self._place(desk)))

    def shown(self, desk: str) -> str:
        """Whatever the bot has ever shown there, cards too, as the ledger tells it."""
        for line in self._ledger.read():
            match line:
                case {"what": "shown" | "edited", "bot": True, "channel": place}:
                    self._said[place].append(json.dumps(line))
        return "\n".join(self._said[self._place(desk)])
