"""The first step: what this machine has, and what it lacks."""

from __future__ import annotations

import asyncio
import platform
from math import inf
from pathlib import Path

from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.draft import Draft, Given
from carrel.core.errors import CarrelError, ConfigError
from carrel.settings import places

LOCALTIME = Path("/etc/localtime")
ISOLATIONS = (
    ("strict", "OS walls by bubblewrap; sessions see nothing of each other"),
    ("folder", "no walls; sessions of this gateway can read each other"),
)
KEY = "ANTHROPIC_API_KEY"


def look(asker: Asker, given: Given, draft: Draft) -> None:
    """Python, walls and login, each with what to do about it."""
    asker.title("This machine")
    asker.finding(well=True, what="Python", said=platform.python_version())
    _walls(asker, given, draft)
    _login(asker, given, draft)


def _walls(asker: Asker, given: Given, draft: Draft) -> None:
    from carrel.workspaces.walls import Walls

    chosen = given.isolation or draft.settings.walls.isolation
    if chosen == "strict":
        try:
            asyncio.run(Walls(()).check())
            asker.finding(well=True, what="Walls", said="strict, by bubblewrap")
        except CarrelError as error:
            asker.finding(well=False, what="Walls", said="they cannot be built", mend=str(error))
            chosen = asker.choose("What keeps sessions apart?", ISOLATIONS, chosen)
    draft.set({("walls", "isolation"): chosen})


def _login(asker: Asker, given: Given, draft: Draft) -> None:
    from carrel.engines.claude.login import ADVICE, find_login

    if given.api_key is not None:
        draft.keep_variable(KEY, _key(given.api_key))
        asker.finding(well=True, what="Claude", said="by the API key that you gave")
        return
    kind = find_login(draft.environ, places.login_home(draft.environ)).kind
    if kind != "none":
        asker.finding(well=True, what="Claude", said=f"logged in ({kind})")
        return
    asker.finding(well=False, what="Claude", said="no login", mend=ADVICE)
    if key := _pasted(asker):
        draft.keep_variable(KEY, key)


def _pasted(asker: Asker) -> str:
    """A key that is one, or nothing."""
    question = "Or paste an API key here (it is not shown); Enter goes on without"
    while key := asker.secret(question, needed=False):
        try:
            return _key(key)
        except ConfigError as error:
            asker.finding(well=False, what="Claude", said=str(error))
    return ""


def _key(key: str) -> str:
    """A key that a line can hold: anything else was no key."""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("That is no API key; it is one word, as the console of the API shows it.")
    return key


def zone(asker: Asker, given: Given, draft: Draft) -> None:
    """The time zone of schedules."""
    held = draft.settings.schedules.timezone
    likely = _zone_here(draft.environ.get("TZ", "")) if draft.is_new else held
    chosen = given.timezone or asker.line("Your time zone, for schedules", likely)
    while not _is_zone(chosen):
        if not asker.asks:
            raise ConfigError(f"{chosen!r} is no time zone; write it as Europe/Berlin.")
        chosen = asker.line("That is none; write it as Europe/Berlin", likely)
    draft.set({("schedules", "timezone"): chosen})


def budget(asker: Asker, given: Given, draft: Draft) -> None:
    """What may be spent in a day. 0 takes the bound away."""
    held = draft.settings.budget.day
    question = "US dollars that may be spent in a day, at most; 0 for no bound"
    amount = given.budget
    if amount is None:
        likely = f"{held or 0:g}"
        while (amount := _amount(asker.line(question, likely))) is None:
            asker.finding(well=False, what="Budget", said="write it as 10 or 7.50")
    if not 0 <= amount < inf:
        raise ConfigError(f"{amount} is no amount of money; write it as 10 or 7.50.")
    if amount != (held or 0):
        draft.set({("budget", "day"): amount or ""})


def _amount(said: str) -> float | None:
    try:
        found = float(said.removeprefix("$"))
    except ValueError:
        return None
    return found if 0 <= found < inf else None


def _is_zone(name: str) -> bool:
    from carrel.settings.job_table import zone as checked

    try:
        checked(name)
    except ValueError:
        return False
    return True


def _zone_here(said: str) -> str:
    """What the machine says of itself; UTC where it says nothing."""
    _, _, linked = str(LOCALTIME.resolve()).partition("/zoneinfo/")
    return next((name for name in (said, linked) if name and _is_zone(name)), "UTC")
