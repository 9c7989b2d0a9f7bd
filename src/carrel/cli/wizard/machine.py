"""The first step: what this machine has, and what it lacks."""

from __future__ import annotations

import asyncio

from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import ConfigError
from carrel.setting_up import choices, machine
from carrel.setting_up.draft import Draft


def look(asker: Asker, given: Given, draft: Draft) -> None:
    """Python, walls and login, each with what to do about it."""
    asker.title("This machine")
    asker.shows(machine.python())
    _walls(asker, given, draft)
    _login(asker, given, draft)


def _walls(asker: Asker, given: Given, draft: Draft) -> None:
    chosen = given.isolation or draft.settings.walls.isolation
    if chosen == "strict":
        found = asyncio.run(machine.walls())
        asker.shows(found)
        if not found.well:
            chosen = asker.choose(choices.ISOLATION, choices.ISOLATIONS, chosen)
    choices.put_isolation(draft, chosen)


def _login(asker: Asker, given: Given, draft: Draft) -> None:
    if given.api_key is not None:
        draft.keep_variable(machine.KEY, machine.api_key(given.api_key))
        asker.finding(well=True, what="Claude", said="by the API key that you gave")
        return
    found = machine.login(draft.environ)
    asker.shows(found)
    if not found.well and (key := _pasted(asker)):
        draft.keep_variable(machine.KEY, key)


def _pasted(asker: Asker) -> str:
    """A key that is one, or nothing."""
    question = "Or paste an API key here (it is not shown); Enter goes on without"
    while key := asker.secret(question, needed=False):
        try:
            return machine.api_key(key)
        except ConfigError as error:
            asker.finding(well=False, what="Claude", said=str(error))
    return ""


def zone(asker: Asker, given: Given, draft: Draft) -> None:
    """The time zone of schedules."""
    likely = choices.likely_zone(draft)
    chosen = given.timezone or asker.line(choices.ZONE, likely)
    while asker.asks and not choices.is_zone(chosen):
        chosen = asker.line(f"That is none; {choices.NO_ZONE}", likely)
    choices.put_zone(draft, chosen)


def budget(asker: Asker, given: Given, draft: Draft) -> None:
    """What may be spent in a day. 0 takes the bound away."""
    dollars = given.budget
    if dollars is None:
        likely = f"{choices.held_budget(draft):g}"
        while (dollars := choices.amount(asker.line(choices.BUDGET, likely))) is None:
            asker.finding(well=False, what="Budget", said=choices.NO_AMOUNT)
    choices.put_budget(draft, dollars)
