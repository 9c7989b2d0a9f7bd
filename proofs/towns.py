"""The towns there are: each chat network that has a fake on the wire."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar

from proofs.plan import Strikes
from proofs.town import OWNER, Town
from proofs.witness import SLACK, TELEGRAM, Tongue

POSTS = "/channels/*/messages"
Blow = tuple[str, dict[str, Any]]
"""What a fake is told to do, and how."""


class DiscordTown(Town):
    """The fake Discord."""

    name: ClassVar[str] = "discord"
    variable: ClassVar[str] = "DISCORD_TOKEN"

    @classmethod
    def command(cls, ledger: Path, *channels: str) -> list[str]:
        """Without rate limits."""
        named = [word for name in channels for word in ("--channel", name)]
        module = [sys.executable, "-m", "carrel.testing.discord", "--no-limits"]
        return [*module, "--ledger", str(ledger), "--person", OWNER, *named]

    @property
    def table(self) -> str:
        """Where it listens."""
        return (
            f'[discord]\nrest_url = "{self.told["rest_url"]}"\n'
            f'gateway_url = "{self.told["gateway_url"]}"\n'
        )

    def direct(self) -> str:
        """Opened by the owner."""
        person = self.told["people"][OWNER]
        return str(self.ask("writes_to", person=person, to=self.told["bot"])["channel"])

    def says(self, place: str, text: str) -> str:
        """As a message."""
        return str(self.does("says", place, text=text)["id"])

    def edits(self, place: str, message: str, text: str) -> None:
        """As a message."""
        self.does("edits", place, message=message, text=text)

    def opens(self, parent: str, name: str) -> str:
        """As a thread."""
        return str(self.does("starts_thread", parent, name=name)["thread"])

    def buttons(self, place: str) -> list[tuple[str, str]]:
        """Their custom id is the command."""
        return [
            (held["id"], button["custom_id"])
            for held in self.ask("messages", channel=place)
            for row in held["components"]
            for button in row["components"]
        ]

    def press(self, place: str, message: str, command: str) -> None:
        """By its custom id."""
        self.does("presses", place, message=message, custom_id=command)

    def shown(self, place: str) -> list[str]:
        """Contents."""
        held = self.ask("messages", channel=place)
        return [m["content"] for m in held if m["author"].get("bot") and not m["components"]]

    def strike(self, strike: Strikes) -> None:
        """On REST, or on the gateway."""
        for do, on, how in discord_faults(strike):
            self.ask("fault", on=on, do=do, **{"with": how})


def discord_faults(strike: Strikes) -> list[tuple[str, str, dict[str, Any]]]:
    """What the fake Discord is told to do: its method, of REST or the gateway, and how."""
    amount, times = strike.amount, int(strike.amount)
    post: dict[str, Any] = {"method": "POST", "path": POSTS}
    created = {"name": "MESSAGE_CREATE", "times": times}
    match strike.fault:
        case "reset" | "reconnect":
            return [(strike.fault, "gateway", {})]
        case "close":
            return [("close", "gateway", {"code": times})]
        case "invalid session":
            return [("invalid_session", "gateway", {"resumable": times > 1})]
        case "session gone":
            return [("forget_sessions", "gateway", {}), ("reset", "gateway", {})]
        case "refused":
            return [("refuse", "gateway", {"times": times}), ("reset", "gateway", {})]
        case "event twice":
            return [("double", "gateway", created)]
        case "event malformed":
            return [("malform", "gateway", created)]
        case "limited":
            return [("rate_limit", "rest", {**post, "retry_after": amount})]
        case "error before" | "error after":
            after = strike.fault == "error after"
            return [("rest", "rest", {**post, "status": 502, "after_commit": after})]
        case "dropped before":
            return [("drop", "rest", {**post, "times": times})]
        case "dropped after":
            return [("drop_after_commit", "rest", {**post, "times": times})]
        case "slow answer":
            return [("slow", "rest", {**post, "seconds": amount, "after_commit": True})]
        case other:
            raise ValueError(f"{other} is no fault of the wire")


class TelegramTown(Town):
    """The fake Telegram: every channel is a group with topics, named after it."""

    name: ClassVar[str] = "telegram"
    variable: ClassVar[str] = "TELEGRAM_TOKEN"
    tongue: ClassVar[Tongue] = TELEGRAM

    @classmethod
    def command(cls, ledger: Path, *channels: str) -> list[str]:
        """It has no limits of its own."""
        named = [word for name in channels for word in ("--group", name)]
        module = [sys.executable, "-m", "carrel.testing.telegram"]
        return [*module, "--ledger", str(ledger), "--person", OWNER, *named]

    @property
    def table(self) -> str:
        """Where it listens."""
        return f'[telegram]\nbase_url = "{self.told["base_url"]}"\n'

    def direct(self) -> str:
        """Begun by the owner."""
        return str(self.ask("begins", person=self.told["people"][OWNER])["channel"])

    def says(self, place: str, text: str) -> str:
        """As a message."""
        return str(self.does("says", place, text=text)["id"])

    def edits(self, place: str, message: str, text: str) -> None:
        """As a message."""
        self.does("edits", place, message=message, text=text)

    def opens(self, parent: str, name: str) -> str:
        """As a topic."""
        return str(self.does("opens_topic", parent, name=name)["channel"])

    def buttons(self, place: str) -> list[tuple[str, str]]:
        """Their data is the command."""
        return [
            (held["name"], button["callback_data"])
            for held in self.ask("messages", channel=place)
            for row in held.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
        ]

    def press(self, place: str, message: str, command: str) -> None:
        """By its data."""
        self.does("presses", place, message=message, data=command)

    def shown(self, place: str) -> list[str]:
        """Texts and captions."""
        held = self.ask("messages", channel=place)
        said = [m for m in held if m["bot"] and "reply_markup" not in m]
        return [str(m.get("text") or m.get("caption") or "") for m in said]

    def strike(self, strike: Strikes) -> None:
        """On a method, or on the updates."""
        for do, how in telegram_faults(strike):
            self.fault(do, **how)


def telegram_faults(strike: Strikes) -> list[Blow]:
    """What the fake Telegram is told to do. It has no sessions: each way of cutting is one."""
    amount, times = strike.amount, max(int(strike.amount), 1)
    post, poll = {"method": "sendMessage"}, {"method": "getUpdates"}
    match strike.fault:
        case "reset" | "reconnect" | "close":
            return [("reset_polls", {})]
        case "invalid session":
            return [("rival", {"times": times})]
        case "session gone":
            return [("status", {**poll, "status": 502})]
        case "refused":
            return [("drop", {**poll, "times": times})]
        case "event twice":
            return [("double", {"times": times})]
        case "event malformed":
            return [("malform", {})]
        case "limited":
            return [("rate_limit", {**post, "seconds": 1})]
        case "error before" | "error after":
            after = strike.fault == "error after"
            return [("status", {**post, "status": 502, "after_commit": after})]
        case "dropped before":
            return [("drop", {**post, "times": times})]
        case "dropped after":
            return [("drop_after_commit", {**post, "times": times})]
        case "slow answer":
            return [("slow", {**post, "seconds": amount, "after_commit": True})]
        case other:
            raise ValueError(f"{other} is no fault of the wire")


class SlackTown(Town):
    """The fake Slack: threads are places of their own."""

    name: ClassVar[str] = "slack"
    variable: ClassVar[str] = "SLACK_BOT_TOKEN"
    tongue: ClassVar[Tongue] = SLACK

    @classmethod
    def command(cls, ledger: Path, *channels: str) -> list[str]:
        """It has no limits of its own."""
        named = [word for name in channels for word in ("--channel", name)]
        module = [sys.executable, "-m", "carrel.testing.slack"]
        return [*module, "--ledger", str(ledger), "--person", OWNER, *named]

    @property
    def table(self) -> str:
        """Where it listens."""
        return f'[slack]\nbase_url = "{self.told["base_url"]}"\n'

    @property
    def secrets(self) -> dict[str, str]:
        """The app has a token too."""
        return {**super().secrets, "SLACK_APP_TOKEN": str(self.told["app_token"])}

    def direct(self) -> str:
        """Opened by the owner."""
        return str(self.ask("begins", person=self.told["people"][OWNER])["channel"])

    def says(self, place: str, text: str) -> str:
        """As a message; commands after a mention, for Slack takes a stroke for its own."""
        return str(self.does("says", place, text=text, mention=text.startswith("/"))["id"])

    def edits(self, place: str, message: str, text: str) -> None:
        """As a message."""
        self.does("edits", place, message=message, text=text)

    def opens(self, parent: str, name: str) -> str:
        """As a thread below a remark of Slack's, which the bot does not hear."""
        said = str(self.does("sets_topic", parent, topic=name)["id"])
        return f"{parent}:{said.partition('.')[2]}"

    def buttons(self, place: str) -> list[tuple[str, str]]:
        """Their value is the command."""
        return [
            (held["name"], button["value"])
            for held in self.ask("messages", channel=place)
            for block in held.get("blocks", ())
            for button in block.get("elements", ())
        ]

    def press(self, place: str, message: str, command: str) -> None:
        """By its value."""
        self.does("presses", place, message=message, value=command)

    def shown(self, place: str) -> list[str]:
        """What is read."""
        held = self.ask("messages", channel=place)
        return [str(m["read"]) for m in held if m["bot"] and not m.get("blocks")]

    def strike(self, strike: Strikes) -> None:
        """On a method, or on the socket."""
        for do, how in slack_faults(strike):
            self.fault(do, **how)


