"""A chat network in one file: what people write stands in `said`, what is shown goes to `shown`."""
# ruff: noqa: ARG002 - the port promises more than a toy needs

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from carrel.core.errors import Refused
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Attachment, Conversation, Sender
from carrel.ports.platform import Intake, Limits, Page, PlatformKind, PlatformParts, Receipt
from carrel.ports.store import Cursor


class Toy(BaseModel):
    """`[toy]`: a folder with two files."""

    folder: str


class ToyPlatform:
    name = "toy"
    limits = Limits(text=1000, edit_every=1.0, file=1000, idempotent=False)
    troubles = ()
    listening = False

    def __init__(self, table: Toy, parts: PlatformParts) -> None:
        self._folder, self._clock = Path(table.folder), parts.clock

    async def run(self, intake: Intake) -> None:
        self.listening, place, ada = True, Conversation("toy", "desk"), Sender("toy", "ada", "Ada")
        await intake.catch_up("toy")
        while True:
            for number, text in enumerate((self._folder / "said").read_text().splitlines()):
                at = self._clock.now()
                said = Inbound("toy", str(number), place, ada, text, addressed=True, at=at)
                await intake.accept(said)
            await self._clock.sleep(0.05)

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        with (self._folder / "shown").open("a") as file:
            file.write(f"{outbound.body.kind} {getattr(outbound.body, 'text', '')}\n")
        return Receipt(outbound.nonce)

    async def typing(self, conversation: Conversation) -> None:
        await asyncio.sleep(0)

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        raise Refused("There are no files here.")

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        return ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        return Page((), None)


async def examine(table: Toy, parts: PlatformParts) -> tuple[()]:
    return ()


KIND = PlatformKind(table=Toy, build=ToyPlatform, examine=examine)
