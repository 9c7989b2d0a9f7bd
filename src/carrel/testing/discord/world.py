"""Everything that exists in the fake: the one place that holds and finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from carrel.runtime.clock import SystemClock
from carrel.testing.discord.ledger import Ledger
from carrel.testing.discord.model import (
    PRIVATE_THREAD,
    THREADS,
    Application,
    Attachment,
    Channel,
    Dispatch,
    Guild,
    Interaction,
    Member,
    Message,
    User,
    Webhook,
)
from carrel.testing.discord.permissions import IN_DIRECT, Permission, in_channel
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.snowflakes import Snowflakes
from carrel.testing.discord.tokens import bot_token, link_signature

LINK_LIFE_S = 24 * 3600
ALL_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


class World:
    """Guilds, channels, people and bots, by id.

    now: Unix time in seconds. `skipped` is added to it, see `FakeDiscord.advance`. url: where
    links to files point, set by the server. ledger: a file for the
    ledger's lines.
    """

    def __init__(self, now: Callable[[], float] | None = None, ledger: Path | None = None) -> None:
        self._clock = now or SystemClock().now
        self.skipped = 0.0
        self.url = "http://127.0.0.1"
        self.link_generation = 0
        self.token_generation = 0
        self.ledger = Ledger(self.now, ledger)
        self.new_id = Snowflakes(self.now)
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.applications: dict[str, Application] = {}
        self.interactions: dict[str, Interaction] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.hidden: dict[str, Message] = {}
        self._listeners: list[Callable[[Dispatch], None]] = []

    def now(self) -> float:
        """Unix time in seconds, as the fake sees it."""
        return self._clock() + self.skipped

    def listen(self, heard: Callable[[Dispatch], None]) -> None:
        """Call `heard` for every event."""
        self._listeners.append(heard)

    def emit(self, event: Dispatch) -> None:
        """Tell the gateway."""
        for heard in self._listeners:
            heard(event)

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """Make a user."""
        user = User(self.new_id(), name, bot, name.title())
        self.users[user.id] = user
        return user

    def add_application(self, name: str, privileged: int = ALL_PRIVILEGED) -> Application:
        """Make a bot. privileged: the privileged intents that its portal page allows."""
        bot, owner = self.add_user(name, bot=True), self.add_user(f"{name}-owner")
        application = Application(
            bot.id, name, bot_token(bot.id), bot, owner, privileged, commands={}
        )
        self.applications[application.token] = application
        return application

    def renew_token(self, application: Application) -> str:
        """Give a bot another token; the old one is nobody's any more."""
        del self.applications[application.token]
        self.token_generation += 1
        application.token = bot_token(application.bot.id, self.token_generation)
        self.applications[application.token] = application
        return application.token

    def application(self, application_id: str) -> Application | None:
        """The application with an id."""
        found = (app for app in self.applications.values() if app.id == application_id)
        return next(found, None)

    def find_channel(self, channel_id: str) -> Channel:
        """The channel or thread; ApiError 10003."""
        if channel_id not in self.channels:
            raise ApiError.unknown("Channel")
        return self.channels[channel_id]

    def find_guild(self, guild_id: str) -> Guild:
        """The guild; ApiError 10004."""
        if guild_id not in self.guilds:
            raise ApiError.unknown("Guild")
        return self.guilds[guild_id]

    def find_message(self, channel: Channel, message_id: str) -> Message:
        """The message; ApiError 10008."""
        if message_id not in channel.messages:
            raise ApiError.unknown("Message")
        return channel.messages[message_id]

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild of a channel; none for a direct conversation."""
        return self.guilds.get(channel.guild_id or "")

    def member_of(self, channel: Channel, user: User) -> Member | None:
        """The user as a member of the channel's guild."""
        guild = self.guild_of(channel)
        return guild.members.get(user.id) if guild else None

    def parent_of(self, channel: Channel) -> Channel | None:
        """The category of a channel, or the channel of a thread."""
        return self.channels.get(channel.parent_id or "")

    def threads(self, guild_id: str | None = None, parent_id: str | None = None) -> list[Channel]:
        """The threads of a guild, or of one channel of it, oldest first."""
        return [
            channel
            for channel in self.channels.values()
            if channel.kind in THREADS
            and guild_id in (None, channel.guild_id)
            and parent_id in (None, channel.parent_id)
        ]

    def permissions(self, channel: Channel, user: User) -> int:
        """What a user may in a channel or thread; 0 for whoever is not in it."""
        guild = self.guild_of(channel)
        if guild is None:
            return int(IN_DIRECT) if user in channel.recipients else 0
        member = guild.members.get(user.id)
        if member is None:
            return 0
        if not channel.thread:
            return in_channel(guild, member, channel)
        held = in_channel(guild, member, self.parent_of(channel) or channel)
        outside = channel.kind == PRIVATE_THREAD and user.id not in channel.thread.members
        return 0 if outside and not held & Permission.MANAGE_THREADS else held

    def may(self, channel: Channel, user: User, needed: int) -> bool:
        """Whether a user has every permission of `needed`."""
        return self.permissions(channel, user) & needed == needed

    def link(self, channel_id: str, file: Attachment) -> str:
        """A fresh link to a file; it expires after a day or with the next generation."""
        path = f"/attachments/{channel_id}/{file.id}/{quote(file.filename)}"
        expires = f"{int(self.now()) + LINK_LIFE_S:x}"
        signature = link_signature(path, expires, self.link_generation)
        return f"{self.url}/cdn{path}?ex={expires}&is={int(self.now()):x}&hm={signature}"

    def files(self) -> Iterator[tuple[str, Attachment]]:
        """Every file with its channel's id, hidden messages included."""
        held = [
            message for channel in self.channels.values() for message in channel.messages.values()
        ]
        for message in [*held, *self.hidden.values()]:
            yield from ((message.channel_id, file) for file in message.attachments)
