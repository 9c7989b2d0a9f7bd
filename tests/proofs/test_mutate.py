"""A change is killed by a test that fails, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from proofs.mutants import unchanged

from proofs import mutate

NAME = "core.pairing"
AS_IT_IS = unchanged(mutate.ROOT / "src/carrel/core/pairing.py")


@pytest.fixture
def tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What looks at the module, in the place of its own tests."""
    path = tmp_path / "test_anything.py"
    monkeypatch.setitem(mutate.TARGETS, NAME, (str(path),))
    return path


@pytest.mark.parametrize(("holds", "lives"), [("True", True), ("False", False)])
def test_a_test_that_fails_kills(tests: Path, holds: str, *, lives: bool) -> None:
    tests.write_text(f"def test_it(): assert {holds}\n")
    assert mutate.survives(NAME, AS_IT_IS) is lives


@pytest.mark.parametrize("text", ["import nothing_of_this_name\n", ""])
def test_tests_that_cannot_run_kill_nothing(tests: Path, text: str) -> None:
    tests.write_text(text)
    with pytest.raises(RuntimeError, match="nothing changed"):
        mutate.survives(NAME, AS_IT_IS)
