"""The fake Discord as a process of its own: what people do there, and what is broken there."""

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

from bench.processes import environment, running

OWNER = "ada"


@dataclass(frozen=True, slots=True)
class Town:
    """A fake Discord that runs; `told` is what it said about itself."""

    told: Mapping[str, Any]
    ledger: Path

    def ask(self, what: str, **given: Any) -> Any:
        """Have the fake do something. RuntimeError with its reason when it cannot be done."""
        url = urlsplit(self.told["control_url"])
        with closing(http.client.HTTPConnection(url.netloc, timeout=30)) as way:
            headers = {"Content-Type": "application/json"}
            way.request("POST", f"{url.path}/{what}", json.dumps(given), headers)
            answer = way.getresponse()
            told = json.load(answer)
        if answer.status != http.client.OK:
            raise RuntimeError(f"the fake Discord refused {what}: {told}")
        return told

    def does(self, what: str, place: str, **more: Any) -> Any:
        """The owner does something in a channel."""
        return self.ask(what, person=self.told["people"][OWNER], channel=place, **more)

    def fault(self, do: str, *, on: str = "rest", **how: Any) -> None:
        """Let something go wrong."""
        self.ask("fault", on=on, do=do, **{"with": how})

    def settings(self, more: str = "") -> str:
        """carrel.toml of a gateway on this Discord; `more` comes first."""
        return (
            f'{more}\n[discord]\nrest_url = "{self.told["rest_url"]}"\n'
            f'gateway_url = "{self.told["gateway_url"]}"\n'
            f'[people]\nowners = ["discord:{self.told["people"][OWNER]}"]\n'
        )


@contextmanager
def town(folder: Path, *channels: str) -> Iterator[Town]:
    """The fake that Carrel ships, without rate limits of its own, and its ledger in `folder`."""
    ledger = folder / "discord.jsonl"
    ledger.touch()
    named = [word for name in channels for word in ("--channel", name)]
    module = [sys.executable, "-m", "carrel.testing.discord", "--no-limits"]
    command = [*module, "--ledger", str(ledger), "--person", OWNER, *named]
    with running(command, environment(folder)) as lines:
        yield Town(json.loads(lines.until("control_url")), ledger)
