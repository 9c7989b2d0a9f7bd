"""A chat network's fake as a process of its own: what people do there, and what is broken there."""

from __future__ import annotations

import http.client
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bench.processes import environment, running

from proofs.plan import Strikes
from proofs.witness import DISCORD, Tongue

OWNER = "ada"


@dataclass(frozen=True, slots=True)
class Town(ABC):
    """A fake that runs; `told` is what it said about itself.

    A place is a channel, a thread or a direct conversation, by its id.
    """

    told: Mapping[str, Any]
    ledger: Path

    name: ClassVar[str]
    variable: ClassVar[str]
    """Where the gateway looks for its token."""
    tongue: ClassVar[Tongue] = DISCORD

    @classmethod
    @abstractmethod
    def command(cls, ledger: Path, *channels: str) -> list[str]:
        """How the fake is started, without limits of its own."""

    @property
    @abstractmethod
    def table(self) -> str:
        """The platform's table of carrel.toml."""

    @abstractmethod
    def direct(self) -> str:
        """The place where the owner speaks with the bot alone."""

    @abstractmethod
    def says(self, place: str, text: str) -> str:
        """The owner writes; the message's name in the ledger."""

    @abstractmethod
    def edits(self, place: str, message: str, text: str) -> None:
        """The owner changes what they wrote."""

    @abstractmethod
    def opens(self, parent: str, name: str) -> str:
        """The owner begins a thread; its place."""

    @abstractmethod
    def buttons(self, place: str) -> list[tuple[str, str]]:
        """What can be pressed there: the message, and the command that the button stands for."""

    @abstractmethod
    def press(self, place: str, message: str, command: str) -> None:
        """The owner presses a button."""

    @abstractmethod
    def strike(self, strike: Strikes) -> None:
        """Let something go wrong on the wire."""

    @abstractmethod
    def shown(self, place: str) -> list[str]:
        """What the bot has said there and has not taken back, without what offers buttons."""

    @property
    def secrets(self) -> dict[str, str]:
        """What the gateway's environment must hold, and no session may see."""
        return {self.variable: str(self.told["token"])}

    def address(self, place: str) -> str:
        """A place as carrel.toml names it."""
        return f"{self.name}:{place}"

    def settings(self, more: str = "") -> str:
        """carrel.toml of a gateway here; `more` comes first."""
        owner = self.told["people"][OWNER]
        return f'{more}\n{self.table}[people]\nowners = ["{self.name}:{owner}"]\n'

    def ask(self, what: str, **given: Any) -> Any:
        """Have the fake do something. RuntimeError with its reason when it cannot be done."""
        url = urlsplit(self.told["control_url"])
        with closing(http.client.HTTPConnection(url.netloc, timeout=30)) as way:
            headers = {"Content-Type": "application/json"}
            way.request("POST", f"{url.path}/{what}", json.dumps(given), headers)
            answer = way.getresponse()
            told = json.load(answer)
        if answer.status != http.client.OK:
            raise RuntimeError(f"the fake {self.name} refused {what}: {told}")
        return told

    def does(self, what: str, place: str, **more: Any) -> Any:
        """The owner does something in a channel."""
        return self.ask(what, person=self.told["people"][OWNER], channel=place, **more)

    def fault(self, do: str, **how: Any) -> None:
        """Let something go wrong."""
        self.ask("fault", do=do, **{"with": how})


@contextmanager
def town(kind: type[Town], folder: Path, *channels: str) -> Iterator[Town]:
    """A fake that Carrel ships, and its ledger in `folder`."""
    ledger = folder / f"{kind.name}.jsonl"
    ledger.touch()
    with running(kind.command(ledger, *channels), environment(folder)) as lines:
        yield kind(json.loads(lines.until("control_url")), ledger)
