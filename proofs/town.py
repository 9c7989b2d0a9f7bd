"""A chat network's fake as a process of its own: what people do there, and what is broken there."""

from __future__ import annotations

import http.client
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    tokens: ClassVar[Mapping[str, str]]
    """Where the gateway looks for each, and what the fake calls it."""
    addresses: ClassVar[Sequence[str]] = ("base_url",)
    """Keys of the platform's table, which the fake calls the same."""
    options: ClassVar[Sequence[str]] = ()
    """What the fake is started with, so that it has no limits of its own."""
    option: ClassVar[str] = "--channel"
    """What a channel is to its command line."""
    value: ClassVar[str]
    """What the command that a button stands for is called when it is pressed."""
    tongue: ClassVar[Tongue] = DISCORD

    @classmethod
    def command(cls, ledger: Path, *channels: str) -> list[str]:
        """How the fake is started."""
        named = [word for name in channels for word in (cls.option, name)]
        module = [sys.executable, "-m", f"carrel.testing.{cls.name}", *cls.options]
        return [*module, "--ledger", str(ledger), "--person", OWNER, *named]

    @abstractmethod
    def direct(self) -> str:
        """The place where the owner speaks with the bot alone."""

    def says(self, place: str, text: str) -> str:
        """The owner writes; the message's name in the ledger."""
        return str(self.does("says", place, text=text)["id"])

    def edits(self, place: str, message: str, text: str) -> None:
        """The owner changes what they wrote."""
        self.does("edits", place, message=message, text=text)

    @abstractmethod
    def opens(self, parent: str, name: str) -> str:
        """The owner begins a thread; its place."""

    @abstractmethod
    def buttons(self, place: str) -> list[tuple[str, str]]:
        """What can be pressed there: the message, and the command that the button stands for."""

    def press(self, place: str, message: str, command: str) -> None:
        """The owner presses a button."""
        self.does("presses", place, message=message, **{self.value: command})

    @abstractmethod
    def strike(self, strike: Strikes) -> None:
        """Let something go wrong on the wire."""

    @abstractmethod
    def shown(self, place: str) -> list[str]:
        """What the bot has said there and has not taken back, without what offers buttons."""

    @property
    def secrets(self) -> dict[str, str]:
        """What the gateway's environment must hold, and no session may see."""
        return {variable: str(self.told[token]) for variable, token in self.tokens.items()}

    def address(self, place: str) -> str:
        """A place as carrel.toml names it."""
        return f"{self.name}:{place}"

    def settings(self, more: str = "", by: Callable[[str], str] = str) -> str:
        """carrel.toml of a gateway here; `more` comes first. by: how it reaches an address."""
        table = "".join(f'{key} = "{by(self.told[key])}"\n' for key in self.addresses)
        owner = f"{self.name}:{self.told['people'][OWNER]}"
        return f'{more}\n[{self.name}]\n{table}[people]\nowners = ["{owner}"]\n'

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
