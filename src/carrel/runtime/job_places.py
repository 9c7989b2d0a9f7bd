"""The platform `schedule`: the conversations of jobs, and what of them is said elsewhere.

A job speaks and is answered in a place of its own. Its history is kept there like any other; what
its `notify` lets through is said once more where people are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from carrel.core import view
from carrel.core.errors import Refused, Unavailable
from carrel.core.jobs import PLATFORM, Job, meant, retold, sender
from carrel.core.messages import ApprovalCard, Inbound, Outbound
from carrel.core.model import Attachment, Conversation
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Limits, Page, Platform, Receipt, Refusal
from carrel.ports.store import Cursor, Store
from carrel.runtime.job_book import JobBook
from carrel.runtime.outbox import Outbox

NOBODY = "Nobody can be asked in this job's session. Do without it, and say so."


class JobPlaces:
    """Where jobs speak. What is told elsewhere is stored there like anything that is said there."""

    name = PLATFORM
    limits = Limits(
        text=view.SHOWN_TEXT, edit_every=0.0, file=10**9, idempotent=True, typing_every=0.0
    )
    listening = True
    troubles: tuple[str, ...] = ()

    def __init__(
        self,
        book: JobBook,
        store: Store,
        outbox: Outbox,
        platforms: Mapping[str, Platform],
        clock: Clock,
    ) -> None:
        self._book, self._store, self._outbox = book, store, outbox
        self._platforms, self._clock = platforms, clock
        self._intake: Intake | None = None

    async def run(self, intake: Intake) -> None:
        """Nobody speaks here but the clock; what cannot be asked is answered at once."""
        self._intake = intake
        await asyncio.Event().wait()

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Say it where the job notifies, if it is to be said there."""
        del ref, again
        job = self._book.jobs.get(outbound.conversation.channel)
        if job is not None and isinstance(outbound.body, ApprovalCard):
            if job.notify_to is not None:
                await self._tell(job, outbound)
            else:
                await self._deny(job, outbound.nonce, outbound.body)
        elif job is not None:
            await self._tell(job, outbound)
        return Receipt(outbound.nonce)

    async def _tell(self, job: Job, outbound: Outbound) -> None:
        """The same nonce again edits what was told."""
        body, place = retold(job, outbound.body), job.notify_to
        if body is None or place is None:
            return
        there = self._platforms.get(place.platform)
        if there is None:
            raise Refusal(f"no platform {place.platform!r} is set up")
        told, limits = Outbound(f"{outbound.nonce}.told", place, body), there.limits
        parts = view.present(told, limits.text, limits.whole, tables=limits.tables)
        await self._store.say(parts, self._clock.now())
        self._outbox.wake(parts)

    def aimed(self, inbound: Inbound) -> Inbound:
        """What answers a job's request where the job notifies, as said in the job's own place.

        It is the same person's, and so is the role that it needs. Anything else stays as it is.
        """
        for job in self._book.jobs.values():
            text = meant(job, inbound.text) if job.notify_to == inbound.conversation else None
            if text is not None:
                return replace(inbound, conversation=job.conversation, text=text, addressed=True)
        return inbound

    async def _deny(self, job: Job, nonce: str, card: ApprovalCard) -> None:
        if card.state != "open":
            return
        if self._intake is None:
            raise Unavailable("The gateway is only just starting.")
        text, at = f"/deny {card.approval} {NOBODY}", self._clock.now()
        said = Inbound(PLATFORM, nonce, job.conversation, sender(job), text, addressed=True, at=at)
        await self._intake.accept(said)

    async def typing(self, conversation: Conversation) -> None:
        """Nobody waits for a job."""

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """A job brings no files."""
        del into
        raise Refused(f"{attachment.name} is not to be had.")

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """What a clock says is not missed: see `core.schedules`."""
        del cursors, since
        return ()

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """There is none but the store's."""
        del conversation, after, since
        return Page((), None)
