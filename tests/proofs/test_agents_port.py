"""What a session can say at the port where agents run for the leader: it is heard, and sent away.

spec: 21.10
"""

from __future__ import annotations

import asyncio
import subprocess

import pytest
from proofs.escapes import Escape, load
from tests.unit.engines.elsewhere.conftest import Folders

from carrel import __version__
from carrel.engines.elsewhere import lodging
from carrel.engines.scripted import ScriptedEngine
from carrel.testing.two_hosts import two_hosts

(CLAIM,) = (one for one in load() if "{AGENTS}" in one.shell)


async def tried(escape: Escape, address: str) -> str:
    """What it prints when it is tried at this address."""
    filled = escape.filled({"AGENTS": address, "VERSION": __version__})
    words = ["/bin/sh", "-c", filled.shell]
    ended = await asyncio.to_thread(
        subprocess.run, words, capture_output=True, text=True, check=False, timeout=30
    )
    return ended.stdout


@pytest.mark.parametrize("guarded", [True, False])
async def test_who_does_not_know_the_secret_is_heard_and_not_let_in(
    tmp_path, monkeypatch, *, guarded: bool
) -> None:
    """Were nobody asked for the secret, the proof would see it."""
    if not guarded:
        monkeypatch.setattr(lodging, "proves", lambda *_: True)
    async with two_hosts(ScriptedEngine(), Folders(tmp_path)) as hosts:
        said = await tried(CLAIM, hosts.rooms[0].offer.address)
        assert '"kind":"Challenge"' in said, "it got as far as that"
        assert (CLAIM.says in said) is not guarded
