"""Jobs as files: `jobs/<name>.md`, YAML front matter and a prompt. Every fault is explained."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from carrel.core.firing import At, Cron, Every, When, instant_of
from carrel.core.jobs import Job
from carrel.core.model import Conversation, conversation_at
from carrel.core.schedules import next_active
from carrel.ports.clock import Clock
from carrel.ports.schedules import Found
from carrel.settings import cron, front_matter
from carrel.settings.front_matter import FrontMatter, Unreadable
from carrel.settings.job_table import JobTable

HEARTBEAT = "heartbeat"
TEMPLATE = """\
This is the heartbeat: nobody has asked anything. Look at what is open in your memory and in your
working folder. Is anything due, has anything gone wrong, is anybody waiting for something?

Do what was agreed that you do unasked, and nothing else. If there is something that people should
know, say it in a few sentences. If there is not, say so with the tool `nothing_to_report`.
"""
"""What the job `heartbeat` asks where its file gives no prompt of its own."""

LONGEST = 64_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLAIN: Final = MappingProxyType(
    {
        "string_type": "write one value, no list",
        "int_parsing": "write a whole number",
        "bool_parsing": "write true or false",
        "literal_error": "",
    }
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the jobs of a gateway may refer to. `notify_to`: where they answer if they do not say.

    `now` in unix seconds: what never fires after it is a fault. `timezone`: of jobs that name none.
    """

    platforms: Collection[str]
    notify_to: str | None
    now: float
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The jobs' files of a home, as the runtime reads them."""

    folder: Path
    platforms: Collection[str]
    notify_to: str | None
    clock: Clock
    timezone: str = "UTC"

    def changed(self) -> object:
        """Something that differs whenever a file of the folder does."""
        return changed(self.folder)

    def read(self) -> Found:
        """Every file of the folder."""
        now, zone = self.clock.now(), self.timezone
        return read(self.folder, Surroundings(self.platforms, self.notify_to, now, zone))


def read(folder: Path, around: Surroundings) -> Found:
    """Read every `.md` file of the folder. A bad one is one fault; the others go on."""
    jobs: list[Job] = []
    faults: dict[str, str] = {}
    for file in _files(folder):
        try:
            jobs.append(_job(file, around))
        except Unreadable as error:
            faults[file.stem] = f"{file}:{error.line}: {error}"
        except (OSError, UnicodeDecodeError) as error:
            faults[file.stem] = f"{file} cannot be read: {error}."
    return Found(tuple(jobs), MappingProxyType(faults))


def changed(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Something that differs whenever a file of the folder does."""
    return tuple((file.name, *_stamp(file)) for file in _files(folder))


def _files(folder: Path) -> list[Path]:
    """The files that are meant to be jobs; editors hide theirs behind a dot."""
    return sorted(file for file in folder.glob("*.md") if not file.name.startswith("."))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def _job(file: Path, around: Surroundings) -> Job:
    name = file.stem
    if not _NAME.fullmatch(name):
        raise Unreadable(1, "a job's file is named with letters, digits, dots, - and _ only")
    matter = front_matter.parse(file.read_text("utf-8"))
    try:
        table = JobTable.model_validate({"timezone": around.timezone, **matter.values})
    except ValidationError as error:
        raise _explained(error, matter) from None
    prompt = matter.body or (TEMPLATE if name == HEARTBEAT else "")
    if not prompt or len(prompt) > LONGEST:
        raise Unreadable(1, f"its prompt must follow below, of up to {LONGEST:,} characters")
    job = _made(name, prompt, table, around)
    _require(job, table, matter, around)
    return job


def _made(name: str, prompt: str, table: JobTable, around: Surroundings) -> Job:
    zone = ZoneInfo(table.timezone)
    plain = table.model_dump(exclude={"schedule", "every", "at", "timezone", "notify_to", "active"})
    return Job(
        name=name,
        prompt=prompt,
        when=_when(table, zone),
        zone=zone,
        notify_to=_notified(table, around),
        active=table.active,
        **plain,
    )


def _when(table: JobTable, zone: tzinfo) -> When:
    if table.schedule is not None:
        return Cron(table.schedule, zone)
    if table.every is not None:
        return Every(table.every)
    return At(instant_of(table.at or datetime.min, zone))  # noqa: DTZ901 - one of them is given


def _notified(table: JobTable, around: Surroundings) -> Conversation | None:
    if table.notify == "never":
        return None
    if table.notify_to is not None:
        return table.notify_to
    if table.session not in {"own", "default"}:
        return conversation_at(table.session)
    return conversation_at(around.notify_to) if around.notify_to else None


def _require(job: Job, table: JobTable, matter: FrontMatter, around: Surroundings) -> None:
    """What no type can say: platforms that are set up, and that it fires at all."""
    named = {"session": _joined(table), "notify_to": job.notify_to}
    for key, place in named.items():
        if place is not None and place.platform not in around.platforms:
            known = ", ".join(sorted(around.platforms))
            raise Unreadable(
                matter.lines.get(key, 1),
                f"{key}: no platform {place.platform!r} is set up; there are: {known}",
            )
    if not isinstance(job.when, At) and next_active(job, around.now, cron.next_match) is None:
        key = "schedule" if isinstance(job.when, Cron) else "every"
        within = " within its active hours" if job.active else ""
        raise Unreadable(matter.lines[key], f"{key}: it never fires{within}")


def _joined(table: JobTable) -> Conversation | None:
    return None if table.session in {"own", "default"} else conversation_at(table.session)


def _explained(error: ValidationError, matter: FrontMatter) -> Unreadable:
    """The first fault, where it stands."""
    fault = error.errors()[0]
    key = str(fault["loc"][0]) if fault["loc"] else ""
    sentence = "; ".join(_sentences(fault, key))
    return Unreadable(matter.lines.get(key, 1), f"{key}: {sentence}" if key else sentence)


def _sentences(fault: Any, key: str) -> Iterator[str]:
    if fault["type"] == "extra_forbidden":
        known = list(JobTable.model_fields)
        near = difflib.get_close_matches(key, known, 1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        yield f"unknown key. {hint}Accepted: {', '.join(known)}"
        return
    said = str(fault["msg"]).removeprefix("Value error, ")
    yield _PLAIN.get(fault["type"]) or f"{said[:1].lower()}{said[1:]}"
    if key:
        yield f"given: {fault.get('input')!r}"
