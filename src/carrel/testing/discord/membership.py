"""Who is in a thread, and whether it sleeps."""

from __future__ import annotations

from carrel.testing.discord.model import PRIVATE_THREAD, Channel, Dispatch, Json
from carrel.testing.discord.payloads import member_json
from carrel.testing.discord.place_payloads import channel_json, thread_member_json
from carrel.testing.discord.world import World


def join(world: World, thread: Channel, user_id: str) -> None:
    """Bring a user into a thread; a second time tells the user's gateway once more."""
    state = thread.thread
    if not state:
        return
    known = user_id in state.members
    state.members.setdefault(user_id, world.now())
    if thread.kind == PRIVATE_THREAD and not known:
        data = channel_json(world, thread, world.users[user_id])
        only = frozenset({user_id})
        world.emit(Dispatch("THREAD_CREATE", data, thread.guild_id, thread.id, only))
    _tell_members(world, thread, added=[user_id], removed=[], again=known)


def leave(world: World, thread: Channel, user_id: str) -> None:
    """Take a user out of a thread."""
    state = thread.thread
    if state and state.members.pop(user_id, None) is not None:
        _tell_members(world, thread, added=[], removed=[user_id], again=False)


def set_archived(world: World, thread: Channel, *, archived: bool) -> None:
    """Put a thread to sleep, or wake it."""
    state = thread.thread
    if not state or state.archived is archived:
        return
    state.archived, state.archived_at = archived, world.now()
    tell_thread(world, thread, "THREAD_UPDATE")


def tell_thread(world: World, thread: Channel, name: str, **more: object) -> None:
    """Tell whoever may see the thread; a private one is seen by its members only."""
    data = channel_json(world, thread) | more
    world.ledger.add("thread", thread=thread.id, did=name, name=thread.name)
    world.emit(Dispatch(name, data, thread.guild_id, thread.id))


def _tell_members(
    world: World, thread: Channel, *, added: list[str], removed: list[str], again: bool
) -> None:
    who = frozenset(added + removed) if again else None
    members = [_addition(world, thread, user_id) for user_id in added]
    count = len(thread.thread.members) if thread.thread else 0
    data: Json = {"id": thread.id, "guild_id": thread.guild_id, "member_count": count}
    data |= {"added_members": members, "removed_member_ids": removed}
    seen_by_leavers = frozenset(removed) if removed else who
    world.emit(Dispatch("THREAD_MEMBERS_UPDATE", data, thread.guild_id, thread.id, seen_by_leavers))


def _addition(world: World, thread: Channel, user_id: str) -> Json:
    plain: Json = thread_member_json(thread, user_id) | {"presence": None}
    user = world.users[user_id]
    member = world.member_of(thread, user)
    return plain | ({"member": member_json(member)} if member else {})