def slack_faults(strike: Strikes) -> list[Blow]:
    """What the fake Slack is told to do."""
    amount, times = strike.amount, max(int(strike.amount), 1)
    post, connect = {"method": "chat.postMessage"}, {"method": "apps.connections.open"}
    match strike.fault:
        case "reset" | "close":
            return [("cut", {})]
        case "reconnect":
            return [("disconnect", {})]
        case "invalid session":
            return [("mute", {"times": times})]
        case "session gone":
            return [("status", {**connect, "status": 502}), ("cut", {})]
        case "refused":
            return [("drop", {**connect, "times": times}), ("cut", {})]
        case "event twice":
            return [("double", {"times": times})]
        case "event malformed":
            return [("malform", {})]
        case "limited":
            return [("rate_limit", {**post, "seconds": 1})]
        case "error before" | "error after":
            after = strike.fault == "error after"
            return [("status", {**post, "status": 502, "after_commit": after})]
        case "dropped before":
            return [("drop", {**post, "times": times})]
        case "dropped after":
            return [("drop_after_commit", {**post, "times": times})]
        case "slow answer":
            return [("slow", {**post, "seconds": amount, "after_commit": True})]
        case other:
            raise ValueError(f"{other} is no fault of the wire")


TOWNS: dict[str, type[Town]] = {one.name: one for one in (DiscordTown, TelegramTown, SlackTown)}
