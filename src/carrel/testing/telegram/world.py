"""Chats, people and the bot; and which of what happens the bot hears."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from carrel.runtime.clock import SystemClock
from carrel.testing.telegram.html import found_in
from carrel.testing.telegram.ledger import Ledger
from carrel.testing.telegram.model import Bot, Chat, File, Json, Message, User
from carrel.testing.telegram.payloads import chat_json, message_json, user_json
from carrel.testing.telegram.problems import bad

FIRST_UPDATE = 700_000


class World:
    """Everything by its number. `skipped` seconds are added to the time.

    `doubled`: so many times more the next message is given.
    """

    def __init__(self, now: Callable[[], float] | None = None, ledger: Path | None = None) -> None:
        self._clock, self.skipped = now or SystemClock().now, 0.0
        self.ledger = Ledger(self.now, ledger)
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self._numbers: dict[str, int] = {}
        self.doubled = 0
        self._listeners: list[Callable[[], None]] = []
        user = self.add_user("carrel", username="carrel_bot", is_bot=True)
        self.bot = Bot(user, f"{user.id}:AAfake-token-of-the-bot-0123456789")

    def now(self) -> float:
        """Unix seconds."""
        return self._clock() + self.skipped

    def number(self, kind: str, first: int = 1) -> int:
        """The next number of a kind."""
        self._numbers[kind] = self._numbers.get(kind, first - 1) + 1
        return self._numbers[kind]

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` when an update is there."""
        self._listeners.append(heard)

    # Who and where.

    def add_user(self, name: str, *, username: str = "", is_bot: bool = False) -> User:
        """Make a user."""
        user = User(self.number("user", 5_000_001), name.title(), username or name, is_bot)
        self.users[user.id] = user
        return user

    def group(self, title: str, *people: User, forum: bool = False, basic: bool = False) -> Chat:
        """Make a group with the bot in it: a supergroup, unless `basic`."""
        number = self.number("chat")
        chat_id = -number - 100 if basic else -1_000_000_000_000 - number
        members = [*people, self.bot.user]
        chat = Chat(chat_id, "group" if basic else "supergroup", title, forum, members)
        self.chats[chat.id] = chat
        return chat

    def private(self, person: User) -> Chat:
        """The chat of a person with the bot, which they have begun."""
        if person.id not in self.chats:
            self.chats[person.id] = Chat(person.id, "private", members=[person, self.bot.user])
        return self.chats[person.id]

    def chat(self, chat_id: int) -> Chat:
        """The chat; ApiError where there is none."""
        if chat_id not in self.chats:
            raise bad("chat not found")
        return self.chats[chat_id]

    def message(self, chat: Chat, message_id: int, doing: str) -> Message:
        """The message; ApiError where there is none (any more)."""
        if message_id not in chat.messages:
            raise bad(f"message to {doing} not found")
        return chat.messages[message_id]

    # What is said.

    def say(self, message: Message) -> Message:
        """Put a message in its chat, where everybody sees it, and the bot if it may."""
        message.entities = found_in(message.text, message.entities)
        message.chat.messages[message.id] = message
        for file in message.files:
            self.files[file.id] = file
        self.ledger.add_message("shown", message)
        if not message.author.is_bot and self._hears(message):
            for _ in range(1 + self.doubled):
                self.tell("message", message_json(message))
            self.doubled = 0
        return message

    def new_message(self, chat: Chat, author: User) -> Message:
        """An empty message with the next number of its chat."""
        counted = str(chat.id) if chat.kind == "supergroup" else "everywhere"
        return Message(self.number(f"message {counted}"), chat, author, self.now())

    def remark(self, chat: Chat, author: User, **fields: object) -> Message:
        """A service message."""
        message = self.new_message(chat, author)
        message.remark = dict(fields)
        return self.say(message)

    def topic(self, chat: Chat, author: User, name: str) -> int:
        """Open a topic; its number is that of the remark that opens it."""
        message = self.new_message(chat, author)
        message.remark = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message.topic = message.id
        chat.topics[message.id] = True
        return self.say(message).id

    def edit(self, message: Message) -> None:
        """Tell that a message was changed."""
        message.edited = self.now()
        message.entities = found_in(message.text, message.entities)
        self.ledger.add_message("edited", message)
        if not message.author.is_bot and self._hears(message):
            self.tell("edited_message", message_json(message))

    def tell(self, kind: str, data: Json) -> int:
        """Give the bot an update, if it asks for such; its number."""
        number = self.number("update", FIRST_UPDATE)
        if not self.bot.kinds or kind in self.bot.kinds:
            self.bot.updates[number] = {"update_id": number, kind: data}
            self.wake()
        return number

    def wake(self) -> None:
        """Have whoever waits for updates look."""
        for heard in self._listeners:
            heard()

    def _hears(self, message: Message) -> bool:
        """In a group with privacy mode: commands, mentions, replies, and Telegram's remarks."""
        chat, bot = message.chat, self.bot
        if bot.user not in chat.members or chat.gone:
            return False
        if chat.kind == "private" or not bot.privacy or message.remark:
            return True
        named = re.search(rf"@{bot.user.username}\b", message.text, re.IGNORECASE)
        replied = message.reply_to is not None and message.reply_to.author is bot.user
        return message.text.startswith("/") or bool(named) or replied

    # What becomes of the bot.

    def membership(self, chat: Chat, by: User, status: str) -> None:
        """The bot is now a `member`, or `kicked`, and is told so."""
        member = {"user": user_json(self.bot.user), "status": status}
        old = {"user": user_json(self.bot.user), "status": "member"}
        what = {"chat": chat_json(chat), "from": user_json(by), "date": int(self.now())}
        self.tell("my_chat_member", what | {"old_chat_member": old, "new_chat_member": member})

    def migrate(self, chat: Chat, by: User) -> Chat:
        """Make a basic group a supergroup: it gets another number, and its old one is dead."""
        grown = self.group(chat.title, *[one for one in chat.members if not one.is_bot])
        self.remark(chat, by, migrate_to_chat_id=grown.id)
        chat.moved_to = grown.id
        self.remark(grown, by, migrate_from_chat_id=chat.id)
        return grown
