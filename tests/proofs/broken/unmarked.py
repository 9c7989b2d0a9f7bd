"""The first answer to a send is lost; each try has a nonce of its own, and nobody looks for one."""

from __future__ import annotations

from itertools import count

from carrel.core.errors import Unavailable
from carrel.platforms.discord import showing
from carrel.platforms.discord.sending import Shows
from carrel.platforms.discord.wire import Wire


def apply() -> None:
    real, numbers, lost = showing.nonce, count(1), set()
    showing.nonce = lambda name: real(f"{name}.{next(numbers)}")
    post = Wire.post

    async def posted(self, channel, body, files=()):
        ref = await post(self, channel, body, files)
        content = body.get("content", "")
        if "\n-# " in content and content not in lost:
            lost.add(content)
            raise Unavailable("the answer was lost")
        return ref

    async def found(*_given):
        return None

    Wire.post, Shows._found = posted, found
