"""Who is heard, where, and how far: the questions, what holds if nobody answers, the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path

from carrel.core.errors import ConfigError
from carrel.core.model import conversation_at
from carrel.ports.guide import Named
from carrel.setting_up.draft import Draft, Network
from carrel.settings.job_table import zone as checked_zone

LOCALTIME = Path("/etc/localtime")

ISOLATION = "What keeps sessions apart?"
ISOLATIONS = (
    ("strict", "OS walls by bubblewrap; sessions see nothing of each other"),
    ("folder", "no walls; sessions of this gateway can read each other"),
)
ROLES = (
    ("owners", "Who are the owners? They may do everything."),
    ("approvers", "Who else may allow what the agent asks for?"),
    ("members", "Who else may talk to the agent?"),
)
NO_OWNER = "there is no owner: nobody is heard yet"
ANSWER = "Which messages are for the agent?"
ANSWERS = (
    ("all", "every message is answered"),
    ("mention", "only what mentions the bot or replies to it"),
    ("never", "none, but where you say so"),
)
SHARED = "Which of them share one session and one folder? (each other has its own)"
ZONE = "Your time zone, for schedules"
NO_ZONE = "write it as Europe/Berlin"
BUDGET = "US dollars that may be spent in a day, at most; 0 for no bound"
NO_AMOUNT = "write it as 10 or 7.50"
HELLO = "Where shall the bot say hello?"


def put_isolation(draft: Draft, chosen: str) -> None:
    """What keeps sessions apart. Raises ConfigError."""
    if chosen not in dict(ISOLATIONS):
        raise ConfigError(f"`isolation` is strict or folder, not {chosen!r}.")
    if chosen != draft.settings.walls.isolation:
        draft.set({("walls", "isolation"): chosen})


def held_people(draft: Draft, role: str, networks: Iterable[Network]) -> tuple[str, ...]:
    """Who has the role now; where there is no owner yet, whoever is likely to be the first."""
    held = tuple(sorted(getattr(draft.settings.people, role)))
    if held or role != "owners":
        return held
    return tuple(one for network in networks for one in network.survey.likely)[:1]


def known_people(role: str, networks: Iterable[Network]) -> tuple[Named, ...]:
    """Who can have the role: only a person is an owner, anything else also a role or a server."""
    people = [one for network in networks for one in network.survey.people]
    groups = [one for network in networks for one in network.survey.groups]
    return tuple(people if role == "owners" else [*people, *groups])


def by_address(said: str) -> tuple[Named, ...]:
    """Whoever a whole address names; nobody where it is none."""
    try:
        return (Named(conversation_at(said).address, said),)
    except ValueError:
        return ()


def put_people(draft: Draft, role: str, chosen: Iterable[str]) -> None:
    """Who has a role. Raises ConfigError for a whole server, or a role there, as owner."""
    wanted, held = tuple(dict.fromkeys(chosen)), getattr(draft.settings.people, role)
    groups = [one for one in wanted if one.split(":")[1:2] in (["role"], ["server"])]
    if role == "owners" and {*groups} - held:
        raise ConfigError(f"{groups[0]} is not one person; only a person can be an owner.")
    if {*wanted} != held:
        draft.set({("people", role): wanted})


def held_answers(draft: Draft) -> dict[str, str]:
    """Where something else is answered than everywhere else."""
    tables = draft.settings.conversations.items()
    return {address: table.answer for address, table in tables if table.answer}


def put_answers(draft: Draft, answer: str, there: Mapping[str, str]) -> None:
    """What is answered everywhere, and in some places; "": there it is as everywhere.

    Raises ConfigError for what is no place and no such word.
    """
    said = held_answers(draft)
    if _word(answer) != draft.settings.defaults.answer:
        draft.set({("defaults", "answer"): answer})
    for address, word in there.items():
        if said.get(address, "") != word:
            path = ("conversations", _address(address), "answer")
            draft.set({path: _word(word) if word else ""})


def put_shared(draft: Draft, chosen: Iterable[str]) -> None:
    """Which conversations share the session `default`."""
    wanted = tuple(dict.fromkeys(chosen))
    if {*wanted} != draft.settings.shared:
        draft.set({("shared",): wanted})


def likely_zone(draft: Draft) -> str:
    """The zone that is set; in a new home what the machine says of itself, else UTC."""
    if not draft.is_new:
        return draft.settings.schedules.timezone
    _, _, linked = str(LOCALTIME.resolve()).partition("/zoneinfo/")
    said = draft.environ.get("TZ", "")
    return next((name for name in (said, linked) if name and is_zone(name)), "UTC")


def is_zone(name: str) -> bool:
    """Whether it is the name of a time zone."""
    try:
        checked_zone(name)
    except ValueError:
        return False
    return True


def put_zone(draft: Draft, name: str) -> None:
    """The time zone of schedules. Raises ConfigError."""
    if not is_zone(name):
        raise ConfigError(f"{name!r} is no time zone; {NO_ZONE}.")
    if name != draft.settings.schedules.timezone:
        draft.set({("schedules", "timezone"): name})


def held_budget(draft: Draft) -> float:
    """What may be spent in a day; 0 without a bound."""
    return draft.settings.budget.day or 0


def amount(said: str) -> float | None:
    """An amount of money as people write it; None for what is none."""
    try:
        found = float(said.removeprefix("$"))
    except ValueError:
        return None
    return found if 0 <= found < inf else None


def put_budget(draft: Draft, dollars: float) -> None:
    """What may be spent in a day. 0 takes the bound away. Raises ConfigError."""
    if not 0 <= dollars < inf:
        raise ConfigError(f"{dollars} is no amount of money; {NO_AMOUNT}.")
    if dollars != held_budget(draft):
        draft.set({("budget", "day"): dollars or ""})


def likely_hello(draft: Draft, places: Iterable[Named]) -> Named | None:
    """Where somebody writes first: where a session is shared, else the first place."""
    known = tuple(places)
    shared = [one for one in known if one.address in draft.settings.shared]
    return next(iter((*shared, *known)), None)


def _word(word: str) -> str:
    if word not in dict(ANSWERS):
        raise ConfigError(f"`answer` is all, mention or never, not {word!r}.")
    return word


def _address(address: str) -> str:
    try:
        return conversation_at(address).address
    except ValueError as error:
        raise ConfigError(f"{address!r} is no conversation: {error}.") from None
