"""The workspace: who and what is there, and what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carrel.runtime.clock import SystemClock
from carrel.testing.slack.ledger import Ledger
from carrel.testing.slack.model import SCOPES, Channel, File, Interaction, Json, Message, User
from carrel.testing.slack.payloads import message_json
from carrel.testing.slack.problems import ApiError
from carrel.testing.slack.sockets import Sockets

TEAM = "T0CARREL"


class World:
    """One workspace with one app. now: Unix time. origin: the fake's address, once it has one."""

    def __init__(self, now: Callable[[], float] | None, ledger: Path | None) -> None:
        self._now = now or SystemClock().now
        self.skipped = 0.0
        self.origin = ""
        self.team, self.bot_id, self.app_id = TEAM, "B0CARREL", "A0CARREL"
        self.ledger = Ledger(self.now, ledger)
        self.sockets = Sockets(self.ledger)
        self.bot = User("U0CARREL", "carrel", TEAM, is_bot=True)
        self.scopes = set(SCOPES)
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.interactions: dict[str, Interaction] = {}
        self._counters: dict[str, int] = {}
        self._last = 0

    def now(self) -> float:
        """Unix time, with what was skipped."""
        return self._now() + self.skipped

    def number(self, kind: str) -> int:
        """The next number of a kind."""
        self._counters[kind] = self._counters.get(kind, 0) + 1
        return self._counters[kind]

    def stamp(self) -> str:
        """A stamp that no other message has, later than all before it."""
        self._last = max(int(self.now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def add_user(self, name: str, team: str = TEAM) -> User:
        """Somebody new, or who is there."""
        known = next((one for one in self.users.values() if one.name == name), None)
        if known is not None:
            return known
        user = User(f"U0{self.number('user'):06d}", name, team)
        self.users[user.id] = user
        return user

    def channel(
        self, name: str, *members: User, bot: bool = True, private: bool = False
    ) -> Channel:
        """A channel, with the bot in it."""
        channel = Channel(f"C0{self.number('channel'):06d}", name, [*members], private=private)
        if bot:
            channel.members.append(self.bot)
        self.channels[channel.id] = channel
        return channel

    def direct(self, person: User) -> Channel:
        """Where one person and the bot speak alone."""
        name = f"D{person.id[1:]}"
        if name not in self.channels:
            self.channels[name] = Channel(name, "", [person, self.bot], direct=True)
        return self.channels[name]

    def there(self, channel: str) -> Channel:
        """A channel that the bot can see. Raises ApiError."""
        found = self.channels.get(channel)
        hidden = found is None or found.deleted or (found.private and self.bot not in found.members)
        if found is None or hidden:
            raise ApiError("channel_not_found")
        return found

    def say(self, message: Message) -> Message:
        """It stands there; the bot hears of it where it is a member."""
        message.channel.messages[message.ts] = message
        self.ledger.add_message("shown", message)
        self.tell(message)
        return message

    def whisper(self, message: Message) -> None:
        """One person sees it."""
        message.channel.whispers.append(message)
        self.ledger.add_message("shown", message)

    def tell(self, message: Message, **more: object) -> None:
        """Give the app an event about a message."""
        channel = message.channel
        if self.bot not in channel.members:
            return
        kind = "im" if channel.direct else "group" if channel.private else "channel"
        event = {**message_json(self, message), "channel": channel.id, "channel_type": kind, **more}
        event["event_ts"] = message.ts
        self.event(event)
        if f"<@{self.bot.id}>" in message.text and not more:
            self.event({**event, "type": "app_mention"})

    def event(self, event: Json) -> None:
        """Give the app an event."""
        payload = {
            "token": "fake",
            "team_id": self.team,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{self.number('event'):08d}",
            "event_time": int(self.now()),
        }
        self.sockets.give("events_api", payload)

    def edit(self, message: Message, text: str) -> None:
        """Its text, or what is below it, has changed."""
        before = message_json(self, message)
        message.text, message.edited = text, self.stamp()
        self.ledger.add_message("edited", message)
        now = message_json(self, message)
        self._changed(message, "message_changed", message=now, previous_message=before)

    def unfurl(self, message: Message) -> None:
        """A link in it got a preview; nobody has edited it."""
        told = message_json(self, message)
        now = {**told, "attachments": [{"from_url": "https://example.org"}]}
        self._changed(message, "message_changed", message=now, previous_message=told)

    def delete(self, message: Message) -> None:
        """It is gone."""
        before = message_json(self, message)
        del message.channel.messages[message.ts]
        self.ledger.add_message("deleted", message)
        stamp = message.ts
        self._changed(message, "message_deleted", deleted_ts=stamp, previous_message=before)

    def _changed(self, changed: Message, subtype: str, **more: object) -> None:
        if self.bot in changed.channel.members:
            self.event(
                {
                    "type": "message",
                    "subtype": subtype,
                    "hidden": True,
                    "channel": changed.channel.id,
                    "ts": self.stamp(),
                    **more,
                }
            )

    def react(self, message: Message, user: User, name: str) -> None:
        """Put a sign on a message."""
        users = message.reactions.setdefault(name, set())
        if user.id in users:
            raise ApiError("already_reacted")
        users.add(user.id)
        self.ledger.add("reacted", message=message.name, user=user.id, emoji=name)

    def unreact(self, message: Message, user: User, name: str) -> None:
        """Take a sign away."""
        users = message.reactions.get(name, set())
        if user.id not in users:
            raise ApiError("no_reaction")
        users.remove(user.id)
        if not users:
            del message.reactions[name]
        self.ledger.add("unreacted", message=message.name, user=user.id, emoji=name)

    def interact(self, kind: str, payload: Json) -> Interaction:
        """Give the app a press, a form or a slash command; it is given once."""
        name = f"{self.number('trigger')}.{int(self.now())}.abc"
        made = Interaction(name, kind, {**payload, "trigger_id": name}, self.now())
        self.interactions[name] = made
        self.ledger.add("pressed", interaction=name, kind=kind)

        def acked(answer: Json | None) -> None:
            late = self.now() - made.at > 3.0  # noqa: PLR2004 - seconds, as Slack has them
            if late:
                made.failed = "operation_timeout"
            else:
                made.ack = answer or {}
            self.ledger.add("answered", interaction=name, late=late)

        if not self.sockets.give(kind, made.payload, acked):
            made.failed = "dispatch_failed"
        return made
