"""The fake Discord as a process of its own."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.acceptance.fake_process import FakeProcess


class DiscordProcess(FakeProcess):
    """One server with channels and people, by name."""

    name = "discord"
    addresses = ("rest_url", "gateway_url")
    tokens = (("DISCORD_TOKEN", "token"),)

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

    def shown(self) -> list[dict[str, Any]]:
        """Every message of the bot that was ever shown, as the ledger tells it."""
        lines = (json.loads(line) for line in self.ledger.read_text().splitlines())
        return [line for line in lines if line["what"] == "shown" and line["bot"]]


def discord_process(
    folder: Path, *channels: str, limits: bool = False
) -> AbstractContextManager[DiscordProcess]:
    """Run a fake Discord with Ada and Eve for as long as the block lasts."""
    free = () if limits else ("--no-limits",)
    return DiscordProcess.run(folder, *channels, more=("--person", "ada", "--person", "eve", *free))
