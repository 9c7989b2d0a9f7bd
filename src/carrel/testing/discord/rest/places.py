"""The bot itself, users, guilds and channels."""

from __future__ import annotations

from carrel.testing.discord import posting
from carrel.testing.discord.limits import limited
from carrel.testing.discord.membership import set_archived, tell_thread
from carrel.testing.discord.model import (
    DIRECT,
    TEXT,
    Channel,
    Dispatch,
    Json,
)
from carrel.testing.discord.payloads import member_json, user_json
from carrel.testing.discord.permissions import Permission, in_guild
from carrel.testing.discord.place_payloads import (
    application_json,
    channel_json,
    guild_json,
    role_json,
)
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok
from carrel.testing.discord.threads import remove

MAX_NAME, MAX_TOPIC = 100, 1024
RENAMES, RENAME_WINDOW_S = 2, 600.0


def me(call: Call) -> Answer:
    """The bot's own user."""
    own = {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}
    return ok(user_json(call.bot) | own)


def user(call: Call) -> Answer:
    """Any user."""
    if call.path["user"] not in call.world.users:
        raise ApiError.unknown("User")
    return ok(user_json(call.world.users[call.path["user"]]))


def my_guilds(call: Call) -> Answer:
    """The guilds that the bot is in."""
    held = [each for each in call.world.guilds.values() if call.bot.id in each.members]
    held.sort(key=lambda guild: int(guild.id))
    after = int(call.query.get("after", 0))
    page = [guild for guild in held if int(guild.id) > after]
    return ok(
        [
            {
                "id": guild.id,
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner_id == call.bot.id,
                "permissions": str(int(in_guild(guild, guild.members[call.bot.id]))),
                "features": [],
            }
            for guild in page[: call.number("limit", 200, 1, 200)]
        ]
    )


def open_direct(call: Call) -> Answer:
    """The direct conversation with a user."""
    other = call.world.users.get(str(call.form.get("recipient_id")))
    if other is None:
        raise ApiError.unknown("User")
    if other is call.bot:
        raise ApiError(400, 50007, "Cannot send messages to this user")
    channel = posting.direct(call.world, call.bot, other)
    return ok(channel_json(call.world, channel, call.bot))


def application(call: Call) -> Answer:
    """The bot's application."""
    return ok(application_json(call.world, call.application))


def guild(call: Call) -> Answer:
    """A guild."""
    found = call.guild
    counts: Json = {"approximate_member_count": len(found.members)}
    counts["approximate_presence_count"] = len(found.members)
    return ok(guild_json(found) | (counts if call.asks("with_counts") else {}))


def guild_channels(call: Call) -> Answer:
    """The channels of a guild, without its threads."""
    held = [each for each in call.world.channels.values() if each.guild_id == call.guild.id]
    return ok([channel_json(call.world, each) for each in held if not each.thread])


def make_channel(call: Call) -> Answer:
    """Make a channel in a guild."""
    found = call.guild
    if not in_guild(found, found.members[call.bot.id]) & Permission.MANAGE_CHANNELS:
        raise ApiError.no_permission()
    body = call.form
    made = Channel(call.world.new_id(), int(body.get("type") or TEXT), guild_id=found.id)
    made.name, made.parent_id = _named(body), _id(body.get("parent_id"))
    made.topic = body.get("topic")
    call.world.channels[made.id] = made
    told = channel_json(call.world, made)
    call.world.emit(Dispatch("CHANNEL_CREATE", told, found.id, made.id))
    return Answer(201, told)


def _id(given: object) -> str | None:
    # Libraries write ids as numbers too.
    return None if given is None else str(given)


def _named(body: Json) -> str:
    name = str(body.get("name") or "")
    if not 1 <= len(name) <= MAX_NAME:
        told = "Must be between 1 and 100 in length."
        raise ApiError.invalid("name", "BASE_TYPE_BAD_LENGTH", told)
    return name


def roles(call: Call) -> Answer:
    """The roles of a guild."""
    return ok([role_json(role) for role in call.guild.roles.values()])


def members(call: Call) -> Answer:
    """Members by id; it takes the privileged intent."""
    if not call.application.privileged & 1 << 1:
        raise ApiError.no_access()
    after = int(call.query.get("after", 0))
    held = sorted(call.guild.members.values(), key=lambda member: int(member.user.id))
    page = [each for each in held if int(each.user.id) > after]
    return ok([member_json(each) for each in page[: call.number("limit", 1, 1, 1000)]])


def search_members(call: Call) -> Answer:
    """Members whose name begins with the query."""
    wanted = call.query.get("query", "").lower()
    held = [each for each in call.guild.members.values() if each.user.name.startswith(wanted)]
    return ok([member_json(each) for each in held[: call.number("limit", 1, 1, 1000)]])


