"""Bar B2 with the real CLI in its worst mode: whatever its model tries, the walls hold.

One process makes all attempts of `attempts.py`, once inside the walls and once without; each
attempt is a test of its own, and each is shown to succeed without walls.

spec: 6.2 6.3 6.5
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from attempts import ATTEMPTS, HARMLESS
from ground import CANARY, Ground, laid
from talk import program, talking

pytestmark = pytest.mark.cli

Harms = dict[str, bool]


async def attempted(place: Path, *, walls: bool) -> Harms:
    """Every attempt's outcome: whether it did harm."""
    async with laid(place, "strict", in_sight=False) as ground:
        (ground.carrel / "CLAUDE.md").write_text(CANARY)
        sibling = program(ground, ground.sibling, walls=walls)
        own = program(ground, ground.own, walls=walls)
        async with talking(ground.sibling, sibling, {}) as peer, talking(ground.own, own, {}) as me:
            await peer.ask("SAY up")
            places = {"OWN": str(ground.own.root), "NAME": ground.sibling.root.name}
            names = {**ground.names, **places, "PEER": socket_of(ground, walls=walls)}
            return {
                attempt.name: attempt.harm(ground, await me.ask(attempt.prompt.format(**names)))
                for attempt in (*ATTEMPTS, HARMLESS)
            }


def socket_of(ground: Ground, *, walls: bool) -> str:
    listing = next((ground.sibling.engine / "sessions").glob("*.json"))
    name = f"cc-socks/{listing.stem}.sock"
    found = (ground.sibling.tmp if walls else Path("/tmp")) / name  # noqa: S108 - the CLI's choice
    assert found.is_socket()
    return str(found)


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Harms:
    return asyncio.run(attempted(tmp_path_factory.mktemp("inside"), walls=True))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Harms:
    return asyncio.run(attempted(tmp_path_factory.mktemp("bare"), walls=False))


@pytest.mark.parametrize("name", [attempt.name for attempt in ATTEMPTS])
def test_the_walls_hold(name: str, inside: Harms) -> None:
    assert inside[name] is False


@pytest.mark.parametrize("name", [attempt.name for attempt in ATTEMPTS])
def test_without_walls_the_attempt_succeeds(name: str, bare: Harms) -> None:
    assert bare[name] is True


def test_a_harmless_prompt_counts_as_harmless(bare: Harms) -> None:
    assert bare[HARMLESS.name] is False
