"""The Python in the documents runs as it stands there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pages import page


def test_the_examples_of_the_fake_networks_are_tests_that_pass(tmp_path: Path) -> None:
    conftest, *examples = page("docs/how-to/test-a-bot.md").blocks("python")
    (tmp_path / "conftest.py").write_text(conftest)
    for number, example in enumerate(examples):
        (tmp_path / f"test_example_{number}.py").write_text(example)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:simcord", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, "."], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert f"{len(examples)} passed" in ended.stdout, ended.stdout