def rename_me(call: Call) -> Answer:
    """Change the bot's own nickname."""
    found = call.guild.members[call.bot.id]
    found.nick = call.form.get("nick") or None
    data = member_json(found) | {"guild_id": call.guild.id}
    call.world.emit(Dispatch("GUILD_MEMBER_UPDATE", data, call.guild.id))
    return ok(member_json(found))


def member(call: Call) -> Answer:
    """One member."""
    if call.path["user"] not in call.guild.members:
        raise ApiError.unknown("Member")
    return ok(member_json(call.guild.members[call.path["user"]]))


def leave_guild(call: Call) -> Answer:
    """Leave a guild."""
    found = call.guild
    del found.members[call.bot.id]
    only = frozenset({call.bot.id})
    call.world.emit(Dispatch("GUILD_DELETE", {"id": found.id}, only=only))
    return done()


def channel(call: Call) -> Answer:
    """A channel or thread."""
    return ok(channel_json(call.world, call.channel(), call.bot))


def change_channel(call: Call) -> Answer:
    """Change a channel or thread; a thread's third rename in ten minutes is held."""
    found = call.channel()
    if found.kind == DIRECT:
        raise ApiError(400, 50003, "Cannot execute action on a DM channel")
    if found.thread:
        return _change_thread(call, found)
    call.channel(Permission.MANAGE_CHANNELS)
    body = call.form
    found.name = _named(body) if "name" in body else found.name
    found.topic = body.get("topic", found.topic)
    found.parent_id = _id(body.get("parent_id", found.parent_id))
    told = channel_json(call.world, found)
    call.world.emit(Dispatch("CHANNEL_UPDATE", told, found.guild_id, found.id))
    return ok(told)


def _change_thread(call: Call, thread: Channel) -> Answer:
    body, state = call.form, thread.thread
    if state is None:
        raise ApiError.unknown("Channel")
    _check_may_change(call, thread, body)
    if "name" in body and _named(body) != thread.name:
        held = [at for at in state.renamed if call.world.now() - at < RENAME_WINDOW_S]
        if len(held) >= RENAMES:
            return _held(RENAME_WINDOW_S - (call.world.now() - held[0]))
        state.renamed, thread.name = [*held, call.world.now()], _named(body)
    state.auto_archive = int(body.get("auto_archive_duration") or state.auto_archive)
    state.locked = bool(body.get("locked", state.locked))
    state.invitable = bool(body.get("invitable", state.invitable))
    state.applied_tags = [str(tag) for tag in body.get("applied_tags", state.applied_tags)]
    if bool(body.get("archived", state.archived)) != state.archived:
        set_archived(call.world, thread, archived=bool(body["archived"]))
    else:
        tell_thread(call.world, thread, "THREAD_UPDATE")
    return ok(channel_json(call.world, thread, call.bot))


def _check_may_change(call: Call, thread: Channel, body: Json) -> None:
    state = thread.thread
    if state is None:
        return
    managing = call.world.may(thread, call.bot, Permission.MANAGE_THREADS)
    waking = set(body) <= {"archived"} and not body.get("archived")
    if state.archived and not managing and body.get("archived", True):
        raise ApiError(400, 50083, "Thread is archived")
    own = state.owner_id == call.bot.id
    if not (managing or own or waking) or ("locked" in body and not managing):
        raise ApiError.no_permission()
    if state.locked and not managing:
        raise ApiError.no_permission()


def _held(seconds: float) -> Answer:
    wait = round(seconds, 3)
    headers = {"Retry-After": str(wait), "X-RateLimit-Scope": "shared", "Via": "1.1 google"}
    return Answer(429, limited(wait), headers)


def delete_channel(call: Call) -> Answer:
    """Delete a channel or thread."""
    found = call.channel()
    if found.kind == DIRECT:
        return ok(channel_json(call.world, found, call.bot))
    call.channel(Permission.MANAGE_THREADS if found.thread else Permission.MANAGE_CHANNELS)
    told = channel_json(call.world, found)
    remove(call.world, found)
    return ok(told)


ROUTES = (
    Route("GET", "/users/@me", me),
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild}", leave_guild),
    Route("POST", "/users/@me/channels", open_direct),
    Route("GET", "/users/{user}", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/guilds/{guild}", guild),
    Route("GET", "/guilds/{guild}/channels", guild_channels),
    Route("POST", "/guilds/{guild}/channels", make_channel),
    Route("GET", "/guilds/{guild}/roles", roles),
    Route("GET", "/guilds/{guild}/members", members),
    Route("GET", "/guilds/{guild}/members/search", search_members),
    Route("PATCH", "/guilds/{guild}/members/@me", rename_me),
    Route("GET", "/guilds/{guild}/members/{user}", member),
    Route("GET", "/channels/{channel}", channel),
    Route("PATCH", "/channels/{channel}", change_channel),
    Route("DELETE", "/channels/{channel}", delete_channel),
)
