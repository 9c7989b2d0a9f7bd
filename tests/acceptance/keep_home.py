"""`python -m tests.acceptance.keep_home`: keeps a home of this Carrel as text, in `tests/homes`.

It stands there under the number of the store's schema. Run it for each new one. For a home of an
older Carrel, check that out elsewhere and set PYTHONPATH to its `src`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.kept_homes import KEPT, keep

TOML = """# A home that was used before.
[defaults]
waiting = "queue"

[limits]
file_bytes = 1000000
"""
SAID = {
    "a": ("remember the word lantern\nSAY noted", "SAY still here"),
    "b": ("SAY elsewhere",),
}
"""What is said in each conversation."""


class Plain(GatewayProcess):
    """A gateway without the variables that tests set: an older one does not know them all."""

    def _run(self, command: list[str], env: dict[str, str], *, may_die: bool) -> None:
        known = {name: env[name] for name in env if not name.startswith("CARREL_DEFAULTS")}
        super()._run(command, known, may_die=may_die)


def main() -> None:
    """Talk with the gateway in a new home, stop it, and write the home down."""
    python = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, "-m", "carrel.testing.messages_api"]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve() / "home"
        home.mkdir(mode=0o700)
        (home / "carrel.toml").write_text(TOML)
        model = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            gateway = Plain(home, model.stdout.readline().split()[-1], python)
            _use(gateway)
        finally:
            model.terminate()
            model.wait(10)
        sys.stdout.write(f"{keep(home, KEPT)}\n")


def _use(gateway: GatewayProcess) -> None:
    gateway.start()
    try:
        for place, sentences in SAID.items():
            for number, sentence in enumerate(sentences, 1):
                gateway.say(sentence, place, f"{place}{number}")
                wait_for(lambda place=place, number=number: len(gateway.answers(place)) == number)
    finally:
        gateway.terminate()


if __name__ == "__main__":
    main()
