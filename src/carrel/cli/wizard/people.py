"""The third step: who is heard, and where."""

from __future__ import annotations

import asyncio
from functools import partial

from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import CarrelError
from carrel.ports.guide import Named
from carrel.setting_up import choices
from carrel.setting_up import networks as asked
from carrel.setting_up.draft import Draft, Network

EXCEPT = {
    "all": ("Where is only answered what is addressed to the bot?", "mention"),
    "mention": ("Where is every message answered all the same?", "all"),
    "never": ("Where is every message answered all the same?", "all"),
}


def choose(asker: Asker, given: Given, draft: Draft, networks: tuple[Network, ...]) -> None:
    """People and places of all networks, into the draft."""
    if networks:
        asker.title("Who is heard")
    _people(asker, given, draft, networks)
    if networks:
        asker.title("Where it answers")
    places = [place for network in networks for place in network.survey.places]
    _answers(asker, given, draft, places)
    _shared(asker, given, draft, places)


def _people(asker: Asker, given: Given, draft: Draft, networks: tuple[Network, ...]) -> None:
    find = partial(_found, asker, draft, networks)
    for role, question in choices.ROLES:
        own: tuple[str, ...] = getattr(given, role)
        held = choices.held_people(draft, role, () if own else networks)
        before, known = (*held, *own), choices.known_people(role, networks)
        chosen = before if own else asker.tick(question, known, before, find if networks else None)
        choices.put_people(draft, role, chosen)
    if networks and not draft.settings.people.owners:
        asker.finding(
            well=False, what="People", said=choices.NO_OWNER,
            mend="Run `carrel init` again, or add one to `owners` in carrel.toml.",
        )  # fmt: skip


def _found(
    asker: Asker, draft: Draft, networks: tuple[Network, ...], name: str
) -> tuple[Named, ...]:
    """People by the beginning of their name; a whole address is its own."""
    if whole := choices.by_address(name):
        return whole
    people: list[Named] = []
    for network in networks:
        try:
            people += asyncio.run(asked.find(network, name))
        except CarrelError as error:
            asker.finding(well=False, what=network.guide.title, said=str(error))
    draft.knows(*people)
    return tuple(people)


def _answers(asker: Asker, given: Given, draft: Draft, places: list[Named]) -> None:
    answer: str = given.answer or draft.settings.defaults.answer
    if places and given.answer is None:
        answer = asker.choose(choices.ANSWER, choices.ANSWERS, answer)
    said = choices.held_answers(draft)
    chosen: dict[str, str] = {**said, **given.answers}
    if places and not given.answers and answer in EXCEPT:
        question, other = EXCEPT[answer]
        before = [one for one, word in said.items() if word == other]
        after = asker.tick(question, places, before)
        chosen |= dict.fromkeys(after, other)
        chosen |= {one: answer for one in before if one not in after}
    choices.put_answers(draft, answer, chosen)


def _shared(asker: Asker, given: Given, draft: Draft, places: list[Named]) -> None:
    before = tuple(sorted({*draft.settings.shared, *given.shared}))
    asks = places and not given.shared
    choices.put_shared(draft, asker.tick(choices.SHARED, places, before) if asks else before)
