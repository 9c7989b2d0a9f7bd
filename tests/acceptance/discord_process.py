"""The fake Discord as a process of its own, moved over HTTP, with its ledger as the witness."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.acceptance.gateway_process import GatewayProcess


@dataclass
class DiscordProcess:
    """One server with channels and people, by name."""

    told: dict[str, Any]
    ledger: Path

    def ask(self, what: str, **given: Any) -> Any:
        """Have somebody do something."""
        address = urlsplit(self.told["control_url"])
        connection = HTTPConnection(address.netloc, timeout=30)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"{address.path}/{what}", json.dumps(given), headers)
            answer = connection.getresponse()
            told = json.load(answer)
        finally:
            connection.close()
        assert answer.status == 200, told
        return told

    def says(self, channel: str, text: str, person: str = "ada", **more: Any) -> dict[str, Any]:
        """A person writes in a channel."""
        return self.ask(
            "says", person=self.person(person), channel=self.channel(channel), text=text, **more
        )

    def channel(self, name: str) -> str:
        """A channel's id; an id is its own."""
        return self.told["channels"].get(name, name)

    def person(self, name: str) -> str:
        """A person's id."""
        return self.told["people"][name]

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """What a channel holds now."""
        return self.ask("messages", channel=self.channel(channel))

    def answers(self, channel: str) -> list[str]:
        """The words of the answers in a channel, in order, without their footers."""
        said = [one["content"] for one in self.messages(channel) if one["author"].get("bot")]
        return [text.split("\n-# ")[0] for text in said if "\n-# " in text]

    def settings(self, more: str = "") -> str:
        """carrel.toml for this Discord; Ada is the owner."""
        return (
            f'{more}\n[discord]\nrest_url = "{self.told["rest_url"]}"\n'
            f'gateway_url = "{self.told["gateway_url"]}"\n'
            f'[people]\nowners = ["discord:{self.person("ada")}"]\n'
        )

    def furnish(self, gateway: GatewayProcess, more: str = "") -> None:
        """Point a gateway's home at this Discord."""
        gateway.home.mkdir(parents=True, exist_ok=True)
        (gateway.home / "carrel.toml").write_text(self.settings(more))
        gateway.extra["DISCORD_TOKEN"] = self.told["token"]

    def shown(self) -> list[dict[str, Any]]:
        """Every message of the bot that was ever shown, as the ledger tells it."""
        lines = (json.loads(line) for line in self.ledger.read_text().splitlines())
        return [line for line in lines if line["what"] == "shown" and line["bot"]]


@contextmanager
def discord_process(folder: Path, *channels: str, limits: bool = False) -> Iterator[DiscordProcess]:
    """Run a fake Discord for as long as the block lasts."""
    ledger = folder / "ledger.jsonl"
    named = [word for name in channels for word in ("--channel", name)]
    people = ["--person", "ada", "--person", "eve"]
    free = [] if limits else ["--no-limits"]
    command = [sys.executable, "-m", "carrel.testing.discord", "--ledger", str(ledger)]
    process = subprocess.Popen(
        [*command, *named, *people, *free], stdout=subprocess.PIPE, text=True
    )
    try:
        yield DiscordProcess(json.loads(process.stdout.readline()), ledger)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
