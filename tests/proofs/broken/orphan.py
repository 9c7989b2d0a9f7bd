"""The gateway has a child that nobody ends. It ends by itself, after the test."""

from __future__ import annotations

import subprocess


def apply() -> None:
    subprocess.Popen(["sleep", "40"], stdout=subprocess.DEVNULL, start_new_session=True)
