"""Building a world: guilds, channels, roles and people, before a bot connects or while it runs."""

from __future__ import annotations

from carrel.testing.discord.membership import join, tell_thread
from carrel.testing.discord.model import (
    TEXT,
    Application,
    Channel,
    Dispatch,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)
from carrel.testing.discord.payloads import member_json, user_json
from carrel.testing.discord.people import Person
from carrel.testing.discord.permissions import BOT, EVERYONE
from carrel.testing.discord.place_payloads import channel_json, guild_json, role_json
from carrel.testing.discord.posting import update
from carrel.testing.discord.threads import remove
from carrel.testing.discord.world import World


class Builder(World):
    """A world that tests furnish: `world.guild("home")`, `world.channel(guild, "general")`."""

    def person(self, name: str, *guilds: Guild, roles: tuple[Role, ...] = ()) -> Person:
        """A new person, a member of the guilds."""
        user = self.add_user(name)
        for guild in guilds:
            self.enter(guild, user, roles)
        return Person(self, user)

    def stranger_bot(self, name: str, *guilds: Guild) -> Person:
        """Another bot, whom tests let speak as they let people."""
        user = self.add_user(name, bot=True)
        for guild in guilds:
            self.enter(guild, user)
        return Person(self, user)

    def guild(self, name: str, *, bots: tuple[Application, ...] | None = None) -> Guild:
        """A new server with its owner and the bots; every bot there is unless told otherwise."""
        owner = self.add_user(f"{name}-owner")
        guild = Guild(self.new_id(), name, owner.id, self.now())
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE, position=0)
        self.guilds[guild.id] = guild
        self.enter(guild, owner)
        for application in self.applications.values() if bots is None else bots:
            self.invite(application, guild)
        return guild

    def invite(self, application: Application, guild: Guild, permissions: int = BOT) -> None:
        """Bring a bot into a server with a role of its own; it sees the server arrive."""
        role = Role(self.new_id(), application.name, permissions, 1, application.id)
        guild.roles[role.id] = role
        self.enter(guild, application.bot, (role,))
        only = frozenset({application.bot.id})
        self.emit(Dispatch("GUILD_CREATE", {"id": guild.id}, guild.id, only=only))

    def outage(self, guild: Guild, *, over: bool = False) -> None:
        """Let a server be unavailable, or over: come back."""
        name = "GUILD_CREATE" if over else "GUILD_DELETE"
        self.emit(Dispatch(name, {"id": guild.id, "unavailable": not over}, guild.id))

    def expel(self, application: Application, guild: Guild) -> None:
        """Take a bot out of a server."""
        guild.members.pop(application.bot.id, None)
        data = {"id": guild.id}
        self.emit(Dispatch("GUILD_DELETE", data, only=frozenset({application.bot.id})))

    def permit(self, application: Application, guild: Guild, permissions: int) -> None:
        """Set what a bot's own role may."""
        for role in guild.roles.values():
            if role.managed_by == application.id:
                role.permissions = permissions
                data = {"guild_id": guild.id, "role": role_json(role)}
                self.emit(Dispatch("GUILD_ROLE_UPDATE", data, guild.id))

    def enter(self, guild: Guild, user: User, roles: tuple[Role, ...] = ()) -> Member:
        """Make a user a member."""
        member = Member(user, self.now(), [role.id for role in roles])
        guild.members[user.id] = member
        data = member_json(member) | {"guild_id": guild.id}
        self.emit(Dispatch("GUILD_MEMBER_ADD", data, guild.id))
        return member

    def depart(self, guild: Guild, user: User) -> None:
        """Take a user out of a server."""
        del guild.members[user.id]
        data = {"guild_id": guild.id, "user": user_json(user)}
        self.emit(Dispatch("GUILD_MEMBER_REMOVE", data, guild.id))

    def role(self, guild: Guild, name: str, permissions: int = 0) -> Role:
        """A new role."""
        role = Role(self.new_id(), name, permissions, len(guild.roles))
        guild.roles[role.id] = role
        data = {"guild_id": guild.id, "role": role_json(role)}
        self.emit(Dispatch("GUILD_ROLE_CREATE", data, guild.id))
        return role

    def channel(
        self,
        guild: Guild,
        name: str,
        kind: int = TEXT,
        *,
        under: Channel | None = None,
        hidden_from: tuple[Role | User, ...] = (),
    ) -> Channel:
        """A new channel. under: its category. hidden_from: who cannot see it."""
        made = Channel(self.new_id(), kind, name, guild.id, under.id if under else None)
        made.position = len(self.channels)
        for who in hidden_from:
            made.overwrites[who.id] = Overwrite(who.id, int(isinstance(who, User)), 0, 1 << 10)
        self.channels[made.id] = made
        self._tell_channel("CHANNEL_CREATE", made)
        return made

    def overwrite(
        self, channel: Channel, who: Role | User, *, allow: int = 0, deny: int = 0
    ) -> None:
        """Allow and deny in one channel."""
        kind = int(isinstance(who, User))
        channel.overwrites[who.id] = Overwrite(who.id, kind, int(allow), int(deny))
        self._tell_channel("CHANNEL_UPDATE", channel)

    def rename(self, place: Channel | Guild, name: str) -> None:
        """Give a channel, a thread or a server another name."""
        place.name = name
        if isinstance(place, Guild):
            self.emit(Dispatch("GUILD_UPDATE", guild_json(place), place.id))
        elif place.thread:
            tell_thread(self, place, "THREAD_UPDATE")
        else:
            self._tell_channel("CHANNEL_UPDATE", place)

    def bring(self, thread: Channel, user: User) -> None:
        """Bring someone into a thread."""
        join(self, thread, user.id)

    def unfurl(self, message: Message, title: str) -> None:
        """Show a link's preview, which tells of an update though nobody edited."""
        message.embeds = [{"type": "article", "title": title}]
        update(self, message)

    def lock(self, thread: Channel, *, locked: bool = True) -> None:
        """Close a thread to whoever may not manage threads."""
        if thread.thread:
            thread.thread.locked = locked
            tell_thread(self, thread, "THREAD_UPDATE")

    def remove(self, place: Channel | Guild) -> None:
        """Delete a channel, a thread or a server."""
        if isinstance(place, Channel):
            remove(self, place)
            return
        for channel in [each for each in self.channels.values() if each.guild_id == place.id]:
            del self.channels[channel.id]
        self.emit(Dispatch("GUILD_DELETE", {"id": place.id}, place.id))
        del self.guilds[place.id]

    def _tell_channel(self, name: str, channel: Channel) -> None:
        self.emit(Dispatch(name, channel_json(self, channel), channel.guild_id, channel.id))
