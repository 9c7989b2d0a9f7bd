"""The Bot API's methods that are used, through python-telegram-bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Bot, InputFile
from telegram.request import HTTPXRequest

from carrel.platforms.telegram import markup
from carrel.platforms.telegram.faults import BadMarkup, of_request
from carrel.platforms.telegram.settings import Telegram

Json = Mapping[str, Any]

SILENCE_S = 15.0
"""Seconds without a byte after which a request counts as lost."""

AT_ONCE = 32
UPLOAD_S = 25.0
HEARD = ("message", "edited_message", "callback_query", "my_chat_member")
MOST = 100
"""Updates that are asked for at once; Telegram gives no more."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is shown. `photo`: as a picture, not as a file."""

    name: str
    data: bytes
    photo: bool = False


class Client(Bot):
    """A bot whose updates are read as they are documented; `close_all` ends it.

    The library's own reading of one malformed update would lose all that came with it.
    """

    def __init__(self, table: Telegram, token: str) -> None:
        self._connections = (_requests(1), _requests(AT_ONCE))
        super().__init__(
            token,
            base_url=f"{table.address}/bot",
            get_updates_request=self._connections[0],
            request=self._connections[1],
        )

    async def close_all(self) -> None:
        """Hang up; Telegram need not hear of it."""
        for one in self._connections:
            await one.shutdown()

    async def call(self, method: str, *, wait: float = 0.0, **fields: Any) -> Any:
        """The answer's `result`. `wait`: seconds that the answer may take by right.

        Raises Refusal, RetryAfter or Unavailable.
        """
        try:
            return await self._post(method, fields, read_timeout=SILENCE_S + wait)
        except Exception as error:
            raise of_request(error) from error


def _requests(size: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=size,
        read_timeout=SILENCE_S,
        write_timeout=SILENCE_S,
        connect_timeout=SILENCE_S,
        pool_timeout=SILENCE_S,
        media_write_timeout=UPLOAD_S,
    )


class Wire:
    """The methods by name."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def me(self) -> Json:
        """Who the bot is. Raises BadToken for a token that Telegram does not know."""
        found: Json = await self.client.call("getMe")
        return found

    async def updates(self, offset: int | None, wait: int, most: int = MOST) -> list[Json]:
        """What came, the oldest first; whatever is before `offset` is never given again."""
        fields: dict[str, Any] = {
            "offset": offset,
            "timeout": wait,
            "limit": most,
            "allowed_updates": HEARD,
        }
        found: list[Json] = await self.client.call("getUpdates", wait=wait, **fields)
        return found

    async def say(self, where: Json, html: str, **more: Any) -> int:
        """Send a text; its message's number."""
        return await self._new("sendMessage", "text", html, **where, **more, **_NO_PREVIEW)

    async def show(self, where: Json, upload: Upload, html: str, **more: Any) -> int:
        """Send a file with a caption; its message's number."""
        kind = "photo" if upload.photo else "document"
        file: dict[str, Any] = {kind: InputFile(upload.data, filename=upload.name)}
        return await self._new(f"send{kind.title()}", "caption", html, **where, **more, **file)

    async def edit(self, chat: int, message: int, html: str, *, caption: bool, **more: Any) -> None:
        """Change the text, or the caption, of a message of the bot's own."""
        named = {"chat_id": chat, "message_id": message, **more}
        if caption:
            await self._write("editMessageCaption", "caption", html, **named)
        else:
            await self._write("editMessageText", "text", html, **named, **_NO_PREVIEW)

    async def delete(self, chat: int, message: int) -> None:
        """Take a message away."""
        await self.client.call("deleteMessage", chat_id=chat, message_id=message)

    async def react(self, chat: int, message: int, emoji: str) -> None:
        """Make this the bot's one reaction to a message."""
        reaction = [{"type": "emoji", "emoji": emoji}]
        await self.client.call(
            "setMessageReaction", chat_id=chat, message_id=message, reaction=reaction
        )

    async def typing(self, where: Json) -> None:
        """Show for five seconds that the bot writes."""
        await self.client.call("sendChatAction", **where, action="typing")

    async def new_topic(self, chat: int, name: str) -> int:
        """Make a topic in a group that has them; its number."""
        made = await self.client.call("createForumTopic", chat_id=chat, name=name)
        return int(made["message_thread_id"])

    async def close_topic(self, chat: int, topic: int) -> None:
        """Let nobody write there but administrators."""
        named = {"chat_id": chat, "message_thread_id": topic}
        await self.client.call("closeForumTopic", **named)

    async def open_topic(self, chat: int, topic: int) -> None:
        """Let everybody write there again."""
        named = {"chat_id": chat, "message_thread_id": topic}
        await self.client.call("reopenForumTopic", **named)

    async def pressed(self, query: str, text: str = "") -> None:
        """Say that a press arrived; `text` is seen by who pressed, and by nobody else."""
        more: dict[str, Any] = {"text": text[:200], "show_alert": True} if text else {}
        await self.client.call("answerCallbackQuery", callback_query_id=query, **more)

    async def path_of(self, file: str) -> str:
        """Where a file lies below the server's address of files, or on the server's own disk."""
        found = await self.client.call("getFile", file_id=file)
        return str(found["file_path"])

    async def _new(self, method: str, key: str, html: str, **fields: Any) -> int:
        made = await self._write(method, key, html, **fields)
        return int(made["message_id"])

    async def _write(self, method: str, key: str, html: str, **fields: Any) -> Any:
        """With HTML; without, where Telegram cannot read it after all."""
        try:
            return await self.client.call(method, **{**fields, key: html}, parse_mode="HTML")
        except BadMarkup:
            return await self.client.call(method, **{**fields, key: markup.plain(html)})


_NO_PREVIEW: dict[str, Any] = {"link_preview_options": {"is_disabled": True}}


def keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> Json:
    """Rows of buttons, each a label and its data, as Telegram takes them."""
    return {"inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in rows]}
