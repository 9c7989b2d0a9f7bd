"""The fake Discord as a process of its own, and a gateway on it."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.discord_ledger import Ledger, Said
from bench.processes import Gateway, environment, gateway, running

PERSON = "ada"


@dataclass(frozen=True, slots=True)
class World:
    """A fake Discord that runs. channels: ids in the order in which they were asked for."""

    told: Mapping[str, Any]
    channels: tuple[str, ...]
    ledger: Ledger

    def says(self, channel: str, text: str) -> Said:
        """Let the person say what the fake model answers with `text`."""
        made = self._do("says", channel, text=f"SAY {text}")
        return Said(made["id"], channel, text)

    def types(self, channel: str) -> None:
        """Let the person be seen typing."""
        self._do("types", channel)

    def turn(self, channel: str, text: str) -> Said:
        """Say something, and wait until it is answered."""
        said = self.says(channel, text)
        self.ledger.until(lambda: self.ledger.is_answered(said))
        return said

    def _do(self, what: str, channel: str, **more: str) -> Any:
        given = {"person": self.told["people"][PERSON], "channel": channel, **more}
        url = urlsplit(self.told["control_url"])
        with closing(http.client.HTTPConnection(url.netloc, timeout=30)) as way:
            headers = {"Content-Type": "application/json"}
            way.request("POST", f"{url.path}/{what}", json.dumps(given), headers)
            answer = way.getresponse()
            told = json.load(answer)
        if answer.status != http.client.OK:
            raise RuntimeError(f"the fake Discord refused {what}: {told}")
        return told


@contextmanager
def fake_discord(folder: Path, channels: int, *options: str) -> Iterator[World]:
    """The fake that Carrel ships, without rate limits: one server, that many channels, a person."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = folder / "discord.jsonl"
    ledger.touch()
    names = [f"desk-{number}" for number in range(channels)]
    asked = [word for name in names for word in ("--channel", name)]
    module = [sys.executable, "-m", "carrel.testing.discord", "--no-limits"]
    command = [*module, "--ledger", str(ledger), "--person", PERSON, *asked, *options]
    with running(command, environment(folder)) as lines:
        told = json.loads(lines.until("control_url"))
        yield World(told, tuple(told["channels"][name] for name in names), Ledger(ledger))


@contextmanager
def connected(home: Path, api_url: str, world: World, **more: str) -> Iterator[Gateway]:
    """`carrel up` on `home`, as a bot of that Discord; its owner is the person there."""
    home.mkdir(parents=True, exist_ok=True)
    there = {name: world.told[name] for name in ("rest_url", "gateway_url")}
    lines = [f'{name} = "{url}"' for name, url in there.items()]
    owner = f"discord:{world.told['people'][PERSON]}"
    settings = ["[discord]", *lines, "[people]", f'owners = ["{owner}"]', ""]
    (home / "carrel.toml").write_text("\n".join(settings), encoding="utf-8")
    world.ledger.read()
    before = len(world.ledger.identified)
    with gateway(home, api_url, DISCORD_TOKEN=world.told["token"], **more) as running_one:
        world.ledger.until(lambda: len(world.ledger.identified) > before)
        yield running_one
