"""The methods of the Bot API, with the rules that Telegram enforces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carrel.testing.telegram.html import parse, units
from carrel.testing.telegram.model import Chat, File, Json, Message
from carrel.testing.telegram.payloads import chat_json, me_json, message_json
from carrel.testing.telegram.problems import ApiError, bad
from carrel.testing.telegram.world import World

TEXT, CAPTION, ANSWER, DATA, BUTTONS, TOPIC = 4096, 1024, 200, 64, 100, 128
QUERY_LIFE_S = 60.0
LARGEST_FETCHED, LARGEST_PHOTO, LARGEST_SENT = 20_000_000, 10_000_000, 50_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    name: str
    data: bytes


Fields = Mapping[str, Any]


class Methods:
    """Every method that the fake knows, by its name in lower case."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, Callable[[Fields], Any]] = {
            "getme": lambda _: me_json(world.bot),
            "getwebhookinfo": lambda _: {"url": world.bot.webhook, "pending_update_count": 0},
            "setwebhook": self._set_webhook,
            "deletewebhook": self._set_webhook,
            "getmycommands": lambda _: world.bot.commands,
            "setmycommands": self._set_commands,
            "getchat": lambda given: chat_json(world.chat(int(given["chat_id"]))),
            "sendmessage": self._send_message,
            "senddocument": self._send_document,
            "sendphoto": self._send_photo,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "deletemessage": self._delete,
            "setmessagereaction": self._react,
            "sendchataction": self._type,
            "answercallbackquery": self._answer,
            "createforumtopic": self._new_topic,
            "closeforumtopic": lambda given: self._set_topic(given, is_open=False),
            "reopenforumtopic": lambda given: self._set_topic(given, is_open=True),
            "getfile": self._file,
        }

    def call(self, method: str, given: Fields) -> Any:
        """The result. ApiError for what Telegram refuses."""
        known = self._known.get(method.lower())
        if known is None:
            raise ApiError(404, "Not Found")
        return known(given)

    # The bot.

    def _set_webhook(self, given: Fields) -> bool:
        self._world.bot.webhook = str(given.get("url", ""))
        return True

    def _set_commands(self, given: Fields) -> bool:
        for one in given["commands"]:
            name = str(one["command"])
            if not (name.isascii() and name.islower() and 1 <= len(name) <= 32):  # noqa: PLR2004 - as documented
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(one["description"]) <= 256:  # noqa: PLR2004 - as documented
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.bot.commands = [dict(one) for one in given["commands"]]
        return True

    # Messages.

    def _send_message(self, given: Fields) -> Json:
        chat = self._writable(given)
        text, entities = _text(given, "text")
        if not text.strip():
            raise bad("message text is empty")
        if units(text) > TEXT:
            raise bad("message is too long")
        return self._sent(chat, given, text, entities, None)

    def _send_document(self, given: Fields) -> Json:
        return self._send_file(given, "document", LARGEST_SENT)

    def _send_photo(self, given: Fields) -> Json:
        upload = given.get("photo")
        if isinstance(upload, Upload) and not upload.data.startswith((b"\x89PNG", b"\xff\xd8")):
            raise bad("IMAGE_PROCESS_FAILED")
        return self._send_file(given, "photo", LARGEST_PHOTO)

    def _send_file(self, given: Fields, kind: str, most: int) -> Json:
        chat, upload = self._writable(given), given.get(kind)
        if not isinstance(upload, Upload) or not upload.data:
            raise bad("file must be non-empty")
        if len(upload.data) > most:
            raise ApiError(413, "Request Entity Too Large")
        text, entities = _text(given, "caption")
        if units(text) > CAPTION:
            raise bad("message caption is too long")
        file = File(f"file-{self._world.number('file')}", kind, upload.name, upload.data)
        return self._sent(chat, given, text, entities, file)

    def _sent(
        self, chat: Chat, given: Fields, text: str, entities: list[Json], file: File | None
    ) -> Json:
        keyboard, replied = _keyboard(given), self._replied(chat, given)
        message = self._world.new_message(chat, self._world.bot.user)
        message.text, message.entities, message.html = text.strip(), entities, _source(given)
        message.topic = int(given["message_thread_id"]) if "message_thread_id" in given else None
        message.reply_to, message.keyboard = replied, keyboard
        message.files = [file] if file else []
        message.silent = _truth(given.get("disable_notification"))
        self._world.say(message)
        return message_json(message)

    def _replied(self, chat: Chat, given: Fields) -> Message | None:
        told = given.get("reply_parameters")
        if told is None:
            return None
        found = chat.messages.get(int(told["message_id"]))
        if found is None and not told.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return found

    def _edit_text(self, given: Fields) -> Json:
        message = self._own(given)
        if message.files:
            raise bad("there is no text in the message to edit")
        return self._edited(message, given, "text", TEXT)

    def _edit_caption(self, given: Fields) -> Json:
        message = self._own(given)
        if not message.files:
            raise bad("there is no caption in the message to edit")
        return self._edited(message, given, "caption", CAPTION)

    def _edited(self, message: Message, given: Fields, key: str, longest: int) -> Json:
        text, entities = _text(given, key)
        if units(text) > longest:
            raise bad("MESSAGE_TOO_LONG")
        if key == "text" and not text.strip():
            raise bad("message text is empty")
        keyboard = _keyboard(given)
        if message.html == _source(given) and message.keyboard == keyboard:
            raise bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.text, message.entities, message.html = text.strip(), entities, _source(given)
        message.keyboard = keyboard
        self._world.edit(message)
        return message_json(message)

    def _own(self, given: Fields) -> Message:
        chat = self._writable(given)
        message = self._world.message(chat, int(given["message_id"]), "edit")
        if message.author is not self._world.bot.user:
            raise bad("message can't be edited")
        return message

    def _delete(self, given: Fields) -> bool:
        chat = self._writable(given)
        message = self._world.message(chat, int(given["message_id"]), "delete")
        del chat.messages[message.id]
        self._world.ledger.add_message("deleted", message)
        return True

    def _react(self, given: Fields) -> bool:
        chat = self._writable(given)
        message = self._world.message(chat, int(given["message_id"]), "react")
        wanted = [str(one.get("emoji")) for one in given.get("reaction", ())]
        if len(wanted) > 1:
            raise bad("REACTIONS_TOO_MANY")
        if not set(wanted) <= chat.reactions:
            raise bad("REACTION_INVALID")
        message.reactions.pop(self._world.bot.user.id, None)
        for emoji in wanted:
            message.reactions[self._world.bot.user.id] = emoji
            bot = self._world.bot.user.id
            self._world.ledger.add("reacted", message=message.name, user=bot, emoji=emoji)
        return True

    def _type(self, given: Fields) -> bool:
        chat = self._writable(given)
        self._world.ledger.add("typing", channel=str(chat.id), action=given["action"])
        return True

    def _answer(self, given: Fields) -> bool:
        query = self._world.bot.queries.get(str(given["callback_query_id"]))
        if query is None or self._world.now() - query["at"] > QUERY_LIFE_S:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        text = str(given.get("text", ""))
        if len(text) > ANSWER:
            raise bad("MESSAGE_TOO_LONG")
        query |= {"answered": True, "text": text}
        self._world.ledger.add("answered", query=given["callback_query_id"], text=text)
        return True

    def _new_topic(self, given: Fields) -> Json:
        chat, name = self._writable(given), str(given["name"])
        if not chat.forum:
            raise bad("the chat is not a forum")
        if not 1 <= len(name) <= TOPIC:
            raise bad("TOPIC_TITLE_EMPTY")
        number = self._world.topic(chat, self._world.bot.user, name)
        return {"message_thread_id": number, "name": name, "icon_color": 7322096}

    def _set_topic(self, given: Fields, *, is_open: bool) -> bool:
        chat, topic = self._world.chat(int(given["chat_id"])), int(given["message_thread_id"])
        if topic not in chat.topics:
            raise bad("message thread not found")
        if chat.topics[topic] is is_open:
            raise bad("TOPIC_NOT_MODIFIED")
        chat.topics[topic] = is_open
        return True

    def _file(self, given: Fields) -> Json:
        file = self._world.files.get(str(given["file_id"]))
        if file is None:
            raise bad("invalid file_id")
        if len(file.data) > LARGEST_FETCHED:
            raise bad("file is too big")
        return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_path": f"f/{file.id}"}

    def _writable(self, given: Fields) -> Chat:
        """The chat, if the bot may do something there; its topic, if there is one."""
        chat = self._world.chat(int(given["chat_id"]))
        if chat.moved_to is not None:
            words = "group chat was upgraded to a supergroup chat"
            raise bad(words, migrate_to_chat_id=chat.moved_to)
        if chat.gone:
            raise ApiError(403, chat.gone)
        if "message_thread_id" in given:
            topic = int(given["message_thread_id"])
            if topic not in chat.topics:
                raise bad("message thread not found")
            if not chat.topics[topic]:
                raise bad("TOPIC_CLOSED")
        return chat


def _source(given: Fields) -> str:
    return str(given.get("text") or given.get("caption") or "")


def _text(given: Fields, key: str) -> tuple[str, list[Json]]:
    source = str(given.get(key, ""))
    if given.get("parse_mode") is None:
        return source, []
    if given["parse_mode"] != "HTML":
        raise bad("unsupported parse_mode")
    return parse(source)


def _keyboard(given: Fields) -> Json | None:
    markup = given.get("reply_markup")
    if not markup or "inline_keyboard" not in markup:
        return markup or None
    buttons = [one for row in markup["inline_keyboard"] for one in row]
    if len(buttons) > BUTTONS or not all(markup["inline_keyboard"]):
        raise bad("REPLY_MARKUP_TOO_LONG")
    for one in buttons:
        if not str(one.get("text", "")).strip():
            raise bad("Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(str(one.get("callback_data", "")).encode()) <= DATA:
            raise bad("BUTTON_DATA_INVALID")
    return dict(markup)


def _truth(value: Any) -> bool:
    return value in (True, "true", "True", "1")
