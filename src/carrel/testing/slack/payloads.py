"""The fake's values as Slack's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carrel.testing.slack.model import Channel, File, Json, Message, User

if TYPE_CHECKING:
    from carrel.testing.slack.world import World


def user_json(user: User) -> Json:
    """As users.info tells of somebody."""
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "real_name": user.name.title(),
        "is_bot": user.is_bot,
        "deleted": False,
        "is_primary_owner": user.name == "ada",
        "profile": {"display_name": user.name, "real_name": user.name.title()},
    }


def file_json(world: World, file: File) -> Json:
    """As messages and files.info tell of it."""
    url = f"{world.origin}/files/{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "size": len(file.data),
        "mode": "hosted",
        "is_external": False,
        "user": file.owner.id,
        "url_private": url,
        "url_private_download": url,
        **({"subtype": file.subtype} if file.subtype else {}),
    }


def message_json(world: World, message: Message, *, metadata: bool = False) -> Json:
    """As events and histories tell of it."""
    files = [file_json(world, one) for one in message.files if not one.deleted]
    subtype = message.subtype or ("file_share" if message.files else "")
    told: Json = {
        "type": "message",
        "user": message.author.id,
        "team": message.author.team,
        "ts": message.ts,
        "text": message.text,
        **({"subtype": subtype} if subtype else {}),
        **({"files": files} if files else {}),
        **({"blocks": message.blocks} if message.blocks else {}),
    }
    if message.author.is_bot:
        told |= {"bot_id": world.bot_id, "app_id": world.app_id}
    if message.edited:
        told["edited"] = {"user": message.author.id, "ts": message.edited}
    if metadata and message.metadata:
        told["metadata"] = message.metadata
    if message.reactions:
        told["reactions"] = [
            {"name": name, "users": sorted(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return told | _threaded(message)


def _threaded(message: Message) -> Json:
    """What ties it to its thread."""
    channel = message.channel
    if message.thread is not None:
        parent = channel.messages.get(message.thread)
        by = {"parent_user_id": parent.author.id} if parent else {}
        return {"thread_ts": message.thread, **by}
    replies = [one for one in channel.messages.values() if one.thread == message.ts]
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts,
    }


def channel_json(channel: Channel) -> Json:
    """As users.conversations tells of it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.direct,
        "is_channel": not channel.direct and not channel.private,
        "is_group": channel.private,
        "is_private": channel.private or channel.direct,
        "is_archived": channel.archived,
    }
