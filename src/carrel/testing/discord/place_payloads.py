"""The world as Discord writes it: guilds, roles, channels and threads."""

from __future__ import annotations

from carrel.testing.discord.model import (
    CATEGORY,
    DIRECT,
    FORUM,
    Application,
    Channel,
    Guild,
    Json,
    Role,
    ThreadState,
    User,
)
from carrel.testing.discord.payloads import member_json, user_json
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.snowflakes import iso
from carrel.testing.discord.world import World

MESSAGE_CONTENT_LIMITED, MEMBERS_LIMITED, PRESENCE_LIMITED = 1 << 19, 1 << 15, 1 << 13


def role_json(role: Role) -> Json:
    """A role."""
    plain: Json = {
        "id": role.id,
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed_by is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return plain | ({"tags": {"bot_id": role.managed_by}} if role.managed_by else {})


def channel_json(world: World, channel: Channel, viewer: User | None = None) -> Json:
    """A channel of any kind. viewer: whose direct conversation or thread membership it is."""
    if channel.thread:
        return _thread_json(channel, channel.thread, viewer)
    if channel.kind == DIRECT:
        return _direct_json(channel, viewer)
    plain: Json = {
        "id": channel.id,
        "type": channel.kind,
        "flags": 0,
        "guild_id": channel.guild_id,
        "name": channel.name,
        "position": channel.position,
        "parent_id": channel.parent_id if channel.parent_id in world.channels else None,
        "permission_overwrites": _overwrites(channel),
        "nsfw": channel.nsfw,
    }
    return plain if channel.kind == CATEGORY else plain | _for_text(channel)


def _for_text(channel: Channel) -> Json:
    plain: Json = {
        "topic": channel.topic,
        "last_message_id": channel.newest,
        "rate_limit_per_user": channel.slow_mode,
        "default_auto_archive_duration": 1440,
    }
    if channel.kind == FORUM:
        plain |= {"available_tags": channel.tags, "default_reaction_emoji": None}
        plain |= {"default_sort_order": None, "default_forum_layout": 0}
    return plain


def _overwrites(channel: Channel) -> list[Json]:
    return [
        {
            "id": each.id,
            "type": each.kind,
            "allow": str(int(each.allow)),
            "deny": str(int(each.deny)),
        }
        for each in channel.overwrites.values()
    ]


def _direct_json(channel: Channel, viewer: User | None) -> Json:
    others = [user for user in channel.recipients if user is not viewer]
    return {
        "id": channel.id,
        "type": channel.kind,
        "flags": 0,
        "last_message_id": channel.newest,
        "recipients": [user_json(user) for user in others],
    }


def _thread_json(channel: Channel, thread: ThreadState, viewer: User | None) -> Json:
    plain: Json = {
        "id": channel.id,
        "type": channel.kind,
        "flags": 0,
        "guild_id": channel.guild_id,
        "parent_id": channel.parent_id,
        "name": channel.name,
        "owner_id": thread.owner_id,
        "last_message_id": channel.newest,
        "rate_limit_per_user": channel.slow_mode,
        "message_count": thread.sent,
        "total_message_sent": thread.sent,
        "member_count": min(len(thread.members), 50),
        "thread_metadata": _metadata(thread),
    }
    if thread.applied_tags:
        plain["applied_tags"] = list(thread.applied_tags)
    if viewer and viewer.id in thread.members:
        plain["member"] = thread_member_json(channel, viewer.id)
    return plain


def _metadata(thread: ThreadState) -> Json:
    return {
        "archived": thread.archived,
        "archive_timestamp": iso(thread.archived_at),
        "auto_archive_duration": thread.auto_archive,
        "locked": thread.locked,
        "invitable": thread.invitable,
        "create_timestamp": iso(thread.created_at),
    }


def thread_member_json(channel: Channel, user_id: str) -> Json:
    """One user's membership of a thread."""
    joined = channel.thread.members[user_id] if channel.thread else 0.0
    return {"id": channel.id, "user_id": user_id, "join_timestamp": iso(joined), "flags": 0}


def guild_json(guild: Guild) -> Json:
    """A guild with its roles."""
    unset = (
        "icon description home_header splash discovery_splash banner application_id "
        "afk_channel_id system_channel_id widget_channel_id max_presences vanity_url_code "
        "rules_channel_id safety_alerts_channel_id public_updates_channel_id incidents_data"
    )
    zero = (
        "system_channel_flags verification_level default_message_notifications mfa_level "
        "explicit_content_filter premium_tier premium_subscription_count nsfw_level"
    )
    return {
        **dict.fromkeys(unset.split()),
        **dict.fromkeys(zero.split(), 0),
        **{name: [] for name in ("features", "emojis", "stickers")},
        **dict.fromkeys(("widget_enabled", "premium_progress_bar_enabled", "nsfw"), False),
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "region": "us-west",
        "afk_timeout": 300,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "roles": [role_json(role) for role in guild.roles.values()],
    }


def guild_event_json(world: World, guild: Guild, viewer: User, *, all_members: bool) -> Json:
    """GUILD_CREATE: a guild with its channels, threads and members."""
    members = guild.members.values() if all_members else [guild.members[viewer.id]]
    places = [channel for channel in world.channels.values() if channel.guild_id == guild.id]
    empty = "voice_states presences stage_instances guild_scheduled_events soundboard_sounds"
    return guild_json(guild) | {
        **{name: [] for name in empty.split()},
        "joined_at": iso(guild.members[viewer.id].joined_at),
        "large": False,
        "member_count": len(guild.members),
        "members": [member_json(member) for member in members],
        "channels": [channel_json(world, each) for each in places if not each.thread],
        "threads": [
            channel_json(world, each, viewer)
            for each in places
            if each.thread
            and not each.thread.archived
            and world.may(each, viewer, Permission.VIEW_CHANNEL)
        ],
    }


def application_json(world: World, application: Application) -> Json:
    """The bot's application, as it sees itself."""
    flags = sum(
        flag
        for intent, flag in (
            (1 << 1, MEMBERS_LIMITED),
            (1 << 8, PRESENCE_LIMITED),
            (1 << 15, MESSAGE_CONTENT_LIMITED),
        )
        if application.privileged & intent
    )
    guilds = [g for g in world.guilds.values() if application.bot.id in g.members]
    return {
        **dict.fromkeys(("icon", "type", "team", "interactions_endpoint_url")),
        "role_connections_verification_url": None,
        "id": application.id,
        "name": application.name,
        "description": "",
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "owner": user_json(application.owner),
        "approximate_guild_count": len(guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "bot_public": True,
        "bot_require_code_grant": False,
    }
