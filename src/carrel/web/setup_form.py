"""What a person fills in to set Carrel up: read from the form, shown again, put into a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.datastructures import FormData

from carrel.core.errors import ConfigError
from carrel.ports.guide import Named
from carrel.setting_up import choices
from carrel.setting_up.draft import Draft
from carrel.web.setup_looks import Seen

ROLES = tuple(role for role, _ in choices.ROLES)
AT = "at:"
"""How the field begins that says what is answered in one place."""

SHOWN = 200
"""People nobody has ticked; the others are looked for by their name."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says, as it was typed. `people`: addresses by role; `there`: words by place."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answer: str = ""
    there: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    isolation: str = ""
    timezone: str = ""
    budget: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All of it as fields that are not seen, so that nothing gets lost on another page."""
        return (
            *((role, one) for role, all_ in self.people.items() for one in all_),
            ("answer", self.answer),
            *((f"{AT}{place}", word) for place, word in self.there.items()),
            *(("shared", one) for one in self.shared),
            ("isolation", self.isolation),
            ("timezone", self.timezone),
            ("budget", self.budget),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the form: somebody, the roles that can be ticked, and those that are."""

    named: Named
    offered: tuple[str, ...]
    ticked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the form: a conversation, what is answered there, and whether it is shared."""

    named: Named
    answer: str
    shared: bool


def held(draft: Draft, seen: Seen) -> Filled:
    """What holds now on this network; where nothing does yet, what is likely."""
    networks = (seen.network,) if seen.network is not None else ()
    settings, mine = draft.settings, _on(seen)
    return Filled(
        {role: mine(choices.held_people(draft, role, networks)) for role in ROLES},
        settings.defaults.answer,
        {place: word for place, word in choices.held_answers(draft).items() if mine((place,))},
        mine(sorted(settings.shared)),
        settings.walls.isolation,
        choices.likely_zone(draft),
        f"{choices.held_budget(draft):.15g}",
    )


def read(form: FormData) -> Filled | None:
    """What the form says; None where it is not about any of it."""
    said = [(name, one) for name, one in form.multi_items() if isinstance(one, str)]
    last = dict(said)
    if "answer" not in last:
        return None

    def each(wanted: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for name, one in said if name == wanted))

    return Filled(
        {role: each(role) for role in ROLES},
        last["answer"],
        {name.removeprefix(AT): one for name, one in said if name.startswith(AT)},
        each("shared"),
        last.get("isolation", ""),
        last.get("timezone", "").strip(),
        last.get("budget", "").strip(),
    )


def people(seen: Seen, filled: Filled) -> tuple[Person, ...]:
    """Whom the form shows: all that are ticked, and some of those that could be."""
    survey, lines, idle = seen.survey, [], 0
    groups = {one.address for one in survey.groups}
    known = {one.address: one for one in (*survey.people, *survey.groups)}
    for one in _with(known, (one for all_ in filled.people.values() for one in all_)):
        ticked = tuple(role for role in ROLES if one.address in filled.people.get(role, ()))
        only_others = one.address in groups and "owners" not in ticked
        idle += not ticked
        if ticked or idle <= SHOWN:
            lines.append(Person(one, ROLES[1:] if only_others else ROLES, ticked))
    return tuple(lines)


def places(seen: Seen, filled: Filled) -> tuple[Place, ...]:
    """The conversations that the form shows."""
    known = {one.address: one for one in seen.survey.places}
    return tuple(
        Place(one, filled.there.get(one.address, ""), one.address in filled.shared)
        for one in _with(known, (*filled.there, *filled.shared))
    )


def put(draft: Draft, seen: Seen, filled: Filled) -> dict[str, str]:
    """All of it into the draft; a sentence for each field that cannot be.

    What holds on other networks stays as it is.
    """
    settings, mine = draft.settings, _on(seen)
    strangers = sorted({*_addresses(filled)} - {*mine(_addresses(filled))})
    if strangers:
        return {"": f"{strangers[0]} is not on {seen.title}."}

    def with_others(before: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
        return (*sorted({*before} - {*mine(before)}), *now)

    for role, chosen in filled.people.items():
        wanted = with_others(getattr(settings.people, role), chosen)
        if why := _fault(partial(choices.put_people, draft, role, wanted)):
            return {"": why}
    choices.put_shared(draft, with_others(settings.shared, filled.shared))
    acts: dict[str, Callable[[], None]] = {
        "answer": lambda: choices.put_answers(draft, filled.answer, filled.there),
        "isolation": lambda: choices.put_isolation(draft, filled.isolation),
        "timezone": lambda: choices.put_zone(draft, filled.timezone),
        "budget": lambda: choices.put_budget(draft, _dollars(filled.budget)),
    }
    return {name: why for name, act in acts.items() if (why := _fault(act))}


def unheard(draft: Draft, seen: Seen) -> str:
    """A sentence where nobody would be heard on this network yet; else nothing."""
    listed, mine = draft.settings.people, _on(seen)
    if seen.network is None:
        return ""
    if not listed.owners:
        return f"On {seen.title} {choices.NO_OWNER}."
    heard = any(mine(getattr(listed, role)) for role in ROLES)
    return "" if heard else f"Nobody is ticked on {seen.title}: nobody is heard there yet."


def _addresses(filled: Filled) -> tuple[str, ...]:
    everybody = (one for all_ in filled.people.values() for one in all_)
    return (*everybody, *filled.there, *filled.shared)


def _fault(act: Callable[[], None]) -> str:
    try:
        act()
    except ConfigError as error:
        return str(error)
    return ""


def _dollars(said: str) -> float:
    found = choices.amount(said or "0")
    if found is None:
        raise ConfigError(f"{said!r} is no amount of money; {choices.NO_AMOUNT}.")
    return found


def _on(seen: Seen) -> Callable[[Iterable[str]], tuple[str, ...]]:
    """Keeps the addresses that are on this network."""
    begin = f"{seen.name}:"
    return lambda addresses: tuple(one for one in addresses if one.startswith(begin))


def _with(known: Mapping[str, Named], more: Iterable[str]) -> tuple[Named, ...]:
    """Those that are known and those that are only an address, each once."""
    lacking = dict.fromkeys(one for one in more if one not in known)
    return (*known.values(), *(Named(one, one) for one in lacking))
