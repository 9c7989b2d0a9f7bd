"""The agent program's version: too old, newer than tested, or silent, each with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.engines.claude import program
from carrel.examining import agent

OLDEST, NEWEST = (2, 1, 300), (2, 2, 0)


@pytest.mark.parametrize(
    ("found", "well", "said", "mend"),
    [
        ((2, 1, 299), False, "2.1.299 is older than all that were tested, from 2.1.300 on", "pip"),
        ((2, 1, 300), True, "ok, 2.1.300", ""),
        ((2, 1, 1000), True, "ok, 2.1.1000", ""),
        ((2, 2, 0), True, "ok, 2.2.0", ""),
        ((2, 2, 1), True, "2.2.1 is newer than all that were tested, up to 2.2.0", program.SDK),
        ((), False, "it does not tell", "pip"),
    ],
)
async def test_a_version_is_held_against_those_that_were_tested(
    monkeypatch, found, well, said, mend
) -> None:
    async def version(_path: Path) -> tuple[int, ...]:
        return found

    monkeypatch.setattr(agent, "TESTED", (OLDEST, NEWEST))
    monkeypatch.setattr(program, "version", version)
    finding = await agent.version(Path("claude"))
    assert (finding.what, finding.well, finding.said) == (agent.WHAT, well, said)
    assert mend in finding.mend
    assert bool(finding.mend) == bool(mend)


async def test_without_a_program_the_mend_is_said(monkeypatch) -> None:
    def bundled() -> Path:
        raise Unavailable("The package is not installed.")

    monkeypatch.setattr(program, "bundled", bundled)
    finding = await agent.version()
    assert (finding.well, finding.mend) == (False, agent.REINSTALL)
    assert f"claude-agent-sdk=={agent.SDK}" in finding.mend
