"""Threads: made on a message, alone or as a forum's post, and taken away."""

from __future__ import annotations

from dataclasses import dataclass

from carrel.testing.discord.membership import join, tell_thread
from carrel.testing.discord.model import (
    FORUM,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    STARTER,
    THREAD_CREATED,
    Channel,
    Dispatch,
    Json,
    Message,
    ThreadState,
    User,
)
from carrel.testing.discord.place_payloads import channel_json
from carrel.testing.discord.posting import Draft, drafted, post, show, update
from carrel.testing.discord.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPlan:
    """A thread before it is made. starter: the message it hangs on."""

    name: str
    kind: int = PUBLIC_THREAD
    starter: Message | None = None
    auto_archive: int = 1440
    slow_mode: int = 0
    invitable: bool = True
    tags: tuple[str, ...] = ()


def make_thread(world: World, parent: Channel, owner: User, plan: ThreadPlan) -> Channel:
    """Make a thread; one on a message has the message's id."""
    now = world.now()
    state = ThreadState(owner.id, now, now, invitable=plan.invitable)
    state.auto_archive, state.applied_tags = plan.auto_archive, list(plan.tags)
    thread_id = plan.starter.id if plan.starter else world.new_id()
    thread = Channel(thread_id, plan.kind, plan.name, parent.guild_id, parent.id, thread=state)
    thread.slow_mode = plan.slow_mode
    world.channels[thread.id] = thread
    if plan.kind == PRIVATE_THREAD:
        # Whoever is not in it does not see it, so that its maker must be in it first.
        state.members[owner.id] = now
    tell_thread(world, thread, "THREAD_CREATE", newly_created=True)
    join(world, thread, owner.id)
    _announce(world, thread, owner, plan)
    return thread


def _announce(world: World, thread: Channel, owner: User, plan: ThreadPlan) -> None:
    parent = world.channels[thread.parent_id or ""]
    if plan.starter:
        plan.starter.thread_id = thread.id
        plan.starter.flags |= HAS_THREAD
        update(world, plan.starter)
        draft = Draft(kind=STARTER, reference=reference(parent, plan.starter.id))
        message = drafted(world, thread, plan.starter.author, draft)
        thread.messages[message.id] = message
        show(world, thread, message)
    elif parent.kind != FORUM and plan.kind != PRIVATE_THREAD:
        draft = Draft(content=plan.name, kind=THREAD_CREATED, reference=reference(thread))
        post(world, parent, owner, draft)


def reference(channel: Channel, message_id: str | None = None) -> Json:
    """A message_reference to a channel, or to a message of it."""
    place: Json = {"type": 0, "channel_id": channel.id}
    if channel.guild_id:
        place["guild_id"] = channel.guild_id
    return place | ({"message_id": message_id} if message_id else {})


def remove(world: World, channel: Channel) -> None:
    """Delete a channel or a thread; a channel takes its threads along."""
    for thread in world.threads(parent_id=channel.id):
        remove(world, thread)
    if not channel.thread:
        _gone(world, channel, "CHANNEL_DELETE")
        return
    _gone(world, channel, "THREAD_DELETE")


def _gone(world: World, channel: Channel, name: str) -> None:
    keys = ("id", "guild_id", "parent_id", "type")
    data = channel_json(world, channel)
    if channel.thread:
        data = {key: data[key] for key in keys}
        world.ledger.add("thread", thread=channel.id, did=name, name=channel.name)
    world.emit(Dispatch(name, data, channel.guild_id, channel.id))
    del world.channels[channel.id]
