"""The world's values as the Bot API writes them."""

from __future__ import annotations

from carrel.testing.telegram.model import Bot, Chat, File, Json, Message, User


def user_json(user: User) -> Json:
    """A User."""
    return {
        "id": user.id,
        "is_bot": user.is_bot,
        "first_name": user.name,
        "username": user.username,
    }


def me_json(bot: Bot) -> Json:
    """The bot itself."""
    more = {"can_join_groups": True, "can_read_all_group_messages": not bot.privacy}
    return user_json(bot.user) | more | {"supports_inline_queries": False}


def chat_json(chat: Chat) -> Json:
    """A Chat."""
    if chat.kind == "private":
        person = next(one for one in chat.members if not one.is_bot)
        named = {"first_name": person.name, "username": person.username}
        return {"id": chat.id, "type": "private", **named}
    forum = {"is_forum": True} if chat.forum else {}
    return {"id": chat.id, "type": chat.kind, "title": chat.title, **forum}


def message_json(message: Message, *, deep: bool = True) -> Json:
    """A Message; with the one that it replies to, but no deeper."""
    data: Json = {
        "message_id": message.id,
        "date": int(message.at),
        "chat": chat_json(message.chat),
        "from": user_json(message.author),
        **message.remark,
    }
    key = "caption" if message.files else "text"
    if message.text:
        data[key] = message.text
    if message.entities:
        data["caption_entities" if message.files else "entities"] = message.entities
    if message.topic is not None:
        data |= {"message_thread_id": message.topic, "is_topic_message": True}
    if message.album is not None:
        data["media_group_id"] = message.album
    if message.edited is not None:
        data["edit_date"] = int(message.edited)
    if message.origin is not None:
        data |= {"forward_origin": message.origin}
    if message.keyboard is not None:
        data["reply_markup"] = message.keyboard
    replied = message.reply_to or _opening(message)
    if deep and replied is not None:
        data["reply_to_message"] = message_json(replied, deep=False)
    for file in message.files:
        data |= _file_json(file)
    return data


def _opening(message: Message) -> Message | None:
    """What is said in a topic looks like a reply to the remark that opened it."""
    return message.chat.messages.get(message.topic or 0) if not message.author.is_bot else None


def _file_json(file: File) -> Json:
    plain = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.data)}
    if file.kind == "photo":
        small = plain | {"file_id": f"{file.id}-s", "width": 90, "height": 60, "file_size": 10}
        return {"photo": [small, plain | {"width": 900, "height": 600}]}
    named: Json = {"file_name": file.name, "mime_type": file.media_type}
    if file.kind == "voice":
        named = {"duration": 3, "mime_type": file.media_type}
    return {file.kind: plain | named}
