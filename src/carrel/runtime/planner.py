"""A conversation's own reminders and schedules: made, changed and listed by people and engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog

from carrel.core import planning
from carrel.core.errors import Refused
from carrel.core.firing import At, When, next_fire
from carrel.core.jobs import Job
from carrel.core.material import one_line
from carrel.core.messages import Menu, Notice
from carrel.core.model import Conversation, MessageId
from carrel.core.planning import Lines
from carrel.core.routing import resolve
from carrel.core.schedules import Reminder
from carrel.core.wishes import Wish, checked, name_of
from carrel.runtime.job_desk import JobDesk, JobInfo

MOST = 50
"""Reminders and schedules of one conversation."""

OFFERED = 8
"""So many of them have buttons; the others have their names."""

TITLE = 60

log = structlog.get_logger(__name__)


Reach = tuple[Conversation, ...]
"""The conversations whose schedules are meant; what is made is made in the first."""


class Planner:
    """Acts on one conversation at a time. `zone`: of the times that are said there."""

    def __init__(self, desk: JobDesk, zone: str, lines: Lines) -> None:
        self._desk, self._zone, self._lines = desk, ZoneInfo(zone), lines
        self._store, self._clock = desk.store, desk.clock

    async def refresh(self) -> None:
        """Have the book know what is said again and again."""
        found = [one for one in await self._store.reminders(None) if one.when]
        self._desk.book.keep(tuple(job for one in found for job in self._job(one)))

    def _job(self, reminder: Reminder) -> Iterator[Job]:
        try:
            yield planning.job_of(reminder, self._lines)
        except (ValueError, OSError, KeyError) as error:
            log.error("no schedule", id=reminder.id, when=reminder.when, fault=str(error))

    async def asked(
        self, place: Conversation, argument: str, origin: str, by: str
    ) -> Menu | Notice:
        """Answer `/schedule`. `origin`: the command, which is obeyed once. Raises Refused."""
        try:
            wish = checked(planning.read(argument))
        except ValueError as error:
            raise Refused(_sentence(error)) from None
        reach = self._seen_from(place)
        text = await self._done(reach, wish, origin, by)
        if wish.act == "list":
            return Menu(text, tuple(await self._buttons(reach)))
        return Notice(text)

    async def wished(self, place: Conversation, wish: Wish, origin: str, by: str) -> str:
        """What came of an engine's wish, in words. Raises Refused with the reason why nothing did.

        It reaches its own conversation and no other.
        """
        return await self._done((place,), wish, origin, by)

    async def _done(self, reach: Reach, wish: Wish, origin: str, by: str) -> str:
        try:
            match wish.act:
                case "list":
                    return await self._listed(reach)
                case "make":
                    return await self._made(reach[0], wish, origin, by)
                case "edit":
                    return await self._edited(reach, wish)
                case "cancel":
                    return await self._cancelled(reach, wish)
                case "pause" | "resume" | "run":
                    return await self._decided(reach, wish, origin)
        except ValueError as error:
            raise Refused(_sentence(error)) from None

    def _seen_from(self, place: Conversation) -> Reach:
        """A person sees what is said there, and what the jobs are about that are told there.

        Where others approve what such a job does, it is theirs.
        """
        book = self._desk.book
        told = [job.conversation for job in book.jobs.values() if job.notify_to == place]
        mine = resolve(place, book.rules).approvers
        return (place, *(one for one in told if resolve(one, book.rules).approvers == mine))

    async def _listed(self, reach: Reach) -> str:
        now = planning.clock(self._clock.now(), self._zone)
        once = [one for one in await self._reminders(reach) if not one.when]
        lines = [self._line(one) for one in once]
        lines += [self._job_line(info) for info in await self._jobs(reach)]
        if not lines:
            return f"Nothing is said here by itself. {planning.FORM} It is {now}."
        return "\n".join([f"Said here by itself; it is {now}:", *lines])

    def _line(self, reminder: Reminder) -> str:
        at = planning.clock(reminder.at, self._zone)
        return f"* `{reminder.id}` {one_line(reminder.text, TITLE)}: once, {at}"

    def _job_line(self, info: JobInfo) -> str:
        if info.paused or not info.enabled:
            next_ = f"paused: {info.paused}" if info.paused else "off"
        elif info.next_at is None:
            next_ = "no more"
        else:
            next_ = f"next {planning.clock(info.next_at, self._zone)}"
        fire = info.last
        last = f"; last {planning.clock(fire.at, self._zone)}: {fire.state}" if fire else ""
        note = f" ({fire.note.rstrip('.')})" if fire and fire.note else ""
        title = one_line(info.title, TITLE)
        return f"* `{info.name}` {title}: {info.when}, {next_}{last}{note}"

    async def _jobs(self, reach: Reach) -> list[JobInfo]:
        jobs = self._desk.book.jobs.values()
        mine = {job.name for job in jobs if job.conversation in reach}
        return [info for info in await self._desk.listing() if info.name in mine]

    async def _reminders(self, reach: Reach) -> list[Reminder]:
        return [one for place in reach for one in await self._store.reminders(place)]

    async def _buttons(self, reach: Reach) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for info in (await self._jobs(reach))[:OFFERED]:
            title = one_line(info.title, TITLE // 2)
            turn = "Resume" if info.paused else "Pause"
            found.append((f"Run {title}", f"/schedule run {info.name}"))
            found.append((f"{turn} {title}", f"/schedule {turn.lower()} {info.name}"))
        made = (await self._reminders(reach))[:OFFERED]
        cancel = [(one_line(one.text, TITLE // 2), one.id) for one in made]
        return [*found, *((f"Cancel {title}", f"/schedule cancel {id_}") for title, id_ in cancel)]

    async def _made(self, place: Conversation, wish: Wish, origin: str, by: str) -> str:
        name = name_of(origin, wish)
        mine = await self._store.reminders(place)
        if len(mine) >= MOST and name not in {one.id for one in mine}:
            raise Refused(f"There are {MOST} here already; cancel one first.")
        blank = Reminder(name, 0.0, place, wish.text, by)
        return await self._kept(blank, wish.when, "Noted")

    async def _edited(self, reach: Reach, wish: Wish) -> str:
        old = await self._find(reach, wish.id)
        changed = replace(old, text=wish.text or old.text)
        return await self._kept(changed, wish.when, "Changed")

    async def _kept(self, reminder: Reminder, words: str, said: str) -> str:
        """Store it; `words` say anew when it is said, where there are any."""
        if words:
            reminder = self._timed(reminder, words)
        if not await self._store.remind(reminder):
            raise Refused("That was said or cancelled already; make a new one.")
        await self._stir()
        zone = ZoneInfo(reminder.zone)
        again = f", {reminder.when}" if reminder.when else ""
        return f"{said} as `{reminder.id}`: {planning.clock(reminder.at, zone)}{again}."

    def _timed(self, reminder: Reminder, words: str) -> Reminder:
        now = self._clock.now()
        when = planning.when_of(words, now, self._zone, self._lines)
        at = self._first(when, now)
        again = "" if isinstance(when, At) else words
        return replace(reminder, at=at, when=again, zone=str(self._zone))

    def _first(self, when: When, now: float) -> float:
        at = next_fire(when, now, self._desk.match)
        if at is None:
            raise ValueError("it never fires")
        return at

    async def _cancelled(self, reach: Reach, wish: Wish) -> str:
        old = await self._find(reach, wish.id)
        if not await self._store.settle_reminder(old, "cancelled", self._clock.now()):
            raise Refused("That was changed at this moment; look at it again.")
        await self._stir()
        return f"Cancelled: {one_line(old.text, TITLE)}."

    async def _decided(self, reach: Reach, wish: Wish, origin: str) -> str:
        info = next((one for one in await self._jobs(reach) if one.name == wish.id), None)
        if info is None:
            await self._find(reach, wish.id)
            raise Refused("That is said once; it can be edited or cancelled.")
        match wish.act:
            case "pause":
                await self._desk.pause(info.name)
            case "resume":
                await self._desk.resume(info.name)
            case _:
                said = await self._store.said(MessageId(origin))
                await self._desk.fire_now(info.name, said.at if said else None)
        done = {"pause": "Paused", "resume": "Goes on", "run": "Said now"}[wish.act]
        return f"{done}: {one_line(info.title, TITLE)}."

    async def _find(self, reach: Reach, name: str) -> Reminder:
        mine = await self._reminders(reach)
        found = next((one for one in mine if one.id == name), None)
        if found is not None:
            return found
        if name in {info.name for info in await self._jobs(reach)}:
            raise Refused(f"The job {name} is a file of the operator's; it can be paused.")
        raise Refused(f"There is no {name!r} here; /schedule lists what there is.")

    async def _stir(self) -> None:
        await self.refresh()
        self._desk.stirred.set()


def _sentence(error: ValueError) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}".rstrip(".") + "."
