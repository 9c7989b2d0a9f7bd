"""Threads over REST: made, listed, joined."""

from __future__ import annotations

from carrel.testing.discord import posting
from carrel.testing.discord.membership import join, leave
from carrel.testing.discord.model import FORUM, PRIVATE_THREAD, Channel, Json, Message
from carrel.testing.discord.payloads import member_json, message_json
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.place_payloads import channel_json, thread_member_json
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest.call import Answer, Call, Route, done, ok
from carrel.testing.discord.rest.drafts import Context, draft_of
from carrel.testing.discord.threads import ThreadPlan, make_thread

DURATIONS = frozenset({60, 1440, 4320, 10080})


def _plan(body: Json, kind: int = 11, starter: Message | None = None) -> ThreadPlan:
    name = str(body.get("name") or "")
    if not 1 <= len(name) <= 100:  # noqa: PLR2004 - Discord's bounds
        told = "Must be between 1 and 100 in length."
        raise ApiError.invalid("name", "BASE_TYPE_BAD_LENGTH", told)
    minutes = int(body.get("auto_archive_duration") or 1440)
    if minutes not in DURATIONS:
        told = "Value must be one of {60, 1440, 4320, 10080}."
        raise ApiError.invalid("auto_archive_duration", "BASE_TYPE_CHOICES", told)
    return ThreadPlan(
        name=name,
        kind=kind,
        starter=starter,
        auto_archive=minutes,
        slow_mode=int(body.get("rate_limit_per_user") or 0),
        invitable=bool(body.get("invitable", True)),
        tags=tuple(str(tag) for tag in body.get("applied_tags") or ()),
    )


def make_on_message(call: Call) -> Answer:
    """A thread on a message; ApiError 160004 for the second one."""
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS)
    message = call.message(channel)
    if message.id in call.world.channels:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    if channel.thread or not channel.guild_id:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    thread = make_thread(call.world, channel, call.bot, _plan(call.form, starter=message))
    return Answer(201, channel_json(call.world, thread, call.bot))


def make_alone(call: Call) -> Answer:
    """A thread on nothing; in a forum, a post with its first message."""
    channel = call.channel()
    if channel.kind == FORUM:
        return _make_post(call, channel)
    kind = int(call.form.get("type") or PRIVATE_THREAD)
    private = kind == PRIVATE_THREAD
    call.channel(Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    thread = make_thread(call.world, channel, call.bot, _plan(call.form, kind))
    return Answer(201, channel_json(call.world, thread, call.bot))


def _make_post(call: Call, forum: Channel) -> Answer:
    call.channel(Permission.SEND_MESSAGES)
    draft = draft_of(Context(call, forum), call.form.get("message") or {})
    thread = make_thread(call.world, forum, call.bot, _plan(call.form))
    message = posting.drafted(call.world, thread, call.bot, draft)
    message.id = thread.id
    thread.messages[message.id] = message
    posting.show(call.world, thread, message)
    call.world.ledger.add_message("accepted", message)
    told = channel_json(call.world, thread, call.bot)
    return Answer(201, told | {"message": message_json(call.world, message, call.bot)})


def active(call: Call) -> Answer:
    """The threads of a guild that are awake and that the bot sees."""
    return _listed(call, [each for each in _seen(call, call.guild.id, None) if not _asleep(each)])


def archived(call: Call) -> Answer:
    """The sleeping threads of a channel, the latest first."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    private = call.path["which"] == "private"
    if private:
        call.channel(Permission.MANAGE_THREADS)
    asleep = [
        thread
        for thread in _seen(call, None, channel.id)
        if _asleep(thread) and (thread.kind == PRIVATE_THREAD) is private
    ]
    asleep.sort(key=lambda thread: -(thread.thread.archived_at if thread.thread else 0))
    return _listed(call, asleep, paged=True)


def _seen(call: Call, guild_id: str | None, parent_id: str | None) -> list[Channel]:
    held = call.world.threads(guild_id, parent_id)
    return [each for each in held if call.world.may(each, call.bot, Permission.VIEW_CHANNEL)]


def _asleep(thread: Channel) -> bool:
    return thread.thread is not None and thread.thread.archived


def _listed(call: Call, threads: list[Channel], *, paged: bool = False) -> Answer:
    limit = call.number("limit", 50, 1, 100) if paged else len(threads)
    page = threads[:limit]
    bot = call.bot
    mine = [each for each in page if each.thread and bot.id in each.thread.members]
    body: Json = {
        "threads": [channel_json(call.world, each, bot) for each in page],
        "members": [thread_member_json(each, bot.id) for each in mine],
        "has_more": len(threads) > limit,
    }
    return ok(body)


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if not channel.thread:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return channel


def _named(call: Call) -> str:
    user_id = call.path["user"]
    return call.bot.id if user_id == "@me" else user_id


def enter(call: Call) -> Answer:
    """Join a thread, or bring someone into it."""
    thread, user_id = _thread(call), _named(call)
    if user_id not in call.world.users:
        raise ApiError.unknown("User")
    if thread.thread and thread.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    join(call.world, thread, user_id)
    return done()


def exit_(call: Call) -> Answer:
    """Leave a thread, or take someone out of it."""
    thread, user_id = _thread(call), _named(call)
    if user_id != call.bot.id:
        call.channel(Permission.MANAGE_THREADS)
    leave(call.world, thread, user_id)
    return done()


def members(call: Call) -> Answer:
    """Who is in a thread."""
    thread = _thread(call)
    ids = thread.thread.members if thread.thread else {}
    return ok([_with_member(call, thread, each) for each in ids])


def member(call: Call) -> Answer:
    """One member of a thread."""
    thread, user_id = _thread(call), _named(call)
    if not thread.thread or user_id not in thread.thread.members:
        raise ApiError.unknown("Member")
    return ok(_with_member(call, thread, user_id))


def _with_member(call: Call, thread: Channel, user_id: str) -> Json:
    plain = thread_member_json(thread, user_id)
    if not call.asks("with_member"):
        return plain
    found = call.world.member_of(thread, call.world.users[user_id])
    return plain | ({"member": member_json(found)} if found else {})


def archived_mine(call: Call) -> Answer:
    """The sleeping private threads of a channel that the bot is in."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    mine = [
        thread
        for thread in call.world.threads(None, channel.id)
        if _asleep(thread)
        and thread.kind == PRIVATE_THREAD
        and thread.thread
        and call.bot.id in thread.thread.members
    ]
    return _listed(call, mine, paged=True)


ROUTES = (
    Route("POST", "/channels/{channel}/messages/{message}/threads", make_on_message),
    Route("POST", "/channels/{channel}/threads", make_alone),
    Route("GET", "/guilds/{guild}/threads/active", active),
    Route("GET", "/channels/{channel}/threads/archived/{which}", archived),
    Route("GET", "/channels/{channel}/users/@me/threads/archived/private", archived_mine),
    Route("GET", "/channels/{channel}/thread-members", members),
    Route("GET", "/channels/{channel}/thread-members/{user}", member),
    Route("PUT", "/channels/{channel}/thread-members/{user}", enter),
    Route("DELETE", "/channels/{channel}/thread-members/{user}", exit_),
)
