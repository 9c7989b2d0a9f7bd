"""A network's fake as a process of its own, moved over HTTP, with its ledger as the witness."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from tests.acceptance.gateway_process import GatewayProcess


@dataclass
class FakeProcess:
    """Places and people, by name; Ada is the owner."""

    told: dict[str, Any]
    ledger: Path

    name: ClassVar[str]
    place: ClassVar[str] = "--channel"
    addresses: ClassVar[tuple[str, ...]] = ("base_url",)
    tokens: ClassVar[tuple[tuple[str, str], ...]]
    """Variables of the gateway's environment, and what the fake calls the tokens in them."""

    @classmethod
    @contextmanager
    def run(cls, folder: Path, *places: str, more: tuple[str, ...] = ()) -> Iterator[Self]:
        """Run it for as long as the block lasts."""
        ledger = folder / f"{cls.name}.jsonl"
        named = [word for name in places for word in (cls.place, name)]
        command = [sys.executable, "-m", f"carrel.testing.{cls.name}", "--ledger", str(ledger)]
        process = subprocess.Popen([*command, *named, *more], stdout=subprocess.PIPE, text=True)
        try:
            yield cls(json.loads(process.stdout.readline()), ledger)
        finally:
            process.terminate()
            process.wait(10)
            process.stdout.close()

    def ask(self, what: str, **given: Any) -> Any:
        """Have somebody do something."""
        address = urlsplit(self.told["control_url"])
        with closing(HTTPConnection(address.netloc, timeout=30)) as connection:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"{address.path}/{what}", json.dumps(given), headers)
            answer = connection.getresponse()
            told = json.load(answer)
        assert answer.status == 200, told
        return told

    def does(self, what: str, channel: str, **more: Any) -> Any:
        """Ada does something in a place."""
        return self.ask(what, person=self.told["people"]["ada"], channel=channel, **more)

    def settings(self, more: str = "") -> str:
        """carrel.toml of a gateway here."""
        addresses = "".join(f'{key} = "{self.told[key]}"\n' for key in self.addresses)
        owner = f"{self.name}:{self.told['people']['ada']}"
        return f'{more}\n[{self.name}]\n{addresses}[people]\nowners = ["{owner}"]\n'

    def furnish(self, gateway: GatewayProcess, more: str = "") -> None:
        """Point a gateway's home here."""
        gateway.home.mkdir(parents=True, exist_ok=True)
        (gateway.home / "carrel.toml").write_text(self.settings(more))
        for variable, token in self.tokens:
            gateway.extra[variable] = self.told[token]


class SlackProcess(FakeProcess):
    """Channels, and threads of them."""

    name = "slack"
    tokens = (("SLACK_BOT_TOKEN", "token"), ("SLACK_APP_TOKEN", "app_token"))


class TelegramProcess(FakeProcess):
    """Groups with topics."""

    name = "telegram"
    place = "--group"
    tokens = (("TELEGRAM_TOKEN", "token"),)
