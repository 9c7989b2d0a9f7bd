"""A bot on a chat network: where its secrets lie, and what the network says to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

from carrel.core.errors import ConfigError, Refused, Unavailable
from carrel.ports.guide import Guide, Named, Secret, Survey
from carrel.ports.platform import PlatformKind, PlatformParts, Refusal
from carrel.setting_up.draft import Draft, Network
from carrel.settings import plugins

LOOK_SECONDS = 60.0
"""A look at many servers takes some requests for each."""

HELLO = (
    "Hello, I am here. As soon as `carrel up` runs, write here and an agent answers, in a "
    "workspace of this channel's own. `/help` lists what else I know."
)

Kinds = Mapping[str, tuple[PlatformKind, Guide]]


def guides() -> Kinds:
    """The networks that can be set up step by step, by name."""
    return {name: (kind, found) for name, kind, found in _found() if isinstance(found, Guide)}


def lacking() -> Mapping[str, ConfigError]:
    """What the others need before they can be, by name: a package that is not installed."""
    return {name: found for name, _, found in _found() if isinstance(found, ConfigError)}


def _found() -> Iterator[tuple[str, PlatformKind, Guide | ConfigError]]:
    for name in plugins.names("platforms"):
        kind = plugins.platform(name)
        if kind.guide is None:
            continue
        try:
            yield name, kind, kind.guide()
        except ConfigError as error:
            yield name, kind, error


def has_secrets(draft: Draft, name: str, guide: Guide) -> bool:
    """Whether each of its secrets lies somewhere already."""
    table, said = draft.settings.platforms.get(name), draft.environ
    return all(
        getattr(table, f"{one.key}_file", None)
        or getattr(table, f"{one.key}_command", None)
        or said.get(one.variable)
        for one in guide.secrets
    )


def begin(draft: Draft, name: str) -> None:
    """From now on the platform's table is in the draft."""
    draft.set({(name,): None})


def keep(draft: Draft, name: str, secret: Secret, value: str) -> None:
    """A secret's value, and in the draft that it lies in a file of the home from now on."""
    file = f"{name}.{secret.key}"
    draft.set({(name, f"{secret.key}_file"): file, (name, f"{secret.key}_command"): ""})
    draft.keep(file, value)


async def seen(
    draft: Draft, name: str, kind: PlatformKind, guide: Guide, values: Mapping[Secret, str]
) -> Network:
    """The network with these values of its secrets, the others from where the draft says.

    Raises CarrelError with the network's own answer.
    """
    bare = [one for one, value in values.items() if value]
    table = draft.table(name, kind, bare)
    parts = draft.parts(name, {one.variable: values[one] for one in bare})
    return Network(name, guide, table, parts, await look(guide, table, parts))


async def look(guide: Guide, table: object, parts: PlatformParts) -> Survey:
    """What is there. Raises CarrelError."""
    async with _asking(guide):
        return await guide.look(table, parts)


async def find(network: Network, name: str) -> tuple[Named, ...]:
    """People by the beginning of their name. Raises CarrelError."""
    async with _asking(network.guide):
        return await network.guide.find(network.table, network.parts, name)


async def hello(network: Network, address: str) -> None:
    """Say hello in a conversation. Raises CarrelError where that cannot be."""
    async with _asking(network.guide):
        await network.guide.hello(network.table, network.parts, address, HELLO)


@asynccontextmanager
async def _asking(guide: Guide) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            yield
    except Refusal as error:
        raise Refused(str(error)) from error
    except TimeoutError as error:
        raise Unavailable(f"{guide.title} does not answer. Try it again.") from error
