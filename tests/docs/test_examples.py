"""The Python in the documents runs as it stands there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pages import page


def test_the_examples_of_the_fakes_are_tests_that_pass(tmp_path: Path) -> None:
    conftest, discord, telegram = page("docs/how-to/test-a-bot.md").blocks("python")
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_discord.py").write_text(discord)
    (tmp_path / "test_telegram.py").write_text(telegram)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:simcord", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, "."], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert "2 passed" in ended.stdout, ended.stdout
