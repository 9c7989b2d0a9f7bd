"""The fake Slack as a process of its own, moved over HTTP, with its ledger as the witness."""

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
class SlackProcess:
    """Channels and people, by name; Ada is the owner."""

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

    def does(self, what: str, channel: str, **more: Any) -> Any:
        """Ada does something in a channel, or in a thread of it."""
        return self.ask(what, person=self.told["people"]["ada"], channel=channel, **more)

    def furnish(self, gateway: GatewayProcess, more: str = "") -> None:
        """Point a gateway's home at this Slack."""
        gateway.home.mkdir(parents=True, exist_ok=True)
        (gateway.home / "carrel.toml").write_text(
            f'{more}\n[slack]\nbase_url = "{self.told["base_url"]}"\n'
            f'[people]\nowners = ["slack:{self.told["people"]["ada"]}"]\n'
        )
        gateway.extra["SLACK_BOT_TOKEN"] = self.told["token"]
        gateway.extra["SLACK_APP_TOKEN"] = self.told["app_token"]


@contextmanager
def slack_process(folder: Path, *channels: str) -> Iterator[SlackProcess]:
    """Run a fake Slack for as long as the block lasts."""
    ledger = folder / "slack.jsonl"
    named = [word for name in channels for word in ("--channel", name)]
    command = [sys.executable, "-m", "carrel.testing.slack", "--ledger", str(ledger), *named]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield SlackProcess(json.loads(process.stdout.readline()), ledger)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
