"""The last step: everything is written, and said hello with."""

from __future__ import annotations

import asyncio

from carrel.cli.audit import note
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import CarrelError, ConfigError
from carrel.ports.guide import Named
from carrel.setting_up import choices
from carrel.setting_up import networks as asked
from carrel.setting_up.draft import Draft, Network


def require_hello(given: Given, networks: tuple[Network, ...]) -> None:
    """Raise ConfigError where it shall say hello in a conversation that it does not see."""
    if given.hello is not None and given.hello not in _places(networks):
        raise ConfigError(f"There is no conversation {given.hello!r} that the bot sees.")


def write(asker: Asker, draft: Draft) -> None:
    """Write the files; nothing was written before."""
    draft.write()
    note(draft.home, "settings written")
    asker.title("Done")
    asker.say(f"{'Written' if draft.is_new else 'Changed'}: {draft.file}")
    if draft.overruled:
        asker.say(draft.overruled)


def hello(asker: Asker, given: Given, draft: Draft, networks: tuple[Network, ...]) -> Named | None:
    """Say hello where it is wanted; the place where somebody can write first."""
    places = _places(networks)
    if not places:
        return None
    first = choices.likely_hello(draft, places.values())
    chosen = places[given.hello] if given.hello else None
    if chosen is None and asker.asks:
        chosen = asker.pick(choices.HELLO, list(places.values()), first)
    if chosen is None:
        return first
    network = next(one for one in networks if chosen in one.survey.places)
    try:
        asyncio.run(asked.hello(network, chosen.address))
        asker.finding(well=True, what=network.guide.title, said=f"said hello in {chosen.name}")
    except CarrelError as error:
        mend = "`carrel doctor` names what the bot may not do there."
        asker.finding(well=False, what=network.guide.title, said=str(error), mend=mend)
    return chosen


def _places(networks: tuple[Network, ...]) -> dict[str, Named]:
    return {place.address: place for one in networks for place in one.survey.places}


def service(asker: Asker, given: Given, draft: Draft) -> bool:
    """Install the service if it is wanted; whether the gateway runs now."""
    from carrel.cli.service import install

    wanted = given.service
    if wanted is None:
        question = "Install a service that keeps Carrel running?"
        wanted = asker.asks and asker.agrees(question, default=False)
    if not wanted:
        return False
    try:
        install(draft.environ, system=False, linger=None)
    except CarrelError as error:
        mend = "Try again with `carrel service install`."
        asker.finding(well=False, what="Service", said=str(error), mend=mend)
        return False
    return True


def what_next(asker: Asker, first: Named | None, *, runs: bool) -> None:
    """What to type now, line by line."""
    asker.say("")
    if not runs:
        asker.say("Start it:              carrel up")
    asker.say(
        f"Then write in:         {first.name if first else 'the console, by the link it prints'}"
    )
    asker.say("See how it is:         carrel status")
    asker.say("If something is wrong: carrel doctor")
