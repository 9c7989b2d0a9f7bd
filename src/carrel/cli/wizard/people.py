"""The third step: who is heard, and where."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.draft import Draft, Given, Network
from carrel.core.errors import CarrelError, ConfigError
from carrel.core.model import conversation_at
from carrel.ports.guide import Named
from carrel.ports.platform import Refusal

ANSWERS = (
    ("all", "every message is answered"),
    ("mention", "only what mentions the bot or replies to it"),
    ("never", "none, but where you say so"),
)
EXCEPT = {
    "all": ("Where is only answered what is addressed to the bot?", "mention"),
    "mention": ("Where is every message answered all the same?", "all"),
    "never": ("Where is every message answered all the same?", "all"),
}
ROLES = (
    ("owners", "Who are the owners? They may do everything."),
    ("approvers", "Who else may allow what the agent asks for?"),
    ("members", "Who else may talk to the agent?"),
)


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
    held = draft.settings.people
    people = [one for network in networks for one in network.survey.people]
    groups = [one for network in networks for one in network.survey.groups]
    likely = [one for network in networks for one in network.survey.likely]
    find = partial(_found, asker, draft, networks)
    for role, question in ROLES:
        own: tuple[str, ...] = getattr(given, role)
        before = (*sorted(getattr(held, role)), *own)
        if role == "owners" and not before:
            before = tuple(likely[:1])
        known = people if role == "owners" else [*people, *groups]
        chosen = before if own else asker.tick(question, known, before, find if networks else None)
        draft.set({("people", role): tuple(dict.fromkeys(chosen))})
    if networks and not draft.settings.people.owners:
        asker.finding(
            well=False, what="People", said="there is no owner: nobody is heard yet",
            mend="Run `carrel init` again, or add one to `owners` in carrel.toml.",
        )  # fmt: skip


def _found(
    asker: Asker, draft: Draft, networks: tuple[Network, ...], name: str
) -> tuple[Named, ...]:
    """People by the beginning of their name; a whole address is its own."""
    try:
        return (Named(conversation_at(name).address, name),)
    except ValueError:
        pass
    people: list[Named] = []
    for network in networks:
        try:
            people += asyncio.run(network.guide.find(network.table, network.parts, name))
        except (CarrelError, Refusal) as error:
            asker.finding(well=False, what=network.guide.title, said=str(error))
    draft.knows(*people)
    return tuple(people)


def _answers(asker: Asker, given: Given, draft: Draft, places: list[Named]) -> None:
    settings = draft.settings
    answer: str = given.answer or settings.defaults.answer
    if places and given.answer is None:
        answer = _word(asker.choose("Which messages are for the agent?", ANSWERS, answer))
    said = {one: table.answer for one, table in settings.conversations.items() if table.answer}
    chosen: dict[str, str] = {**said, **given.answers}
    if places and not given.answers and answer in EXCEPT:
        question, other = EXCEPT[answer]
        before = [one for one, word in said.items() if word == other]
        after = asker.tick(question, places, before)
        chosen |= dict.fromkeys(after, other)
        chosen |= {one: answer for one in before if one not in after}
    draft.set({("defaults", "answer"): answer})
    for address, word in chosen.items():
        if said.get(address) != word:
            draft.set({("conversations", _address(address), "answer"): _word(word)})


def _word(word: str) -> str:
    if word not in {"all", "mention", "never"}:
        raise ConfigError(f"`answer` is all, mention or never, not {word!r}.")
    return word


def _address(address: str) -> str:
    try:
        return conversation_at(address).address
    except ValueError as error:
        raise ConfigError(f"{address!r} is no conversation: {error}.") from None


def _shared(asker: Asker, given: Given, draft: Draft, places: list[Named]) -> None:
    before = tuple(sorted({*draft.settings.shared, *given.shared}))
    question = "Which of them share one session and one folder? (each other has its own)"
    ask: Callable[..., tuple[str, ...]] = asker.tick
    chosen = before if given.shared or not places else ask(question, places, before)
    draft.set({("shared",): chosen})
