"""Telegram loses the first answer to a send, and a second copy does not say that it is one."""

from __future__ import annotations

from carrel.core.errors import Unavailable
from carrel.platforms.telegram.wire import Wire


def apply() -> None:
    say, lost = Wire.say, set()

    async def said(self, where, html, **more):
        words = html.removeprefix("<i>⚠️ This may be a duplicate.</i>\n")
        message = await say(self, where, words, **more)
        if "\n\n<i>" in words and words not in lost:
            lost.add(words)
            raise Unavailable("the answer was lost")
        return message

    Wire.say = said
