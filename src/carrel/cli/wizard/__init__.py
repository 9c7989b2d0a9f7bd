"""The steps of `carrel init`, in order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carrel.cli.wizard import ending, machine, networks, people
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.setting_up.draft import Draft


def run(given: Given, home: Path, environ: Mapping[str, str], *, asks: bool) -> None:
    """Ask, or take what is given; write at the end. Raises ConfigError with nothing written."""
    asker, draft = Asker(asks=asks), Draft(home, environ)
    machine.look(asker, given, draft)
    connected = networks.connect(asker, given, draft)
    ending.require_hello(given, connected)
    people.choose(asker, given, draft, connected)
    machine.zone(asker, given, draft)
    machine.budget(asker, given, draft)
    ending.write(asker, draft)
    first = ending.hello(asker, given, draft, connected)
    runs = ending.service(asker, given, draft)
    ending.what_next(asker, first, runs=runs)
