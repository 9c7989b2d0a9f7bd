"""A home of each schema that the store has had boots, and its talks go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.kept_homes import KEPT, keep, lay_out
from tests.acceptance.spread import alone
from tests.acceptance.test_lifecycle import carrel

from carrel.stores.statements import load_migrations

pytestmark = alone

HOMES = sorted(KEPT.iterdir())


def test_the_first_schema_and_this_one_have_a_home() -> None:
    """Whoever adds a migration runs `python -m tests.acceptance.keep_home`."""
    schemas = [int(home.name) for home in HOMES]
    assert (schemas[0], schemas[-1]) == (1, load_migrations()[-1].number)


@pytest.mark.cli
@pytest.mark.parametrize("kept", HOMES, ids=[home.name for home in HOMES])
def test_a_home_that_was_left_is_gone_on_with(kept: Path, gateway: GatewayProcess) -> None:
    """What was said is shown, and the engine remembers it."""
    lay_out(kept, gateway.home)
    assert carrel(gateway, "check").returncode == 0
    gateway.start()
    assert gateway.answers() == ["noted", "still here"]
    assert gateway.answers("b") == ["elsewhere"]
    gateway.say("RECALL", "a", "a1")
    gateway.say("RECALL", "a", "now")
    wait_for(lambda: len(gateway.answers()) == 3)
    assert gateway.answers()[2] == "recall: lantern"
    listed = carrel(gateway, "sessions").stdout
    assert ("console:a" in listed, "console:b" in listed) == (True, True)
    gateway.terminate()


def test_a_home_is_kept_as_it_was(tmp_path: Path) -> None:
    kept = HOMES[-1]
    lay_out(kept, tmp_path / "home")
    again = keep(tmp_path / "home", tmp_path / "kept")
    names = {file.relative_to(kept) for file in kept.rglob("*") if file.is_file()}
    assert names == {file.relative_to(again) for file in again.rglob("*") if file.is_file()}
    assert all(str(tmp_path) not in (again / name).read_text() for name in names)
