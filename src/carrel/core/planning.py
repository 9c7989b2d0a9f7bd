"""What is asked of a conversation's own schedules, in words: read, checked, and said again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from carrel.core.firing import At, Cron, Every, When, instant_of, wall_of
from carrel.core.jobs import Job
from carrel.core.material import one_line
from carrel.core.schedules import Reminder
from carrel.core.wishes import Wish

SHORTEST_INTERVAL = 60
LONGEST_INTERVAL = 366 * 86_400
FORM = (
    "Say when, then what: `at 17:00 …`, `at 2027-01-31 17:00 …`, `in 20m …`, `every 2h …`, "
    "`@daily …`, or a cron line such as `0 9 * * 1-5 …`."
)

_SPAN: Final = re.compile(r"(\d{1,6})\s*(s|m|h|d|w)?", re.IGNORECASE)
_SECONDS: Final = MappingProxyType({"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, None: 1})
_NAMES: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|l"
_FIELD: Final = rf"(?:[\d*,/#-]|{_NAMES})+"
_WHEN: Final = re.compile(
    r"(at\s+\d{4}-\d\d-\d\d[\sT]+\d{1,2}:\d\d|at\s+\d{1,2}:\d\d|(?:in|every)\s+\d+\s*[smhdw]?"
    rf"|@\w+|(?:{_FIELD}\s+){{4}}{_FIELD})(?:\s+(.+))?",
    re.IGNORECASE | re.DOTALL,
)

Lines = Callable[[str], str]
"""The five fields that a cron line or a word means; raises ValueError with what is accepted."""


def seconds(text: object) -> int:
    """How long `90`, `90s`, `15m`, `2h`, `1d` or `1w` is. Raises ValueError."""
    found = _SPAN.fullmatch(str(text).strip())
    if found is None:
        raise ValueError("write a length of time as `90s`, `15m`, `2h`, `1d` or `1w`")
    unit = found[2]
    return int(found[1]) * _SECONDS[unit.lower() if unit else None]


def read(argument: str) -> Wish:
    """What the words after `/schedule` ask for. Raises ValueError with what is accepted."""
    first, _, rest = argument.strip().partition(" ")
    match first.lower():
        case "" | "list":
            return Wish("list")
        case "cancel" | "pause" | "resume" | "run" as act:
            return Wish(act, id=rest.strip())
        case "edit":
            name, _, words = rest.strip().partition(" ")
            when, text = _divided(words) if words else ("", "")
            return Wish("edit", when, text, name)
        case _:
            when, text = _divided(argument.strip())
            if not (when and text):
                raise ValueError(FORM)
            return Wish("make", when, text)


def _divided(words: str) -> tuple[str, str]:
    """When, and what; without a when that is known, all of it is what."""
    found = _WHEN.fullmatch(words)
    if found is None:
        return "", words
    return " ".join(found[1].split()), (found[2] or "").strip()


def when_of(words: str, now: float, zone: tzinfo, lines: Lines) -> When:
    """When it fires. Raises ValueError with what is accepted.

    `at 17:00` is the next time that the clock on the wall of `zone` shows it after `now`.
    """
    first, _, rest = words.strip().partition(" ")
    match first.lower():
        case "at":
            return At(_time(rest.strip(), now, zone))
        case "in":
            return At(now + _within(seconds(rest), 1))
        case "every":
            return Every(_within(seconds(rest), SHORTEST_INTERVAL))
        case "":
            raise ValueError(FORM)
        case _:
            return Cron(lines(words), zone)


def _within(length: int, least: int) -> int:
    if not least <= length <= LONGEST_INTERVAL:
        raise ValueError("that is too short or too long: from a minute to a year")
    return length


def _time(text: str, now: float, zone: tzinfo) -> float:
    today = wall_of(now, zone)
    try:
        if "-" in text:
            wall = datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - as below
            at = instant_of(wall, zone)
        else:
            clock = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall clock
            at = instant_of(datetime.combine(today, clock), zone)
            if at <= now:
                at = instant_of(datetime.combine(today + timedelta(days=1), clock), zone)
    except (ValueError, OverflowError):
        raise ValueError("write a time as `at 17:00` or `at 2027-01-31 17:00`") from None
    if at <= now:
        raise ValueError("that time is past")
    return at


def job_of(reminder: Reminder, lines: Lines) -> Job:
    """What is said again and again, as a job. Raises ValueError if its words mean nothing now."""
    zone = ZoneInfo(reminder.zone)
    return Job(
        name=reminder.id,
        when=when_of(reminder.when, reminder.at, zone, lines),
        prompt=reminder.words("schedule"),
        zone=zone,
        place=reminder.conversation,
        title=one_line(reminder.text),
    )


def clock(at: float, zone: tzinfo) -> str:
    """`Mon 30 Nov 2026, 09:00 (Europe/Berlin)`; `at` in unix seconds."""
    return f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%a %-d %b %Y, %H:%M} ({zone})"
