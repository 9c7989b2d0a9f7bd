"""The towns there are: each chat network that has a fake on the wire."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from proofs.plan import Fault, Strikes
from proofs.town import OWNER, Town
from proofs.witness import SLACK, TELEGRAM, Tongue

POSTS = "/channels/*/messages"
Blow = tuple[str, dict[str, Any]]
"""What a fake is told to do, and how."""


class DiscordTown(Town):
    """The fake Discord."""

    name: ClassVar[str] = "discord"
    tokens: ClassVar[Mapping[str, str]] = {"DISCORD_TOKEN": "token"}
    addresses: ClassVar[Sequence[str]] = ("rest_url", "gateway_url")
    options: ClassVar[Sequence[str]] = ("--no-limits",)
    value: ClassVar[str] = "custom_id"

    def direct(self) -> str:
        """Opened by the owner."""
        person = self.told["people"][OWNER]
        return str(self.ask("writes_to", person=person, to=self.told["bot"])["channel"])

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


class MethodTown(Town):
    """A fake whose faults strike methods. `posting`: the one that sends a message."""

    posting: ClassVar[str]

    def direct(self) -> str:
        """Begun by the owner."""
        return str(self.ask("begins", person=self.told["people"][OWNER])["channel"])

    def strike(self, strike: Strikes) -> None:
        """On a method, or on what brings events."""
        for do, how in self.faults(strike):
            self.fault(do, **how)

    @classmethod
    def faults(cls, strike: Strikes) -> list[Blow]:
        """What the fake is told to do."""
        times, post = max(int(strike.amount), 1), {"method": cls.posting}
        match strike.fault:
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
                return [("slow", {**post, "seconds": strike.amount, "after_commit": True})]
            case _:
                return cls.cuts(strike.fault, times)

    @classmethod
    @abstractmethod
    def cuts(cls, fault: Fault, times: int) -> list[Blow]:
        """What it is told to do to what brings events. ValueError: it is no fault of the wire."""


class TelegramTown(MethodTown):
    """The fake Telegram: every channel is a group with topics, named after it."""

    name: ClassVar[str] = "telegram"
    tokens: ClassVar[Mapping[str, str]] = {"TELEGRAM_TOKEN": "token"}
    option: ClassVar[str] = "--group"
    value: ClassVar[str] = "data"
    tongue: ClassVar[Tongue] = TELEGRAM
    posting: ClassVar[str] = "sendMessage"

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

    def shown(self, place: str) -> list[str]:
        """Texts and captions."""
        held = self.ask("messages", channel=place)
        said = [m for m in held if m["bot"] and "reply_markup" not in m]
        return [str(m.get("text") or m.get("caption") or "") for m in said]

    @classmethod
    def cuts(cls, fault: Fault, times: int) -> list[Blow]:
        """It has no sessions: each way of cutting is one."""
        poll = {"method": "getUpdates"}
        match fault:
            case "reset" | "reconnect" | "close":
                return [("reset_polls", {})]
            case "invalid session":
                return [("rival", {"times": times})]
            case "session gone":
                return [("status", {**poll, "status": 502})]
            case "refused":
                return [("drop", {**poll, "times": times})]
            case other:
                raise ValueError(f"{other} is no fault of the wire")


class SlackTown(MethodTown):
    """The fake Slack: threads are places of their own."""

    name: ClassVar[str] = "slack"
    tokens: ClassVar[Mapping[str, str]] = {
        "SLACK_BOT_TOKEN": "token",
        "SLACK_APP_TOKEN": "app_token",
    }
    value: ClassVar[str] = "value"
    tongue: ClassVar[Tongue] = SLACK
    posting: ClassVar[str] = "chat.postMessage"

    def says(self, place: str, text: str) -> str:
        """Commands after a mention, for Slack takes a stroke for its own."""
        return str(self.does("says", place, text=text, mention=text.startswith("/"))["id"])

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

    def shown(self, place: str) -> list[str]:
        """What is read."""
        held = self.ask("messages", channel=place)
        return [str(m["read"]) for m in held if m["bot"] and not m.get("blocks")]

    @classmethod
    def cuts(cls, fault: Fault, times: int) -> list[Blow]:
        """The socket is cut, or cannot be had."""
        connect = {"method": "apps.connections.open"}
        match fault:
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
            case other:
                raise ValueError(f"{other} is no fault of the wire")


TOWNS: dict[str, type[Town]] = {one.name: one for one in (DiscordTown, TelegramTown, SlackTown)}
